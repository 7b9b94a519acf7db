"""Rows and their verbs. Never enqueues, never calls a gateway. Tables are listed here for the ORM."""

from webapp.models.actions import Action, ActionList, ActionUser, ReportField, ReportTag
from webapp.models.audit import AuditEvent
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, ContactList, ListMembership, ZoneSet
from webapp.models.conversations import AssignmentEvent, Bucket, Conversation
from webapp.models.events import TwilioEvent
from webapp.models.imports import ContactImport, ImportedPhone, RefusedRow
from webapp.models.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.mail import Mail
from webapp.models.messages import Media, Message, MessageEffect
from webapp.models.numbers import PhoneNumber
from webapp.models.opt_outs import OptOut
from webapp.models.people import Membership, PasswordLink, Session, User
from webapp.models.reports import Report
from webapp.models.scripts import Script, ScriptTag, ScriptValue
from webapp.models.tallies import SafeguardHit, Tally

__all__ = [
    "Action", "ActionList", "ActionUser", "AssignmentEvent", "AuditEvent", "Bucket", "Campaign", "Contact",
    "ContactImport", "ContactList", "ContactTag", "Conversation", "CustomField", "FieldValue", "ImportedPhone",
    "ListMembership", "Mail", "Media", "Membership", "Message", "MessageEffect", "OptOut", "PasswordLink",
    "PhoneNumber", "RefusedRow", "Report", "ReportField", "ReportTag", "SafeguardHit", "Script", "ScriptTag",
    "ScriptValue", "Session", "Tag", "Tally", "TwilioEvent", "User", "ZoneSet",
]  # fmt: skip

for _name in __all__:  # docstrings are for readers: as table comments each edit of one would ask for a migration
    globals()[_name]._meta.table_description = ""
