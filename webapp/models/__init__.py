"""Rows and their verbs. Never enqueues, never calls a gateway. Tables are listed here for the ORM."""

from webapp.models.accounts.audit import AuditAbout, AuditEvent
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.teams import Team, UserList, UserListMember
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action, ActionExclusion, ActionList, ActionUser
from webapp.models.actions.limits import ActionLimit, ZipDistrict
from webapp.models.actions.pictures import Picture
from webapp.models.actions.report_settings import ReportField, ReportTag
from webapp.models.actions.script import Script, ScriptTag, ScriptValue, ScriptWords
from webapp.models.api.answer import ApiAnswer
from webapp.models.api.token import ApiToken
from webapp.models.bulk.job import BulkJob
from webapp.models.carriers.warning import CarrierWarning
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.contacts.zones import ZoneDerivation, ZoneSet
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.models.conversations.message import Message, MessageEffect
from webapp.models.deliveries import DeliveryTally
from webapp.models.exports.job import Export, ExportSchedule
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import HookEvent
from webapp.models.hourly import HourTally
from webapp.models.imports.job import ContactImport, ImportedContact, RefusedRow
from webapp.models.joining.email_letters import EmailLetter
from webapp.models.joining.invites import Invite
from webapp.models.kept_counts import AnswerTally, CodeTally, SafeguardHit, ScriptTally, Tally
from webapp.models.links.links import CustomLink, LinkClick, TrackedLink
from webapp.models.logins.app_codes import AuthenticatorApp, RecoveryCode
from webapp.models.logins.passkeys import Passkey
from webapp.models.logins.steps import LoginStep
from webapp.models.nightly.folder import NightlyFolder
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.models.notices.choices import Choices
from webapp.models.notices.notice import Notice, Recipient
from webapp.models.notices.push_device import PushDevice
from webapp.models.numbers.number import AccountNumber, PhoneNumber
from webapp.models.numbers.orders import NumberOrder
from webapp.models.opt_in_forms.form import OptInField, OptInForm, OptInNumber
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_outs.opt_out import OptOut, OptOutSaidAgain
from webapp.models.receiving.event import TwilioEvent
from webapp.models.receiving.media import Media
from webapp.models.reports.report import Report
from webapp.models.scripts.cost import ScriptCost
from webapp.models.sharing.sharing import OptOutSharing
from webapp.models.spending import SpendTally
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import VanFact, VanPerson
from webapp.models.van.kept import VanKept
from webapp.models.van.mapping import VanMapping, VanThing
from webapp.models.van.matching import VanMatch
from webapp.models.van.places import VanState
from webapp.models.van_lists.listed import VanList
from webapp.models.van_lists.loading import VanLoad
from webapp.models.writing import WriteTest

TABLES = [
    AccountNumber,
    Action,
    ActionExclusion,
    ActionLimit,
    ActionList,
    ActionUser,
    AnswerTally,
    ApiAnswer,
    ApiToken,
    AssignmentEvent,
    AuditAbout,
    AuditEvent,
    AuthenticatorApp,
    Bucket,
    BulkJob,
    Campaign,
    CarrierWarning,
    Choices,
    CodeTally,
    Consent,
    Contact,
    ContactEvent,
    ContactImport,
    ContactList,
    ContactTag,
    Conversation,
    CustomField,
    CustomLink,
    DeliveryTally,
    EmailLetter,
    Export,
    ExportSchedule,
    FieldValue,
    HookEndpoint,
    HookEvent,
    ImportedContact,
    Invite,
    LinkClick,
    ListMembership,
    LoginStep,
    Mail,
    Media,
    Membership,
    Message,
    MessageEffect,
    NightlyFolder,
    NightlyImport,
    NightlyRun,
    Notice,
    NumberOrder,
    OptInField,
    OptInForm,
    OptInNumber,
    OptOut,
    OptOutSaidAgain,
    OptOutSharing,
    Passkey,
    PasswordLink,
    PhoneNumber,
    Picture,
    PushDevice,
    Recipient,
    RecoveryCode,
    RefusedRow,
    Report,
    ReportField,
    ReportTag,
    SafeguardHit,
    Script,
    ScriptCost,
    ScriptTag,
    ScriptTally,
    ScriptValue,
    ScriptWords,
    Session,
    SignUp,
    SpendTally,
    Tag,
    HourTally,
    Tally,
    Team,
    TrackedLink,
    TwilioEvent,
    User,
    UserList,
    UserListMember,
    VanConnection,
    VanFact,
    VanKept,
    VanList,
    VanLoad,
    VanMatch,
    VanMapping,
    VanPerson,
    VanState,
    VanThing,
    WriteTest,
    ZoneDerivation,
    ZipDistrict,
    ZoneSet,
]

for _table in TABLES:  # docstrings are for readers: as table comments each edit of one would ask for a migration
    _table._meta.table_description = ""
