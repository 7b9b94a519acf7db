"""A whole keyword opts out, other words are flagged (SPEC X6, V8)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast.inputs.vectors import vectors, words
from webapp.rules import opt_out, script_lint
from webapp.rules.opt_outs import wording
from webapp.rules.opt_outs.words import KEYWORDS


def test_only_a_whole_keyword_opts_out_and_other_words_are_flagged() -> None:
    ours = {"keyword": "opt_out", "language": "possible", "none": "none", "opt_out": "opt_out", "possible": "possible"}
    wrong = []
    for row in vectors("optout.jsonl"):
        accepted = {ours[row["kind"]], ours[row.get("accept_also") or row["kind"]]}
        if (got := opt_out.classify(row["body"])) not in accepted:
            wrong.append((row["id"], row["body"], got))
    assert wrong == []


def test_what_people_wrote_to_be_left_alone_is_flagged_and_other_talk_is_not() -> None:
    wrong = [(row["text"], got) for row in words("inbound") if (got := opt_out.classify(row["text"])) != row["right"]]
    assert wrong == []


AROUND = ("{}", "please {}", "{} please", "{} ya", "ok {} thanks", "{} now!", "Hi. {}.", "{}\nI moved", "{} por favor")


@pytest.mark.parametrize("around", AROUND)
def test_a_keyword_among_polite_words_is_never_overlooked(around: str) -> None:
    unheard = [word for word in KEYWORDS if opt_out.classify(around.format(word)) == "none"]
    assert unheard == []


@pytest.mark.parametrize("about", ["me", "my number", "4125550123", "these texts", "this", "from list", "all messages"])
def test_a_keyword_with_what_it_is_about_is_never_overlooked(about: str) -> None:
    bare = sorted(KEYWORDS - {"opt out", "opt-out", "optout", "stop all", "stopall"})
    assert [word for word in bare if opt_out.classify(f"{word.upper()} {about}") == "none"] == []


@pytest.mark.parametrize("word", sorted(wording.WORDS.split("|")))
def test_each_word_that_a_script_may_ask_for_is_understood_alone(word: str) -> None:
    assert opt_out.classify(word) != "none" and opt_out.classify(word.upper() + ".") != "none"


WORDINGS = st.from_regex(wording.PATTERN)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(WORDINGS)
def test_whatever_wording_the_lint_accepts_is_understood_when_sent_back(text: str) -> None:
    """Drawn from the lint's own patterns."""
    if script_lint.has_opt_out_wording(text) and len(text) < opt_out.LONGEST:
        assert opt_out.classify(text) != "none"


@pytest.mark.parametrize("tail", ["", ".", "!", " 🛑", "\n", " 👍", '"', "…", "​"])
@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_a_keyword_counts_whatever_stands_around_it(word: str, tail: str) -> None:
    for written in (word, word.upper(), word.title()):
        assert opt_out.classify(f" {tail}{written}{tail} ") == "opt_out"


@pytest.mark.parametrize(
    "word", ["STOPP", "sstop", "QUITT", "ARRETT", "UNSUBSCRIBEE", "unsuscribe", "CANCLE", "S T O P", "st0p"]
)
def test_a_mistyped_keyword_is_flagged(word: str) -> None:
    assert opt_out.classify(word) == "possible"


@pytest.mark.parametrize(
    "said",
    [
        "đừng nhắn tin nữa",
        "Đừng gửi tin nhắn cho tôi",
        "Ngừng nhắn tin",
        "Sai số rồi",
        "xóa tôi khỏi danh sách",
        "别再给我发短信了",
        "打错电话了",
        "號碼錯了",
        "huwag na po kayong mag-text",
        "tigilan nyo na",
        "pa voye mesaj ankò",
    ],
)
def test_a_wish_to_stop_in_another_language_is_flagged(said: str) -> None:
    """With its accents as without them: somebody with the right keyboard is understood too."""
    assert opt_out.classify(said) == "possible"


@pytest.mark.parametrize(
    "said", ["Không, cảm ơn", "Tôi không gửi phiếu", "Tôi không nhận được phiếu", "好的", "Opo", "Tên tôi là An"]
)
def test_an_answer_in_another_language_is_let_through(said: str) -> None:
    assert opt_out.classify(said) == "none"


@pytest.mark.parametrize(
    "said",
    [
        "cancer",
        "RESIST",
        "shopping",
        "Quite",
        "the end",
        "I quit smoking",
        "Can you stop at my house?",
        "When do polls end?",
        "Stop the war",
        "I'm off today",
        "Dejé de fumar",
        "Huy",
    ],
)
def test_words_that_only_look_like_a_keyword_are_let_through(said: str) -> None:
    assert opt_out.classify(said) == "none"


ASKING = """
🛑
🛑🛑
🚫
🖕
rmv
dnt txt me
un-subscribe
spot
I do not consent
no consent
blocked
DNC
discontinue
no longer interested
TCPA violation
Halt
stahp
Bitte stoppen
descadastrar
parar de enviar
정지
停止して
ngừng nhắn
arrete mwen
for the last time stop
quit bugging me
no llame
take me out
purge my number
loose my number
list removal
STFU
bug off
Don't text me and my wife again
""".strip().splitlines()
TALK = """
👍
❤️
I don't text and drive
for the last time, stop by my office
I'd like to take out my mom to vote
don't text anyone else, I'm driving
do not call after 9
I'm blocked from voting?
spot on
""".strip().splitlines()


@pytest.mark.parametrize("said", ASKING)
def test_other_ways_to_say_no_more_are_flagged(said: str) -> None:
    assert opt_out.classify(said) == "possible"


@pytest.mark.parametrize("said", TALK)
def test_other_talk_is_not(said: str) -> None:
    assert opt_out.classify(said) == "none"


POLITE = """I'd rather not receive these; I would prefer not to get texts; I'm not interested in receiving texts; Please refrain from contacting me
Kindly discontinue texts; Halt texts; Suspend messages; turn off texts; turn these off; no further contact; No further texts please
I request removal; request to stop; I am requesting to be removed; Please exclude me; exclude my number; please unenroll me; I want off
Get off my phone; make them stop; this is a business line remove; She passed away, please take her off; take my mother off your list
I don't want any of this; Do not sell my info; this is a minor's phone; pls no more; No texting; Stop svp; Don't call. Don't text.
No autorizo; no consiento; no doy permiso; favor no escribir; favor de no mandar mensajes; no llamar; no me textee; ya no, gracias; ya no por favor
Do not call, text, or email me; Don't call/text; Please don't call/text me; don't call, text, email; don't call, text; Do not call or text this number
Do not call me, text me, or email me; Don't call, please text, or email; Don't call me. Text me. Never.; No calls/texts; Don't call or text me
no más tonterías; No más basura; no mas de sus textos; let me be in peace; get me out of this nonsense; rather not get this; I'd rather you not text me
prefer not to be contacted; suspend service; halt these; terminate my service; how do I make you stop; drop my wife from your list; please take my son off
Ya no quiero; ya no quiero nada; ya no molesten; ya no me interesa; ya no estén mandando; ya no estoy interesado; ya no tengo interés; ya no soy esa persona
le ruego que no me contacte; no escriban a este número; no más mensajes; No más; no envíen textos"""
OTHER_TALK = """Let me be clear, I support her; Don't call me, text me; please dont call just text; No calls please, text only; no calls. text me instead
ya no vivo en ese estado; ya no trabajo ahí; ya no tengo carro; No más guerras; no mas trump; no contacté a mi hermano; no envié la boleta
I'd rather vote in person; I prefer mail ballots; not interested in politics; I'm not interested in voting early; I request a ballot
take him off the ballot; Remove her from office; I want out of this war; kids phone bank?; no further questions; Turn off the lights on him
Don't call, just text; Don't call. Please text.; Please do not call. Text only.; Don't call, text is fine; Don't call me. Text me. Thanks; I don't call or text
Let me be honest; ya no estoy en Texas; ya no soy demócrata; ya no puedo votar; ya no hay tiempo; ya no importa; ya no voy a votar
They should halt these cuts; suspend bus service; they want to suspend the postal service; I'd rather not call people but can drive; I'd rather not ask
I'd rather not text people; make him stop; need to drop my son off; drop her off please; I have to drop my daughter off at school
they should shut down the plant; I prefer not to say; drop her a note; terminate his contract; mute point; no doy abasto; no mande la boleta todavía"""


def _phrases(table: str) -> list[str]:
    return [phrase.strip() for phrase in table.replace("\n", ";").split(";")]


def test_polite_and_roundabout_wishes_to_be_left_alone_are_flagged() -> None:
    assert [said for said in _phrases(POLITE) if opt_out.classify(said) != "possible"] == []


def test_words_of_opting_out_in_other_talk_are_not_flagged() -> None:
    assert [said for said in _phrases(OTHER_TALK) if opt_out.classify(said) != "none"] == []


# One opt-out a line of any language
ELSEWHERE = """EXIT; OUT; off; Terminate; cancelled; unregister; deregister; opt - out; Opt — Out; rmv me; rmv my number; STOPSTOPSTOP; stopstop; sto texting me
stoop texting; stpo txting me; do nt text; $top; 5TOP; stap; Unfollow; quitting; sign me off; get rid of my number; STOPPEN; Aufhoeren; hör auf; fermati
przestań; Przestańcie!; Zatrzymaj; rezygnuję; dur; durdur; iptal; tsum; nres; tigilan; wag na; sluta; lopeta; simama; daina; kwụsị; sispann voye; thôi
रुको; बंद करो; कृपया मुझे संदेश भेजना बंद करें; मत भेजो; بند کرو; بند کریں; روک دو; لغو; ارسال نکنید; قف; বন্ধ করুন; બંધ કરો; หยุด; ឈប់; ຢຸດ; አቁም; סטופ; תפסיק; הפסק
נא להסיר; הסר אותי מהרשימה בבקשה תודה; σταματήστε; ΣΤΟΠ; Παρακαλώ σταματήστε να μου στέλνετε; կանգ; դադարեցրեք; зупиніть; зупинити; відписатися; отстаньте
拒收; 回T退订; TD; 멈춰; 멈춰주세요; やめてください; 送らないで; もう送らないでください; நிறுத்து; ఆపండి; ਬੰਦ ਕਰੋ; ខ្ញុំមិនចង់"""
FRIENDLY = """हाँ; धन्यवाद!; नमस्ते; হ্যাঁ; ขอบคุณครับ; አዎ; כן; תודה רבה!; שלום; Ναι; Ευχαριστώ; այո; Дякую; так; Tak; teşekkürler; evet; ありがとうございます; はい; 네; 감사합니다
شكرا; نعم; مرسی; بله; 谢谢; ಠ_ಠ; µg; I'm out of town; I'm off on Friday; the way out; Out of state; exit polls; I took off; cancelled my trip; It was terminated
I'll sign up; Spot on!; Spot calling is fun; 5 of us; $5; 50; Nick Stap; Θα ψηφίσω την Τρίτη το πρωί; אני אצביע ביום שלישי בבוקר; Acha"""


def test_short_ways_to_opt_out_of_any_language_are_flagged() -> None:
    assert [said for said in _phrases(ELSEWHERE) if opt_out.classify(said) != "possible"] == []


def test_thanks_and_other_talk_in_any_language_are_not_flagged() -> None:
    assert [said for said in _phrases(FRIENDLY) if opt_out.classify(said) != "none"] == []
