"""The SFTP folder of a nightly import: where it is, how we log in, and which key its server has to show (SPEC B8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.logins import sealed
from webapp.models.nightly import plan
from webapp.models.nightly.plan import NightlyImport
from webapp.rules.nightly import folder as folder_rules


@dataclass(frozen=True)
class Wanted:
    """``password``: "" where we make a key pair."""

    host: str
    port: int
    user_name: str
    folder: str
    pattern: str
    password: str = field(default="", repr=False)


class NightlyFolder(Model):
    """``secret``: sealed; the password, or our private key where there is a ``public_key``. ``server_key``: the
    server's key that staff confirmed. ``shown_key``: a different key that the server showed later. Keys are as OpenSSH
    writes them."""

    id = fields.IntField(primary_key=True)
    nightly: fields.OneToOneRelation[NightlyImport] = fields.OneToOneField(
        "models.NightlyImport", related_name="sftp_folder", on_delete=fields.NO_ACTION
    )
    port = fields.IntField()
    user_name = fields.CharField(100)
    folder = fields.CharField(400)
    pattern = fields.CharField(folder_rules.LONGEST_PATTERN)
    secret = fields.TextField()
    public_key = fields.CharField(200, default="")
    server_key = fields.TextField(default="")
    shown_key = fields.TextField(default="")

    nightly_id: int

    class Meta:
        table = "nightly_folder"

    @property
    def fingerprint(self) -> str:
        return folder_rules.fingerprint(self.server_key)

    @property
    def shown_fingerprint(self) -> str:
        return folder_rules.fingerprint(self.shown_key)


async def of(row: NightlyImport) -> NightlyFolder | None:
    """None where its file is at an address."""
    return await NightlyFolder.get_or_none(nightly_id=row.id)


@transactional
async def make(by: Membership, wanted: Wanted, list_name: str, hour: int) -> NightlyImport:
    """The server is asked for its key at once; nobody logs in before staff confirmed it."""
    row = await plan.make(by, f"sftp://{wanted.host}", wanted.host, list_name, hour)
    private, public = ("", "") if wanted.password else _key_pair(by.campaign.slug)
    await NightlyFolder.create(
        nightly=row,
        port=wanted.port,
        user_name=wanted.user_name,
        folder=wanted.folder,
        pattern=wanted.pattern,
        secret=sealed.seal(private or wanted.password),
        public_key=public,
    )
    return row


def _key_pair(slug: str) -> tuple[str, str]:
    """Private and public, as OpenSSH writes them."""
    made = Ed25519PrivateKey.generate()
    private = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    public = made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return private, f"{public} textbank-{slug}"


@transactional
async def note_shown(row: NightlyFolder, key: str) -> str:
    """Notes that the server showed a key that nobody confirmed. Returns why nothing is read."""
    await NightlyFolder.filter(id=row.id).exclude(server_key=key).update(shown_key=key)
    now = folder_rules.fingerprint(key)
    if not row.server_key:
        return f"Nobody has confirmed the server's key yet. It shows {now}. Nothing was sent to it, and nothing was stored."
    return (
        f"The server's key changed: {row.fingerprint} before, {now} now. It may be another server. Nothing was sent to it, and nothing"
        " was stored. Ask those who run it; if the new key is theirs, confirm it on the page of this nightly import."
    )


@transactional
async def note_known(row: NightlyFolder) -> None:
    """Notes that the server showed the key that staff confirmed; nobody is asked about an earlier one any more."""
    await NightlyFolder.filter(id=row.id, server_key=row.server_key).exclude(shown_key="").update(shown_key="")


@transactional
async def confirm(by: Membership, row: NightlyImport, fingerprint: str) -> bool:
    """The key with this fingerprint is the server's, and its file is fetched at once. False where the server showed another one
    since the page was opened."""
    found = await NightlyFolder.filter(nightly_id=row.id).select_for_update().first()
    if found is None or not found.shown_key or found.shown_fingerprint != fingerprint:
        return False
    await NightlyFolder.filter(id=found.id).update(server_key=found.shown_key, shown_key="")
    await NightlyImport.filter(id=row.id, ended_at=None).update(next_at=clock.now())
    await audit.record(
        by, "nightly.key_confirmed", {"nightly": row.id}, row.list_name, server=row.host, key=fingerprint
    )
    return True
