"""Words people text to an opt-in form: the one that confirms, and the form's own keyword (SPEC B2).

A keyword never means something else already: the words of opting out, of help, and of Twilio's own answers come first (X6).
"""

from __future__ import annotations

import re

from webapp.rules import letters, opt_out
from webapp.rules.opt_outs.words import KEYWORDS


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


# HELP, INFO and START are answered by Twilio or mean something there; the others are what people answer volunteers
TAKEN = _set(
    "help|info|start|unstop|ayuda|yes|y|yea|yeah|yeap|yep|yup|yess|yesss|ya|yah|aye|si|sip|claro|ok|okay|okey|"
    "oki|okie|okc|k|kk|vale|dale|bueno|bien|no|n|nope|nah|nay|not|never|nunca|none|neither|tampoco|sure|surely|"
    "absolutely|definitely|certainly|totally|probably|possibly|perhaps|maybe|quizas|talvez|likely|unlikely|"
    "undecided|unsure|indifferent|depends|agree|agreed|disagree|true|false|right|correct|wrong|exactly|indeed|"
    "now|later|soon|today|tonight|tomorrow|yesterday|tonite|ahora|luego|hoy|manana|already|done|voted|vote|votes|"
    "voting|voter|votar|voto|vota|monday|tuesday|wednesday|thursday|friday|saturday|sunday|morning|afternoon|"
    "evening|thanks|thank|thankyou|thx|ty|tks|gracias|please|pls|porfavor|sorry|welcome|hello|hey|hi|hola|hiya|"
    "howdy|bye|goodbye|adios|who|what|when|where|why|how|which|whom|whose|quien|que|cuando|donde|porque|como|"
    "cual|interested|interesting|good|great|nice|cool|fine|perfect|awesome|amazing|excellent|wonderful|fantastic|"
    "love|loved|like|liked|lol|haha|wow|wrongnumber|support|supporter|against|for|both|either|neutral|him|her|"
    "them|his|hers|republican|democrat|democratic|independent|gop|dem|rep|libertarian|busy|driving|working|work|"
    "home|sick|away|call|here|there|one|two|three|four|five|first|second|third|unknown|idk|dunno|nothing|"
    "something|anything|everything|all|some|any"
)
CONFIRMS = frozenset(
    {"yes", "y", "yes please", "yes thanks", "yes thank you", "yes i do", "si", "si por favor", "si gracias"}
)
LEAST, MOST = 3, 20  # characters of a keyword
_ASKS = re.compile(r"\b(yes|s[ií])\b", re.IGNORECASE)


def plain(body: str) -> str:
    """Lower case, without accents, and with nothing but letters and digits between single blanks."""
    text = letters.folded(body[:200])
    kept = "".join(c if c.isalnum() else " " for c in text if c not in "'’")
    return " ".join(kept.split())


def confirms(body: str) -> bool:
    """Is the whole text a YES?"""
    return plain(body) in CONFIRMS


def asks_for_yes(script: str) -> bool:
    """Does the script say which word confirms?"""
    return bool(_ASKS.search(script))


def keyword(text: str) -> str:
    """As it is stored and compared; "" where the text can't be a keyword: one word of letters and digits that means nothing
    else."""
    word = plain(text)
    fits = LEAST <= len(word) <= MOST and " " not in word and word.isascii()
    means_more = (
        word in TAKEN or word in KEYWORDS or opt_out.classify(text) != "none" or opt_out.classify(word) != "none"
    )
    return word if fits and not means_more else ""
