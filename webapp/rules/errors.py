"""Why a text was not sent or did not arrive: our safeguards' codes, with a sentence each, and what Twilio's codes mean for
sending. The sentences for Twilio's codes are in carriers/twilio_errors.py.

Sources: SPEC X3 and X4, DOMAIN C6. Codes not listed are Twilio errors, which staff may try again.
"""

from __future__ import annotations

from webapp.rules.carriers.twilio_errors import NOT_ACTIVE as NOT_ACTIVE
from webapp.rules.carriers.twilio_errors import TWILIO
from webapp.rules.carriers.twilio_errors import Explanation as Explanation
from webapp.rules.speech.sentences import said, said_to_all

LANDLINE, OPTED_OUT, LOCKED, OUT_OF_HOURS, INVALID_PHONE, ALREADY_TEXTED = 1301, 1302, 1303, 1304, 1305, 1306
UNFILLED, BLOCKED, NO_NUMBER, TOO_LONG, POSSIBLE_OPT_OUT, PICTURE_MISSING = 1307, 1308, 1309, 1310, 1311, 1312
RESTORED, RECONCILED = 1313, 1314  # why a campaign is stopped
SHORTENER, BRACES = 1315, 1316  # what no text may have when it leaves (A7)
WAITED = 1317  # its contact's texting hours ended between the tap and now (S1)
NOT_LISTED = 1300  # the contact left the action's lists; no refusal, so not in the table
NO_REASON = 30008  # the carrier did not deliver, and did not say why
NOT_NOW = frozenset({LOCKED, OUT_OF_HOURS, NO_NUMBER, POSSIBLE_OPT_OUT, PICTURE_MISSING, WAITED})

RECORDS_OPT_OUT = frozenset({21610})
MARKS_LANDLINE = frozenset({21614, 21635, 30006})
REGION = 21408  # Twilio's permission for a region is missing: the account's fault where it is our own region
# Refusals of a call that are about this phone, this text or its picture. Any other is about the account, our number or us:
# the next text would fare the same (SPEC X4)
ABOUT_THE_TEXT = frozenset(
    {REGION, 21201, 21211, 21214, 21217, 21265, 21266, 21602, 21605, 21610, 21612, 21614, 21617, 21619, 21620, 21621}
    | {21622, 21623, 21635, 21654, 21656, 30003, 30004, 30005, 30006, 30007, 30008, 30011, 60205, 63033}
)
# Statuses of a text that Twilio took, and that reached nobody for such a reason
OF_THE_ACCOUNT = NOT_ACTIVE | {20003, 20404, 21606, 21611, 21659, 30024, 30032, 30034}


_SAFEGUARDS = [
    Explanation(LANDLINE, "safeguard", said_to_all("This phone is a landline, or another line that can't get texts.")),
    Explanation(OPTED_OUT, "safeguard", said_to_all("This person has opted out.")),
    Explanation(LOCKED, "safeguard", said_to_all("This person was texted a short while ago."), said("Send it later.")),
    Explanation(
        OUT_OF_HOURS,
        "safeguard",
        said_to_all("It is too early or too late where this person is."),
        said("Send it during texting hours."),
    ),
    Explanation(INVALID_PHONE, "safeguard", said_to_all("This is not a valid phone number.")),
    Explanation(ALREADY_TEXTED, "safeguard", said_to_all("This person was already texted in this action.")),
    Explanation(
        UNFILLED,
        "safeguard",
        said_to_all("A variable in the script has no value for this person."),
        said("Fill in the value, or take the variable out of the script."),
    ),
    Explanation(BLOCKED, "safeguard", said_to_all("This person is blocked.")),
    Explanation(
        NO_NUMBER, "safeguard", said_to_all("None of the campaign's numbers can send now."), said("See Set-up check.")
    ),
    Explanation(
        TOO_LONG, "safeguard", said_to_all("The text is longer than 1,600 characters."), said("Shorten the words.")
    ),
    Explanation(
        POSSIBLE_OPT_OUT,
        "safeguard",
        said_to_all("This person may have asked for no more texts."),
        said("Decide that first."),
    ),
    Explanation(PICTURE_MISSING, "safeguard", said_to_all("The script's picture is missing."), said("Add it again.")),
    Explanation(
        RESTORED,
        "safeguard",
        said_to_all(
            "Twilio has texts that the database doesn't know: it was restored from a backup, or something else texts from a"
            " number of this site."
        ),
        said(
            "End what else texts from it, if there is such a thing (the audit log says from which number), and run textbank doctor --after-restore."
        ),
    ),
    Explanation(
        RECONCILED,
        "safeguard",
        said_to_all("The database was restored from a backup, and the texts sent since are marked."),
        said("An owner can start texting again."),
    ),
    Explanation(
        SHORTENER,
        "safeguard",
        said_to_all("The text has a link shortener, which carriers filter. Write the full address."),
        said("Use the full address or a custom link."),
    ),
    Explanation(
        BRACES,
        "safeguard",
        said_to_all("The text has a variable in it that nothing fills in. Type the words themselves."),
        said("Change the value or the words."),
    ),
    Explanation(
        WAITED,
        "safeguard",
        said_to_all("Texting hours ended for this person before the text could leave."),
        said("Send it again if it still fits."),
    ),
]
TABLE = {row.code: row for row in (*_SAFEGUARDS, *TWILIO)}
AFTER_RESTORE = frozenset({RESTORED, RECONCILED})  # only an owner ends these stops
CARRIER = frozenset(row.code for row in TWILIO if row.kind == "carrier")


def stops_sending(code: int, own_region: bool) -> bool:
    """Is this refusal of a call about the account, so that no text should be tried? ``own_region``: the phone is of the
    region of the number that texted it; where Twilio may not text that, it may text nobody."""
    return code not in ABOUT_THE_TEXT or (code == REGION and own_region)


def explain(code: int) -> Explanation:
    """For a code not listed: a Twilio error with its number."""
    return TABLE.get(code) or Explanation(
        code, "twilio", said_to_all("Twilio reported error %(code)s.", code=code), said("Look it up at Twilio.")
    )
