"""Why a text was not sent or did not arrive: our safeguards' codes and Twilio's, with a sentence each.

Sources: SPEC X3 and X4, DOMAIN C6. Codes not listed are Twilio errors, which staff may try again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webapp.rules.speech.sentences import said, said_to_all

Kind = Literal["safeguard", "twilio", "carrier"]

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
NOT_ACTIVE = frozenset({10001, 20005, 20403, 30002})  # the account is suspended, closed or not active
# Statuses of a text that Twilio took, and that reached nobody for such a reason
OF_THE_ACCOUNT = NOT_ACTIVE | {20003, 20404, 21606, 21611, 21659, 30024, 30032, 30034}


@dataclass(frozen=True)
class Explanation:
    """``meaning``: volunteers read it too; ``advice``: for the office, blank only for a safeguard after which there is nothing to do."""

    code: int
    kind: Kind
    meaning: str
    advice: str = ""


_TABLE = [
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
    Explanation(
        11200, "twilio", said_to_all("Twilio could not fetch the picture."), said("Check the site's public address.")
    ),
    Explanation(
        12300, "twilio", said_to_all("Twilio does not send this type of picture."), said("Add the picture again.")
    ),
    *(
        Explanation(
            code,
            "twilio",
            said_to_all("Twilio refused the account's credentials."),
            said("Check them in Set-up check."),
        )
        for code in (401, 403, 20003)
    ),
    *(
        Explanation(
            code,
            "twilio",
            said_to_all("The Twilio account is suspended, closed or not active."),
            said("Ask Twilio, then go on."),
        )
        for code in sorted(NOT_ACTIVE)
    ),
    *(
        Explanation(
            code,
            "twilio",
            said_to_all("Twilio doesn't know this account."),
            said("Check the account SID in Set-up check."),
        )
        for code in (404, 20404)
    ),
    Explanation(
        20429, "twilio", said_to_all("Twilio had too many requests at once."), said("It is sent again automatically.")
    ),
    Explanation(
        21211,
        "twilio",
        said_to_all("Twilio says this is not a valid phone number."),
        said("Correct the phone of the contact, or leave it."),
    ),
    Explanation(
        21212,
        "twilio",
        said_to_all("Twilio says the sending number is not valid."),
        said("Check the number in Numbers."),
    ),
    Explanation(
        21408,
        "twilio",
        said_to_all("The Twilio account is not allowed to text that region."),
        said("Switch it on at Twilio."),
    ),
    Explanation(21602, "twilio", said_to_all("The text was empty."), said("Check the words of the script.")),
    Explanation(
        21606,
        "twilio",
        said_to_all("The sending number is not this campaign's or can't text."),
        said("Check the number in Numbers."),
    ),
    Explanation(21610, "safeguard", said_to_all("This person has opted out at Twilio.")),
    Explanation(21611, "twilio", said_to_all("The sending number's queue is full."), said("Wait, or add numbers.")),
    Explanation(
        21612,
        "twilio",
        said_to_all("This phone can't be reached from the sending number."),
        said("Reach this person in another way."),
    ),
    Explanation(21614, "safeguard", said_to_all("This phone is not a mobile phone and can't get texts.")),
    Explanation(21617, "twilio", said_to_all("The text was longer than 1,600 characters."), said("Shorten the words.")),
    Explanation(
        21620, "twilio", said_to_all("Twilio refused the picture's address."), said("Check the site's public address.")
    ),
    Explanation(
        21621,
        "twilio",
        said_to_all("The sending number can't send pictures."),
        said("Send without one, or from another number."),
    ),
    Explanation(21635, "safeguard", said_to_all("This phone is a landline and can't get texts.")),
    Explanation(30001, "twilio", said_to_all("Twilio's queue was full."), said("It may be sent again.")),
    Explanation(
        30003,
        "twilio",
        said_to_all("The phone could not be reached: it was off or had no service."),
        said("It may be sent again."),
    ),
    Explanation(
        30004,
        "carrier",
        said_to_all("The person or their carrier blocks the sending number."),
        said("Don't send it again."),
    ),
    Explanation(
        30005,
        "twilio",
        said_to_all("The carrier doesn't know this phone."),
        said("Correct the phone of the contact, or leave it."),
    ),
    Explanation(
        30006,
        "twilio",
        said_to_all("This phone is a landline, or its carrier can't be reached."),
        said("Nothing to do: it counts as a landline for 180 days, unless a look-up said mobile."),
    ),
    Explanation(
        30007, "carrier", said_to_all("The carrier filtered the text."), said("Change the words; avoid links.")
    ),
    Explanation(
        30008,
        "twilio",
        said_to_all("The carrier did not deliver the text and gave no reason."),
        said("It may be sent again."),
    ),
    Explanation(
        30022,
        "carrier",
        said_to_all("The campaign sent faster than the carrier allows."),
        said("It may be sent later."),
    ),
    Explanation(
        30023,
        "carrier",
        said_to_all("The carrier's daily limit for the campaign is reached."),
        said("It may be sent tomorrow."),
    ),
    Explanation(
        30024, "twilio", said_to_all("The sending number is not set up with the carriers."), said("Ask Twilio.")
    ),
    Explanation(
        30032, "carrier", said_to_all("The toll-free sending number is not verified."), said("Verify it at Twilio.")
    ),
    Explanation(
        30034,
        "carrier",
        said_to_all("The sending number is not registered (A2P 10DLC)."),
        said("Register it at Twilio."),
    ),
    Explanation(
        30036,
        "twilio",
        said_to_all("Twilio could not hand the text over within 15 minutes, and gave it up."),
        said("It may be sent again."),
    ),
]
TABLE = {row.code: row for row in _TABLE}
AFTER_RESTORE = frozenset({RESTORED, RECONCILED})  # only an owner ends these stops
CARRIER = frozenset(row.code for row in _TABLE if row.kind == "carrier")


def stops_sending(code: int, own_region: bool) -> bool:
    """Is this refusal of a call about the account, so that no text should be tried? ``own_region``: the phone is of the
    region of the number that texted it; where Twilio may not text that, it may text nobody."""
    return code not in ABOUT_THE_TEXT or (code == REGION and own_region)


def explain(code: int) -> Explanation:
    """For a code not listed: a Twilio error with its number."""
    return TABLE.get(code) or Explanation(
        code, "twilio", said_to_all("Twilio reported error %(code)s.", code=code), said("Look it up at Twilio.")
    )
