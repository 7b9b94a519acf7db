"""Rows and their verbs. Never enqueues, never calls a gateway. Tables are listed here for the ORM."""

from webapp.models.actions import Action, ActionExclusion, ActionList, ActionUser, ReportField, ReportTag
from webapp.models.audit import AuditEvent
from webapp.models.bulk import BulkWork
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, ContactEvent, ContactList, ListMembership, ZoneSet
from webapp.models.conversations import AssignmentEvent, Bucket, Conversation
from webapp.models.events import TwilioEvent
from webapp.models.imports import ContactImport, ImportedContact, RefusedRow
from webapp.models.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.links import CustomLink, LinkClick, TrackedLink
from webapp.models.mail import Mail
from webapp.models.measuring import ScriptMeasure
from webapp.models.media import Media
from webapp.models.messages import Message, MessageEffect
from webapp.models.number_orders import NumberOrder
from webapp.models.numbers import AccountNumber, PhoneNumber
from webapp.models.opt_outs import OptOut
from webapp.models.people import Membership, PasswordLink, Session, User
from webapp.models.pictures import Picture
from webapp.models.reports import Report
from webapp.models.scripts import Script, ScriptTag, ScriptValue
from webapp.models.tallies import SafeguardHit, Tally
from webapp.models.teams import Team, UserList, UserListMember

__all__ = [
    "AccountNumber", "Action", "ActionExclusion", "ActionList", "ActionUser", "AssignmentEvent", "AuditEvent", "Bucket", "BulkWork",
    "Campaign", "Contact", "ContactEvent", "ContactImport", "ContactList", "ContactTag", "Conversation", "CustomField",
    "CustomLink", "FieldValue", "ImportedContact", "LinkClick", "ListMembership", "Mail", "Media", "Membership", "Message", "MessageEffect", "NumberOrder", "OptOut", "PasswordLink",
    "PhoneNumber", "Picture", "RefusedRow", "Report", "ReportField", "ReportTag", "SafeguardHit", "Script", "ScriptMeasure", "ScriptTag",
    "ScriptValue", "Session", "Tag", "Tally", "Team", "TrackedLink", "TwilioEvent", "User", "UserList", "UserListMember", "ZoneSet",
]  # fmt: skip

for _name in __all__:  # docstrings are for readers: as table comments each edit of one would ask for a migration
    globals()[_name]._meta.table_description = ""
