"""The `textbank` command. Works on the database in this process; no worker has to run."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

from tortoise.exceptions import OperationalError, ValidationError

from webapp import clock, config, database, demo, logs, supervisor, web
from webapp.config import ConfigError, Settings
from webapp.database import guards
from webapp.database.migrate import MigrationError, migrate
from webapp.gateways import twilio
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.passwords import FIRST_LINK_LIFE, PasswordLink
from webapp.models.accounts.users import ROLES, Membership, User, normal_email
from webapp.models.contacts.create import create_campaign
from webapp.models.conversations import making
from webapp.models.imports import importing, reading
from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.receiving import applying
from webapp.models.results import recount
from webapp.models.sending import restoring
from webapp.rules import phone, window
from webapp.workers import main as worker
from webapp.workers import restoring as restoring_jobs


class Refused(Exception):
    """Exit 1, with one clear line."""


def main() -> None:
    options = _parser().parse_args()
    try:
        logs.set_up(logging.INFO if options.command in ("web", "worker") else logging.WARNING)
        options.do(options)
    except (
        Refused,
        ConfigError,
        MigrationError,
        ValidationError,
        OperationalError,
        OSError,
        supervisor.CannotRun,
    ) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="textbank", description="Peer-to-peer texting for campaigns, unions and non-profits."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, do: Callable[[argparse.Namespace], None], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(do=do)
        return made

    command("run", _run, "everything on this machine; without a Twilio account a rehearsal")
    command("web", lambda _: _uvloop(web.run()), "one web process")
    command("worker", lambda _: _uvloop(worker.run()), "one worker process")
    command("migrate", lambda _: asyncio.run(migrate(config.settings().database)), "bring the database up to date")
    command("demo", lambda _: _in_database(_demo), "make the rehearsal's campaign; its simulator must run")
    doctor = command(
        "doctor", lambda o: _in_database(lambda: _doctor(o)), "check guards, kept counts and stored events"
    )
    doctor.add_argument(
        "--after-restore", action="store_true", help="stop everything, and mark what Twilio has sent since the backup"
    )
    doctor.add_argument("--json", action="store_true", help="print one object that a script can read")
    _campaign(commands.add_parser("campaign", help="campaigns"))
    _user(commands.add_parser("user", help="users"))
    _import(command("import", _import_file, "read a contact list"))
    return parser


def _campaign(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="a new campaign")
    create.add_argument("name")
    create.add_argument("--slug", required=True, help="its name in addresses: small letters, digits, dashes")
    create.add_argument("--timezone", required=True, help="such as America/New_York")
    create.set_defaults(do=lambda o: _in_database(lambda: _create_campaign(o)))
    number = verbs.add_parser("number", help="give a campaign a number of the Twilio account")
    number.add_argument("phone")
    number.add_argument("--slug", required=True)
    number.add_argument("--rate", type=float, default=1.0, help="segments a second")
    number.set_defaults(do=lambda o: _in_database(lambda: _add_number(o)))


def _user(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="a new user, or a role in a campaign for a known one")
    create.add_argument("--email", required=True)
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--campaign", required=True, metavar="SLUG")
    create.add_argument("--first-name", default="")
    create.add_argument("--last-name", default="")
    create.set_defaults(do=lambda o: _in_database(lambda: _create_user(o)))


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--campaign", required=True, metavar="SLUG")
    parser.add_argument("--list", required=True, metavar="NAME", dest="list_name")
    parser.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD", help="say what a column is; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print one object that a script can read")


def _uvloop(work: Awaitable[None]) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)  # type: ignore[arg-type]
    else:
        uvloop.run(work)  # type: ignore[arg-type]


def _in_database(work: Callable[[], Awaitable[Any]]) -> Any:
    """Opens the database for one command and closes it, or the process would never end."""

    async def run() -> Any:
        try:
            await database.open_database(config.settings().database)
            if await guards.wrong():
                raise Refused("The database is not up to date. Run textbank migrate first.")
            return await work()
        finally:
            await database.close_database()

    return asyncio.run(run())


def _run(_: argparse.Namespace) -> None:
    supervisor.run(config.settings(), _seed)


def _seed(chosen: Settings) -> list[str]:
    asyncio.run(migrate(chosen.database))
    if chosen.rehearsal:
        return _in_database(lambda: demo.make(chosen))
    return [f"Text bank at {chosen.public_url}. Make a campaign with textbank campaign create."]


async def _demo() -> None:
    print("\n".join(await demo.make(config.settings())))


async def _doctor(options: argparse.Namespace) -> None:
    """Ends with 1 where something is not as it should be."""
    if options.after_restore:
        await _after_restore(sys.stderr if options.json else sys.stdout)
    found = [f"guard {name} is missing or differs" for name in await guards.wrong()] + await guards.careless()
    found += await recount.differences()
    if stuck := await applying.stuck():
        found.append(f"{stuck} texts that came in could not be applied yet; they are tried again every minute")
    fine = "Guards are there, kept counts equal a recount, and every text that came in is applied."
    print(json.dumps({"wrong": found}) if options.json else "\n".join(found) or fine)
    if found:
        raise Refused(f"{len(found)} things are not as they should be.")


AGAIN = "Everything is stopped and stays so; what was found is marked. Run this again."


async def _after_restore(told: TextIO) -> None:
    """In this order: a text that is not marked yet finds everything stopped."""
    await restoring.stop_all()
    gateway = twilio.Twilio(config.settings())
    try:
        counts = await restoring_jobs.reconcile(gateway)
    except restoring_jobs.LostNumbers as lost:
        raise Refused(
            f"No campaign has {lost}, and their texts come here: they were added after the backup. Everything is stopped and"
            " stays so. Take them into their campaign on its Numbers page, then run this again."
        ) from lost
    except restoring_jobs.NotHeard as error:
        raise Refused(f"What came in could not be listed for every number. {AGAIN}") from error
    except twilio.TROUBLE as error:
        raise Refused(f"Twilio did not answer. {AGAIN}") from error
    finally:
        await gateway.close()
    print(
        f"Everything is stopped. Of the texts Twilio has sent since: {counts['known']} were known, {counts['settled']} were"
        f" waiting to leave again and are settled, {counts['marked']} were lost with the backup and are marked."
        " An owner lets texts go again, in Set-up check.",
        file=told,
    )


async def _create_campaign(options: argparse.Namespace) -> None:
    if not window.usable(options.timezone) or "/" not in options.timezone:
        raise Refused(f"{options.timezone} is no time zone. Write one such as America/New_York.")
    slug = options.slug.strip().lower()
    if not slug.replace("-", "").isalnum() or not slug.isascii() or len(slug) > 60:
        raise Refused("A slug has small letters, digits and dashes, 60 at most.")
    if await Campaign.exists(slug=slug):
        raise Refused(f"There is a campaign {slug} already.")
    campaign = await create_campaign(options.name, slug, options.timezone)
    print(f"Campaign {campaign.name} at {config.settings().url('/c/' + slug)}, join code {campaign.join_code}")


async def _of(slug: str) -> Campaign:
    campaign = await Campaign.get_or_none(slug=slug)
    if campaign is None:
        raise Refused(f"There is no campaign {slug}.")
    return campaign


async def _add_number(options: argparse.Namespace) -> None:
    campaign, parsed = await _of(options.slug), phone.parse(options.phone)
    if isinstance(parsed, phone.InvalidPhone):
        raise Refused(f"{options.phone} is not a phone number.")

    async def do() -> PhoneNumber:
        await audit.note(campaign, None, "number.added_from_shell", parsed.e164)
        return await add_number(campaign, parsed.e164, rate=options.rate)

    number = await database.transaction(do)
    print(f"{number.e164} belongs to {campaign.name}. Now press Check again on its Set-up check.")


async def _create_user(options: argparse.Namespace) -> None:
    campaign, email = await _of(options.campaign), normal_email(options.email)
    if "@" not in email:
        raise Refused(f"{options.email} is no e-mail address.")

    async def do() -> User:
        user = await User.with_email(email)
        if user is None:
            user = await User.sign_up(email=email, first_name=options.first_name, last_name=options.last_name)
        member = await Membership.join(user, campaign, options.role)
        await Membership.filter(id=member.id).update(role=options.role, approved_at=clock.now())
        await audit.note(campaign, None, "user.made_from_shell", email, role=options.role)
        return user

    user = await database.transaction(do)
    link = config.settings().url("/password/" + await PasswordLink.issue(user, FIRST_LINK_LIFE))
    print(f"{email} is {options.role} of {campaign.name}. One-time link to set a password, good for 7 days:\n{link}")


def _import_file(options: argparse.Namespace) -> None:
    try:
        told = _in_database(lambda: _take_in(options))
    except Refused as refusal:
        if options.json:
            error = {"code": "refused", "message": str(refusal)}
            print(json.dumps({"accepted": 0, "merged": 0, "refused": [], "left_out": [], "error": error}))
        raise
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
    elif told["error"] is None:
        print(f"{told['accepted']} stored, {told['merged']} merged, {len(told['refused'])} refused.")
        for row in told["refused"]:
            print(f"  line {row['line']}: {row['reason']}")
        for warning in told["warnings"]:
            print(warning)
    if told["error"] is not None:
        if options.json:
            sys.exit(1)
        raise Refused(f"{told['error']['message']} ({told['error']['code']})")


async def _take_in(options: argparse.Namespace) -> dict[str, Any]:
    """One object: accepted, refused (line, reason), merged, error (none, or code and message)."""
    campaign = await _of(options.campaign)
    if not options.file.is_file():
        raise Refused(f"There is no file {options.file}.")
    mapping = _mapping(options.map)
    job = await importing.begin(
        campaign, options.list_name, options.file.resolve(), options.file.name, None, mapping=mapping
    )
    while await importing.take_in(job.id, 60):
        continue
    reading.plain_copy(job).unlink(missing_ok=True)
    job = await ContactImport.get(id=job.id)
    for action_id in await making.actions_of_list(job.contact_list_id):
        await making.make_all(action_id)
    return await _told(job.id)


def _mapping(given: list[str]) -> dict[str, str]:
    if wrong := [pair for pair in given if "=" not in pair]:
        raise Refused(f"--map wants COLUMN=FIELD, not {wrong[0]}.")
    return dict(pair.rsplit("=", 1) for pair in given)  # type: ignore[arg-type,misc]


async def _told(import_id: int) -> dict[str, Any]:
    job = await ContactImport.get(id=import_id)
    rows = await RefusedRow.filter(contact_import=job).order_by("line")
    if job.status == "asking":
        await long_work.cancel(job)
    error = {"code": job.error_code, "message": job.error_message} if job.error_code else None
    return {
        "accepted": job.stored,
        "merged": job.merged,
        "error": error,
        "left_out": job.left_out,
        "warnings": _warnings(job),
        "refused": [{"line": row.line, "reason": row.reason} for row in rows],
    }


def _warnings(job: ContactImport) -> list[str]:
    """What is in, but perhaps not as was meant."""
    told = [
        (job.nameless, "have no first name and will use the fallback"),
        (job.zoneless, "have no known time zone; the campaign's is used"),
        (job.opted_out, "have opted out and stay so"),
        (job.landlines, "are known landlines"),
        (job.unknown_keepers, "name a volunteer who is not here"),
    ]
    left_out = [f"Columns left out: {', '.join(job.left_out)}. Say where they go with --map."] if job.left_out else []
    return [f"{number} {words}." for number, words in told if number] + left_out


if __name__ == "__main__":
    main()
