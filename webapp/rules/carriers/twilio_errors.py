"""Error codes of Twilio and the carriers, with a sentence each (SPEC X4, DOMAIN C6). Their meaning for sending is in
rules/errors.py, which knows our own codes too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webapp.rules.speech.sentences import said, said_to_all

Kind = Literal["safeguard", "twilio", "carrier"]
NOT_ACTIVE = frozenset({10001, 20005, 20403, 30002})  # the account is suspended, closed or not active


@dataclass(frozen=True)
class Explanation:
    """``meaning``: volunteers read it too; ``advice``: for the office, blank only for a safeguard after which there is nothing to do."""

    code: int
    kind: Kind
    meaning: str
    advice: str = ""


TWILIO = [
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
