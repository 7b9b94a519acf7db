"""The smaller rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.rules import errors, phone, rates, safe_cells, script_lint, segments, window
from webapp.rules.contacts import contact_zones, states
from webapp.rules.numbers.local_number import Candidate, choose
from webapp.rules.safeguards import Allowed, Claim, Facts, Refused, may_send
from webapp.rules.script_lint import lint
from webapp.rules.scripts import script_choice

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # in New York
KNOWN = {"first_name", "user.first_name", "campaign.name"}
GOOD = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer. Will you vote? Reply STOP to opt out."


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
        "picture_missing": False,
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


def test_when_a_window_opens_and_closes_next() -> None:
    night = NOON.replace(hour=4)
    zones = ["America/New_York", "America/Los_Angeles"]
    assert window.opens_at(night, time(9), time(21), zones) == NOON.replace(hour=17)
    assert window.closes_at(NOON.replace(hour=18), time(9), time(21), zones) == NOON.replace(hour=2) + timedelta(days=1)
    assert window.opens_at(night, time(9), time(10), ["America/New_York", "Pacific/Honolulu"]) is None


@given(st.integers(1, 6), st.integers(0, 5000), st.text(max_size=5))
def test_picks_are_even_and_reproducible(scripts: int, start: int, seed: str) -> None:
    block = start - start % scripts
    picks = [script_choice.pick(seed, block + n, scripts) for n in range(scripts * 3)]
    assert Counter(picks) == Counter(dict.fromkeys(range(scripts), 3))
    assert picks == [script_choice.pick(seed, block + n, scripts) for n in range(scripts * 3)]


def test_a_preferred_area_code_wins_while_its_number_is_free() -> None:
    far, near = Candidate(1, "212", 0), Candidate(2, "814", 60)
    assert choose([far, near], ["814"]) == near
    assert choose([far, Candidate(2, "814", 1800)], ["814"]) == far
    assert choose([far, Candidate(2, "814", 0, healthy=False)], ["814"]) == far
    assert choose([far, Candidate(2, "814", 0, new_today=5, daily_limit=5)], ["814"]) == far
    assert choose([Candidate(3, "212", 9), far], []) == far
    assert choose([], ["814"]) is None


@pytest.mark.parametrize(
    ("given_", "names", "source"),
    [
        ({"timezone": "America/Denver", "zip_code": "10001"}, ("America/Denver",), "timezone"),
        ({"timezone": "Pacific Time"}, ("America/Los_Angeles",), "timezone"),
        ({"timezone": "Mars/Base", "zip_code": "96720"}, ("Pacific/Honolulu",), "zip"),
        ({"zip_code": "2139-4307"}, ("America/New_York",), "zip"),
        ({"state": "pa"}, ("America/New_York",), "state"),
        ({"state": "TN", "phone": "+12125550123"}, ("America/New_York",), "area_code"),
        ({"phone": "+18505550123"}, ("America/Chicago", "America/New_York"), "area_code"),
        ({"phone": "+18005550123"}, (), ""),
        ({"phone": "+15005550006"}, (), ""),
        ({}, (), ""),
    ],
)
def test_where_a_contact_lives_is_read_from_the_best_evidence(
    given_: dict, names: tuple[str, ...], source: str
) -> None:
    assert contact_zones.derive(**given_) == contact_zones.Zones(names, source)  # type: ignore[arg-type]


def test_a_good_script_has_no_findings() -> None:
    assert lint(GOOD, "initial", KNOWN, "Meyer") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hi ##{{first_name}}, will you vote?", "no_opt_out"),
        (GOOD + " https://bit.ly/3JyacKR", "shortener"),
        (GOOD + " ##{{frist_name}}", "unknown_variable"),
        (GOOD + " ##{{first_name}", "unclosed"),
        ("x" * 1601, "too_long"),
        (" ", "empty"),
    ],
)
def test_errors_stop_publishing(text: str, code: str) -> None:
    assert code in [f.code for f in script_lint.errors(lint(text, "initial", KNOWN))]


@pytest.mark.parametrize(
    "words",
    [
        "Reply STOP to end",
        "Text STOP to opt out",
        "Stop2Quit",
        "STOP=end",
        "Reply END to stop",
        "Responda ALTO para salir",
        "Envía STOP para cancelar",
        'reply "stop" to unsubscribe',
        "opt out: reply STOP",
        "STOP to be removed",
        "Text us STOP",
        "Reply w/ STOP",
        "Opt-out: STOP",
        "Reply REMOVE to opt out",
        "Reply STOP at any time",
        "Para no recibir más, responder STOP",
        "Envíenos STOP",
        "Escríbenos STOP",
        "Txt STOP2END",
        "To end, text QUIT.",
    ],
)
def test_opt_out_wording_is_known_in_english_and_spanish(words: str) -> None:
    assert script_lint.has_opt_out_wording("Hi Lisa. " + words)


@pytest.mark.parametrize(
    "words",
    [
        "We must stop climate change",
        "Please stop by",
        "The end",
        "Opt out of fear",
        "We won't stop for now",
        "From end to end",
        "Please send end of year gifts",
        "Text END the war",
        "We will not stop for November",
        "Reply to stop the cuts",
    ],
)
def test_words_that_are_no_opt_out_wording(words: str) -> None:
    assert not script_lint.has_opt_out_wording("Hi Lisa. " + words)


def test_a_mend_makes_the_error_go_away() -> None:
    [finding] = script_lint.errors(lint("Hi ##{{first_name}}", "initial", KNOWN))
    assert finding.mend and script_lint.errors(lint(finding.mend, "initial", KNOWN)) == []
    [finding] = script_lint.errors(lint(GOOD + " ##{{frist_name}}", "initial", KNOWN))
    assert finding.mend == GOOD + " ##{{first_name}}"


LINKS = {"'cure-ballot'|trackable", "'plan'|trackable"}


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("See https://bit.ly/plan2.", "See ##{{'plan'|trackable}}."),
        ("(BIT.LY/CureIt)", "(##{{'cure-ballot'|trackable}})"),
        ("tinyurl.com/cure?y=1, soon", "##{{'cure-ballot'|trackable}}, soon"),
        ("www.ow.ly:443/plan\nBye", "##{{'plan'|trackable}}\nBye"),
    ],
)
def test_for_a_shortener_the_custom_link_that_sounds_like_it_is_offered(text: str, mended: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN, links=LINKS))
    assert finding.code == "shortener" and finding.mend == mended and finding.offer.startswith("Use ")
    assert script_lint.errors(lint(mended, "response", KNOWN | LINKS)) == []


def test_a_link_that_sounds_nothing_like_it_is_offered_only_where_it_is_the_only_one() -> None:
    [finding] = script_lint.errors(lint("bit.ly/3JyacKR", "response", KNOWN, links=LINKS))
    assert finding.mend is None
    [finding] = script_lint.errors(lint("bit.ly/3JyacKR", "response", KNOWN, links={"'plan'|trackable"}))
    assert finding.mend == "##{{'plan'|trackable}}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("bit.ly/a,thanks all", "bit.ly/a"),
        ("bit.ly?u={{first_name}} x", "bit.ly?u="),
        ("See https://bit.ly./x.", "https://bit.ly./x"),
        ("http://me@bit.ly/x", "http://me@bit.ly/x"),
        ("go.bit.ly:443/x", "go.bit.ly:443/x"),
        ("(bit.ly/abc)", "bit.ly/abc"),
    ],
)
def test_a_shortener_is_marked_whole_and_nothing_else_with_it(text: str, place: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert finding.code == "shortener" and text[finding.start : finding.end] == place


@given(st.text(alphabet=st.sampled_from("{}# firstname_,.\n'|bit.ly/a"), max_size=60))
def test_a_mend_keeps_every_word_of_the_author(text: str) -> None:
    """It changes what it points at, and nothing before or behind it."""
    for finding in lint(text, "response", KNOWN, links=LINKS):
        if finding.mend is not None and finding.code in ("unclosed", "unknown_variable", "shortener"):
            assert finding.mend.startswith(text[: finding.start]) and finding.start < finding.end
            assert finding.mend.endswith(text[finding.end :])


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "a." * 30_000, "##{ " * 15_000, "{{a}}" * 10_000, "bit.ly/x " * 5_000, "reply " * 9_000]
)
def test_a_long_text_is_looked_through_in_steps_not_in_squares(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A square of 60,000 would be minutes; the time-out of the test is the judge."""
    assert any(f.code == "too_long" for f in lint(text, "initial", KNOWN))


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Hi {{{first_name}}!", "Hi {{first_name}}!"),
        ("Hi ##{{first_name}}}!", "Hi ##{{first_name}}!"),
        ("##{first_name}}, x", "##{{first_name}}, x"),
    ],
)
def test_a_brace_too_many_is_an_error_with_a_mend(text: str, mended: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert (finding.code, finding.mend) == ("unclosed", mended)
    assert script_lint.errors(lint(mended, "response", KNOWN)) == []


def test_without_custom_links_a_shortener_is_shown_where_it_stands() -> None:
    [finding] = script_lint.errors(lint("Go to bit.ly/x now", "response", KNOWN))
    assert finding.mend is None and "Go to bit.ly/x now"[finding.start : finding.end] == "bit.ly/x"


@pytest.mark.parametrize("link", ["vote.org/x", "https://mybit.ly.example.org/x", "meyer.example", "abit.ly"])
def test_other_addresses_are_no_shorteners(link: str) -> None:
    assert script_lint.errors(lint(f"See {link}.", "response", KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Hi ##{{first_name, it is", "Hi ##{{first_name}}, it is"),
        ("Hi ##{first_name}!", "Hi ##{{first_name}}!"),
        ("Hi {{First_Name} and", "Hi ##{{first_name}} and"),
    ],
)
def test_an_open_brace_with_a_known_name_is_closed_with_one_tap(text: str, mended: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert (finding.code, finding.mend) == ("unclosed", mended)


def test_what_is_counted_is_what_the_person_gets_not_the_names_of_variables() -> None:
    script = "Hi ##{{first_name}} " + "x" * 140
    assert [f.code for f in lint(script, "response", KNOWN, "", "Hi Al " + "x" * 140)] == []
    [finding] = lint(script, "response", KNOWN, "", "Hi Zoé Ł " + "x" * 100)
    assert "“é”" not in finding.sentence and "Ł" in finding.sentence and finding.mend is None and finding.end == 0
    [finding] = lint("Vote — now " + "x" * 65, "response", KNOWN)
    assert "makes this 2 segments. With plain characters it is 1." in finding.sentence and finding.start == 5


def test_curly_quotes_cost_segments_and_can_be_made_plain() -> None:
    [finding] = [f for f in lint(GOOD.replace("'", "’"), "initial", KNOWN, "Meyer") if f.code == "encoding"]
    assert finding.level == "warning" and finding.mend and segments.count(finding.mend).encoding == "GSM-7"


@given(st.text(max_size=400))
def test_counting_never_raises_and_never_counts_less_than_the_units_need(text: str) -> None:
    counted = segments.count(text)
    room = segments.CHAINED[counted.encoding] if counted.segments > 1 else segments.ALONE[counted.encoding]
    assert counted.segments >= 1 and counted.units <= counted.segments * room


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2", "'-2"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "'\tx"),
        ("+12125550123", "+12125550123"),
        ("Lisa", "Lisa"),
        ("", ""),
    ],
)
def test_formulas_come_out_harmless_and_phones_readable(cell: str, safe: str) -> None:
    assert safe_cells.harmless(cell) == safe


@pytest.mark.parametrize(
    ("text", "short"), [("Pennsylvania", "PA"), ("p.a.", "PA"), ("ny", "NY"), ("Nowhere", ""), ("", "")]
)
def test_states_by_name_or_letters(text: str, short: str) -> None:
    assert states.abbreviation(text) == short


def test_a_phone_is_masked_but_for_two_digits() -> None:
    assert phone.masked("+14125550142") == "•••-•••-••42" and phone.national("+14125550142") == "412-555-0142"


def test_an_unknown_code_is_explained_too() -> None:
    assert errors.explain(39999).kind == "twilio" and "39999" in errors.explain(39999).meaning


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    # worked by hand from Wilson's formula with z = 1.96
    [(0, 10, 0.0, 0.27753), (5, 10, 0.23659, 0.76341), (10, 10, 0.72247, 1.0), (120, 1000, 0.10129, 0.14162)],
)
def test_a_rate_says_how_sure_it_is(hits: int, tries: int, low: float, high: float) -> None:
    rate = rates.Rate(hits, tries)
    assert rate.low == pytest.approx(low, abs=2e-4) and rate.high == pytest.approx(high, abs=2e-4)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400)), min_size=1, max_size=5))
def test_a_winner_is_above_all_others_and_nobody_wins_alone(pairs: list[tuple[int, int]]) -> None:
    made = [rates.Rate(min(hits, tries), tries) for hits, tries in pairs]
    winner = rates.best(made)
    assert winner is None or (
        len(made) > 1 and all(made[winner].value > r.value for n, r in enumerate(made) if n != winner)
    )
    assert all(r.low <= r.value <= r.high for r in made)


def test_the_same_rate_twice_is_no_winner() -> None:
    assert rates.best([rates.Rate(30, 100), rates.Rate(31, 100)]) is None
    assert rates.best([rates.Rate(300, 1000), rates.Rate(400, 1000)]) == 1
    assert rates.best([rates.Rate(0, 0), rates.Rate(1, 1)]) is None
