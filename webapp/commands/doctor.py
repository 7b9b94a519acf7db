"""`textbank doctor`: checks guards, kept counts and stored events, and reconciles after a restore (SPEC X2)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import TextIO

from webapp import config
from webapp.commands.shared import Refused
from webapp.database import guards
from webapp.gateways import twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.outcomes import restoring
from webapp.models.receiving import applying
from webapp.models.results import recount
from webapp.rules import errors
from webapp.workers.outcomes import restoring as restoring_jobs

FINE = "Guards are there, kept counts equal a recount, and every text that came in is applied."
AGAIN = "Everything is stopped and stays so; what was found is marked. Run this again."


async def examine(options: argparse.Namespace) -> None:
    """Ends with exit code 1 where something is not as it should be."""
    if options.after_restore:
        await _reconcile(sys.stderr if options.json else sys.stdout)
    wrong = await _wrong()
    print(json.dumps({"wrong": wrong}) if options.json else "\n".join(wrong) or FINE)
    if wrong:
        raise Refused(f"{len(wrong)} things are not as they should be.")


async def _wrong() -> list[str]:
    found = [f"guard {name} is missing or differs" for name in await guards.wrong()]
    found += await guards.careless() + await recount.differences()
    if await Campaign.exists(stopped_code=errors.RESTORED):
        told = errors.explain(errors.RESTORED)
        found.append(f"everything is stopped. {told.meaning} {told.advice}")
    if stuck := await applying.stuck():
        found.append(f"{stuck} texts that came in could not be applied yet; they are tried again every minute")
    return found


async def _wait_for_list(out: TextIO) -> None:
    """A text that Twilio's list still hides would not be marked, and might be sent again."""
    left = await restoring.hidden_for()
    if left:
        print(
            f"Everything is stopped. Twilio's list may not show the last texts yet: waiting {left / 60:.0f} minutes."
            " You may end this with Ctrl-C and run it again later.",
            file=out,
            flush=True,
        )
    await asyncio.sleep(left)


async def _reconcile(out: TextIO) -> None:
    """Stops everything first: a text that is not marked yet must not leave meanwhile."""
    await restoring.stop_all()
    await _wait_for_list(out)
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
        f" waiting to leave again and are settled, {counts['marked']} were lost with a backup or sent by something else,"
        " and are marked: whoever got one counts as texted."
        " An owner lets texts go again, in Set-up check.",
        file=out,
    )
