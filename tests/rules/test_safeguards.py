"""Each safeguard refuses with its code (SPEC S1 to S10)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from webapp.rules.safeguards import Allowed, Claim, Facts, Refused, may_send

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # in New York


def facts(**changes: object) -> Facts:
    """A first text that nothing speaks against."""
    allowed: dict = {
        "kind": "initial",
        "body": "Hi",
        "phone": "+14125550142",
        "zones": ["America/New_York"],
        "start": time(9),
        "end": time(21),
        "lock": True,
        "landline": False,
        "opted_out": False,
        "confirms_opt_out": False,
        "blocked": False,
        "possible_opt_out": False,
        "texted_already": False,
        "last_claim": None,
        "their_conversation": False,
        "unanswered": 0,
        "number_can_send": True,
        "unfilled": (),
        "fields": ("polling",),
        "picture_missing": False,
        "clicked_at": None,
    }
    return Facts(**(allowed | changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"landline": True}, 1301),
        ({"opted_out": True}, 1302),
        ({"blocked": True}, 1308),
        ({"texted_already": True}, 1306),
        ({"unfilled": ("x",)}, 1307),
        ({"body": "x" * 1601}, 1310),
        ({"body": "I'm Jo. See bit.ly/3vote Bye"}, 1315),
        ({"body": "See tr.ee/x", "kind": "follow_up"}, 1315),
        ({"body": "See tr.ee/x", "kind": "confirmation"}, 1315),
        ({"body": "Hi {{first_name}}"}, 1316),
        ({"body": "Hi [First Name]", "kind": "follow_up"}, 1316),
        ({"body": "Vote at {Polling}", "kind": "follow_up"}, 1316),
        ({"possible_opt_out": True}, 1311),
        ({"picture_missing": True}, 1312),
        ({"phone": "+19005550142"}, 1305),
        ({"phone": "+447700900123"}, 1305),
        ({"phone": "12345", "kind": "follow_up"}, 1305),
        ({"number_can_send": False}, 1309),
        ({"start": time(13)}, 1304),
        ({"zones": ["America/New_York", "Pacific/Honolulu"]}, 1304),
        ({"zones": []}, 1304),
        ({"last_claim": Claim(NOON - timedelta(hours=5, minutes=59), "Other")}, 1303),
        ({"last_claim": Claim(NOON - timedelta(minutes=9), "Hi "), "lock": False}, 1303),
        ({"kind": "follow_up", "last_claim": Claim(NOON - timedelta(hours=1), "Other")}, 1303),
        (
            {
                "kind": "follow_up",
                "their_conversation": True,
                "unanswered": 3,
                "last_claim": Claim(NOON - timedelta(hours=1), "O"),
            },
            1303,
        ),
    ],
)
def test_each_safeguard_refuses_with_its_code(changes: dict, code: int) -> None:
    verdict = may_send(facts(**changes), NOON)
    assert verdict == Refused(code) and verdict.sentence.endswith(".")
    assert verdict.not_now is (code in (1303, 1304, 1309, 1311, 1312))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"opted_out": True, "confirms_opt_out": True, "kind": "confirmation"},
        {"last_claim": Claim(NOON - timedelta(hours=6), "Other")},
        {"last_claim": Claim(NOON - timedelta(hours=1), "Other"), "lock": False},
        {
            "kind": "follow_up",
            "their_conversation": True,
            "unanswered": 2,
            "last_claim": Claim(NOON - timedelta(minutes=1), "Other"),
        },
    ],
)
def test_what_is_allowed_is_allowed(changes: dict) -> None:
    assert may_send(facts(**changes), NOON) == Allowed()


def test_the_law_s_hours_hold_whatever_the_campaign_says() -> None:
    late = NOON.replace(hour=2) + timedelta(days=1)  # 21:00 in New York
    assert may_send(facts(start=time(0), end=time(23, 59)), late) == Refused(1304)
    assert may_send(facts(start=time(0), end=time(23, 59)), late - timedelta(seconds=1)) == Allowed()


def test_the_worker_refuses_in_the_last_minute() -> None:
    nearly = NOON.replace(hour=1, minute=59, second=30) + timedelta(days=1)
    assert may_send(facts(), nearly) == Allowed()
    assert may_send(facts(), nearly, at_the_worker=True) == Refused(1304)


@pytest.mark.parametrize(
    ("tapped", "now", "changes", "waited"),
    [
        (NOON, NOON + timedelta(hours=8), {}, False),  # 8 in the evening of the same day
        (NOON, NOON + timedelta(hours=21), {}, True),  # 9 the next morning
        (NOON, NOON + timedelta(days=30), {}, True),
        (NOON, NOON + timedelta(hours=21), {"kind": "follow_up"}, True),
        (NOON, NOON + timedelta(hours=21), {"kind": "confirmation"}, True),
        (NOON + timedelta(hours=3), NOON + timedelta(hours=26), {"zones": ["Pacific/Honolulu"]}, True),
        (NOON + timedelta(hours=12), NOON + timedelta(hours=13), {"zones": ["Pacific/Honolulu"]}, False),
        (NOON + timedelta(minutes=1), NOON, {}, False),  # the clock was set back
        (None, NOON, {}, False),
    ],
)
def test_a_text_whose_hours_ended_since_the_tap_needs_a_new_one(
    tapped: datetime | None, now: datetime, changes: dict, waited: bool
) -> None:
    verdict = may_send(facts(clicked_at=tapped, **changes), now, at_the_worker=True)
    assert verdict == (Refused(1317) if waited else Allowed())
