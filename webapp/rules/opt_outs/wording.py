"""How a text says how to opt out: "Reply STOP to opt out" (SPEC A7). An answer in the same words is understood (X6, V8).

Capitals mark a keyword: "Reply STOP" names one, "we stop by" does not. A keyword in other letters counts only where the
words behind it can't belong to an ordinary sentence.
"""

from __future__ import annotations

import re

# Words to send. Each is a keyword of rules/opt_out.py, or a possible opt-out by itself: a test compares them.
WORDS = (
    "stopall|stop all|stop|unsubscribe|unsub|opt out|opt-out|optout|quit|end|cancel|remove|revoke"
    "|alto|parar|pare|baja|cancelar|salir|basta"
)
_VERB = (
    r"reply|replying|rply|repl|text|texting|txt|send|sending|respond|answer|type|say|msg|message|write|enter|use"
    r"|responda|responde|responder|env[ií]e|env[ií]a|enviar|env[ií]enos|env[ií]anos|escriba|escribe|escribir|escr[ií]benos"
    r"|escr[ií]banos|conteste|contesta|contestar|mande|manda|mandar|m[aá]ndenos|textee|textea|texto|diga"
)
_BETWEEN = r"back|us|me|with|w/|w|by|to \d{5,6}|to this number|the word|the message|a este n[uú]mero|con|la palabra|palabra|nos"
_GAP = r"[\s:;,\"'“‘«(*\[>-]{1,4}"
# Ways to ask for no more texts
_WISH = (
    r"(?:opt|quit|end|stop|unsub\w*|unenroll|cancel|leave|exit|be (?:removed|taken)|remove|get (?:off|out)|not (?:get|receive)"
    r"|no (?:more|longer)|avoid|discontinue|decline|cease|out\b|salir|terminar|cancelar|parar|no recibir|no m[aá]s|dejar"
    r"|darse|darte|eliminar|detener|anular|desuscribir\w*|que no)"
)
_FROM_HERE = r"(?:\d|this|us\b|our|the (?:number|sender)|any|all|receiving|texts?|msgs?|messages?)"
_STOPS = r"[\"'”’»)*\]]{0,2}\s{0,2}(?:[.,;:!?()/|–—-]|$|=|2\s{0,2}(?:opt|quit|end|stop|unsub|cancel)"
_BOTH = (
    r"|any\s?time|at any|en cualquier|if\b|now\b|when|back\b|please|pls\b|por favor|(?:to|for|para)\s{1,2}"
    + _WISH
    + r"|(?:and|or|y|o)\s{1,2}(?:we\b|you|i\b|they|our|te\b|le\b|los?\b|la\b|no\b|ya\b|help|info))"
)
_AFTER = rf"(?i:{_STOPS}{_BOTH})"
_AFTER_CAPITALS = (
    rf"(?i:{_STOPS}|[24]\b|(?:to|for|para)\s|(?:and|or|y|o)\s{{1,2}}(?!claro)|opt|unsub|msg|text|txt|reply|data|paid|help|from\b"
    rf"|(?:of|off)\b|de\b{_BOTH})"
)
_ASKED = (
    rf"(?i:\b(?:{_VERB}))(?:{_GAP}(?i:{_BETWEEN})(?!\w)){{0,3}}{_GAP}"
    rf"(?:(?=[A-Z])(?-i:{WORDS.upper()})\b{_AFTER_CAPITALS}|(?i:{WORDS})\b{_AFTER}|(?<=[\"“‘«'])(?i:{WORDS})(?=[\"”’»']))"
)
_SIGN = r"\s{0,2}(?:2|=|->|(?i:to|for|para)\b)\s{0,2}"
_SENTENCE = r"(?:^|(?<=[.!?:;,\n(|–—-])|(?<=[.!?:;,\n(|–—-] ))"
_BARE = (
    # STOP to end, STOP2END, STOP=end, STOP to be removed
    rf"\b(?-i:{WORDS.upper()})(?:{_SIGN}(?i:{_WISH})|[\"”’]?\s{{1,2}}(?i:ends?|stops|cancels|quits)(?=\s{{0,2}}(?:[.,;!?)\n]|$|(?i:(?:these |all |the )?(?:texts|msgs|messages))))|\s{{1,2}}(?i:to|for)\s{{1,2}}(?i:{_FROM_HERE}))"
    # Stop to end, stop2quit; but not: from end to end, stop to end hunger
    rf"|{_SENTENCE}(?i:(?P<word>{WORDS}){_SIGN}(?!(?P=word)\b){_WISH}"
    r"\w*(?:\s{1,2}(?:out|texts?|msgs?|messages?|me|m[aá]s|mensajes|removed|it|this|these|all|now))?\s{0,2}(?:[.,;:!?)|\n–—-]|$))"
    r"|(?i:\bstop\s{1,2}(?:to|for|para)\s{1,2}(?:opt[ -]?out|unsubscribe|be removed|no recibir))"
)
_NAMED = (  # Opt-out: STOP, To opt out STOP
    r"(?i:opt[ -]?out|unsubscribe|unsub|para salir|no recibir m[aá]s|want out|(?:no more|stop|don.?t want(?: (?:these|any|our))?) (?:texts|messages|msgs)|not interested|to stop|\bstop (?:texts|messages|msgs))\s{0,2}[:=,?–—>-]{1,2}"
    rf"\s{{0,2}}[\"'“‘]?(?-i:{WORDS.upper()})\b"
)
_ELSEWHERE = (  # Trả lời STOP, 回复STOP, I-reply ang STOP, Répondez STOP, Reponn STOP, STOP을 회신
    r"(?i:\b(?:trả lời|phản hồi|nhắn|nhắn tin|soạn|gửi|i-?reply|i-?text|mag-?reply|répondez|repondez|envoyez|reponn|voye))"
    rf"(?:\s(?i:lại|với|chữ|ang|ng|po|mo|na|avec|mo a))*{_GAP}(?-i:{WORDS.upper()})\b"
    rf"|(?:回[复覆復]?|[发發传傳]送?|[输輸]入)[\s:：\"“「【]{{0,3}}(?-i:{WORDS.upper()})(?![A-Za-z])"
    rf"|(?-i:\b(?:{WORDS.upper()}))[\"”」]?(?:을|를|이라고|라고|로)?\s?(?:회신|답장|답변|문자|보내)"
)
PATTERN = re.compile(rf"{_ASKED}|{_BARE}|{_NAMED}|{_ELSEWHERE}", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"(?: ?\n)+ ?")


def found_in(text: str) -> bool:
    """True where the text says how to opt out: in English, Spanish, or a language of `_ELSEWHERE`."""
    return bool(PATTERN.search(_LINES.sub("\n", _BLANKS.sub(" ", text))))
