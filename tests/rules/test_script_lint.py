"""The faults of a script, and the fix of each (SPEC A3)."""

from __future__ import annotations

import pytest

from tests.cast.inputs.vectors import words
from webapp.rules import opt_out, script_lint, segments
from webapp.rules.script_lint import lint

KNOWN = {"first_name", "user.first_name", "campaign.name"}
GOOD = "Hi ##{{first_name}}, it's ##{{user.first_name}} with Meyer. Will you vote? Reply STOP to opt out."


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
    "wording",
    [
        "Reply STOP to end",
        "Text STOP to opt out",
        "Stop2Quit",
        "STOP=end",
        "Stop at any time by replying STOP",
        "Reply w STOP",
        "STOP ends texts",
        "“STOP” ends",
        "STOP cancels.",
        "No more texts? STOP",
        "Not interested? STOP",
        "To stop: STOP",
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
        "Stop to end",
        "Reply STOP Paid for by Meyer",
        "REPLY STOP TO OPT OUT",
        "Text ‘stop’ and we leave you alone",
        "Reply stop and we'll leave you alone",
        "HELP for help, STOP to cancel",
        "Txt STOP 4 no more",
        "Opt out? STOP",
        "Reply   STOP\n\nto opt out",
        "Envíe STOP y lo borramos",
    ],
)
def test_opt_out_wording_is_known_in_english_and_spanish(wording: str) -> None:
    assert script_lint.has_opt_out_wording("Hi Lisa. " + wording)


@pytest.mark.parametrize(
    "wording",
    [
        "Trả lời STOP để ngừng nhận tin",
        "Nhắn tin STOP để hủy",
        "Soạn STOP để dừng",
        "回复STOP退订",
        "回覆 STOP 取消",
        "請傳送「STOP」停止",
        "I-reply ang STOP para huminto",
        "STOP을 회신하면 수신이 거부됩니다",
        "Répondez STOP pour arrêter",
        "Reponn STOP pou sispann",
    ],
)
def test_opt_out_wording_is_known_in_the_languages_voters_are_texted_in(wording: str) -> None:
    """An answer in the same words is at least a possible opt-out."""
    assert script_lint.has_opt_out_wording("An: " + wording)
    assert opt_out.classify(wording) != "none"


@pytest.mark.parametrize(
    "said", ["Trả lời chúng tôi nhé", "回复我们", "Soạn tin nhắn", "别停止投票", "Gặp ở BUS STOP số 5"]
)
def test_words_of_other_languages_that_are_no_opt_out_wording(said: str) -> None:
    assert not script_lint.has_opt_out_wording("An: " + said)


@pytest.mark.parametrize(
    "wording",
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
        "Stop to end hunger in Ohio",
        "Text CANCEL STUDENT DEBT",
        "Say stop to war",
        "Will you help us stop it?",
        "Ven a salir con nosotros",
        "Click here to opt out",
    ],
)
def test_words_that_are_no_opt_out_wording(wording: str) -> None:
    assert not script_lint.has_opt_out_wording("Hi Lisa. " + wording)


def test_each_case_of_wording_is_judged_right() -> None:
    for row in words("wording"):
        assert ("yes" if script_lint.has_opt_out_wording(row["text"]) else "no") in row["right"].split("|"), row


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Vote! It's Jo. See bit.ly/3vote-now Bye", "shortener"),
        ("See TR.EE/x", "shortener"),
        ("Hi {{first_name}}", "braces"),
        ("Hi ##{{first_name}", "braces"),
        ("Hi [First Name]", "braces"),
        ("Vote at {polling}", "braces"),
        ("Vote at [Polling]", "braces"),
        ("Vote at %polling%", "braces"),
        ("Vote at *|POLLING|*", "braces"),
        ("Vote at {custom_field_polling}", "braces"),
        ("Vote at custom_field_polling", "braces"),
        ("Vote at polling_place", "braces"),
        ("Hi %firstname%, hi $name$", "braces"),
        ("Prices up 5% polling 3%, $5 and $6, [poll] jo@x.org @polling", ""),
        ("Doors open {7 pm} [back door], first come", ""),
        ("Write to jo@bit.ly", ""),
        ("See https://meyer.example.org/rally", ""),
    ],
)
def test_what_a_text_may_not_have_when_it_leaves(text: str, wrong: str) -> None:
    assert script_lint.in_sent(text, ("polling", "polling_place")) == wrong


def test_a_fix_makes_the_error_go_away() -> None:
    [finding] = script_lint.errors(lint("Hi ##{{first_name}}", "initial", KNOWN))
    assert finding.fixed and script_lint.errors(lint(finding.fixed, "initial", KNOWN)) == []
    [finding] = script_lint.errors(lint(GOOD + " ##{{frist_name}}", "initial", KNOWN))
    assert finding.fixed == GOOD + " ##{{first_name}}"


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "a." * 30_000, "##{ " * 15_000, "{{a}}" * 10_000, "bit.ly/x " * 5_000, "reply " * 9_000]
)
def test_a_long_text_is_looked_through_in_steps_not_in_squares(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A square of 60,000 would be minutes; the time-out of the test is the judge."""
    assert any(f.code == "too_long" for f in lint(text, "initial", KNOWN))


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Hi {{{first_name}}!", "Hi {{first_name}}!"),
        ("Hi ##{{first_name}}}!", "Hi ##{{first_name}}!"),
        ("##{first_name}}, x", "##{{first_name}}, x"),
    ],
)
def test_a_brace_too_many_is_an_error_with_a_fix(text: str, fixed: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert (finding.code, finding.fixed) == ("unclosed", fixed)
    assert script_lint.errors(lint(fixed, "response", KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Hi ##{{first_name, it is", "Hi ##{{first_name}}, it is"),
        ("Hi ##{first_name}!", "Hi ##{{first_name}}!"),
        ("Hi {{First_Name} and", "Hi ##{{first_name}} and"),
    ],
)
def test_an_open_brace_with_a_known_name_is_closed_with_one_tap(text: str, fixed: str) -> None:
    [finding] = script_lint.errors(lint(text, "response", KNOWN))
    assert (finding.code, finding.fixed) == ("unclosed", fixed)


def test_what_is_counted_is_what_the_person_gets_not_the_names_of_variables() -> None:
    script = "Hi ##{{first_name}} " + "x" * 140
    assert [f.code for f in lint(script, "response", KNOWN, "", "Hi Al " + "x" * 140)] == []
    [finding] = lint(script, "response", KNOWN, "", "Hi Zoé Ł " + "x" * 100)
    assert "“é”" not in finding.sentence and "Ł" in finding.sentence and finding.fixed is None and finding.end == 0
    [finding] = lint("Vote — now " + "x" * 65, "response", KNOWN)
    assert "makes this 2 segments. With plain characters it is 1." in finding.sentence and finding.start == 5


def test_curly_quotes_cost_segments_and_can_be_made_plain() -> None:
    [finding] = [f for f in lint(GOOD.replace("'", "’"), "initial", KNOWN, "Meyer") if f.code == "encoding"]
    assert finding.level == "warning" and finding.fixed and segments.count(finding.fixed).encoding == "GSM-7"


@pytest.mark.parametrize(
    ("variable", "sentence"),
    [
        ("##{{'vote'|trackable}}", "There is no custom link “vote”. Make it in Settings, Custom links."),
        ("##{{custom_field_gift}}", "There is no custom field “gift”. Make it in Settings, Custom Fields."),
        ("##{{weather}}", "“weather” is not a variable of this campaign."),
    ],
)
def test_an_unknown_variable_says_what_is_missing_and_where_it_is_made(variable: str, sentence: str) -> None:
    assert sentence in [found.sentence for found in lint(f"{GOOD} {variable}", "initial", KNOWN, "Meyer")]


def test_a_campaign_is_named_with_or_without_its_accents() -> None:
    """The fix "Use plain characters" takes them off."""
    for text in ("Hi from Kane for Council", "Hi from KĀNE FOR COUNCIL", "Hi from Kāne for Council"):
        assert "campaign" not in {found.code for found in lint(text, "initial", KNOWN, "Kāne for Council")}
