"""Headers of columns, and names of sheets, that say whom not to text (SPEC C1): do_not_call, "I do NOT want texts",
mobile_opt_in, "May we text you?", sms_status. Their cells are read in flags.py."""

from __future__ import annotations

import re
from typing import Literal

from webapp.rules.contacts.words import languages
from webapp.rules.contacts.words.header_words import LONGEST, words_of

FlagKind = Literal["negative", "status", "positive"]

_NOT_TEXTS = frozenset(
    [
        "email",
        "emails",
        "mail",
        "mailing",
        "fax",
        "postal",
        "letter",
        "letters",
        "trade",
        "walk",
        "canvass",
        "door",
        "bulk",
    ]
)
_TEXTS = frozenset(["sms", "text", "texts", "texting", "p2p", "p2ptext", "mobile", "cell", "phone", "call"])
_OF_EMAIL = frozenset(["can2subscriptionstatus"])  # Action Network's is of e-mail; can2_sms_status is of texts
_NEGATIVE = re.compile(
    r"\b(federal ?)?do(nt| ?n ?t| ?not) ?(call|contact|text|txt|sms|phone|message|solicit|dial|disturb)"
    r"|\b(dnc|dnt|dnk)\b|\bno ?(call|calls|text|texts|txt|sms|contact|phone)\b"
    r"|\b(sms|text|texts|p2p|p2ptext|phone|cell|mobile|call|user|is|has)? ?opt(ed|s)? ?outs?\b|optout|\bunsubscribed?\b"
    r"|^stop(ped)?$|\bstop ?(text|texts|texting|sms)\b|\bdeceased\b|\bis ?dead\b|\bdate ?of ?death\b|\bdeath ?date\b"
    r"|\b(wrong|bad|invalid|disconnected) ?(number|phone|cell|mobile)\b|\b(number|phone|cell|mobile) ?(is ?)?(wrong|bad|invalid|disconnected)\b"
    r"|^(is )?(wrong|bad|blocked|banned|blocklisted)$"
    r"|\b(suppress|suppressed|suppression|blacklist|blacklisted|litigator|revoked)\b|\bno ?(llamar|contactar|textear|llame|enviar|envie|mandar|molestar|desea|quiere|recibir)\b"
    r"|\bfallecid[oa]\b|^(de )?baja$|^remov(e|ed|al)$|\bremove ?(me|from|number|contact)\b|\b(wants|take|taken) ?off\b"
)
_STATUS = re.compile(r"\b(sms|text|texting|txt|mobile|cell|phone|p2p)\b.{0,60}\b(status|estado)\b")
_POSITIVE = re.compile(
    r"\b(opt|opted) ?in\b|\boptin\b|\bconsent(s|ed)?\b|\b(ok|okay) ?to ?(text|sms|contact|call)\b|\bcan ?(we )?text\b|\btextable\b"
    r"|\b(text|texts|texting|sms) ?(permission|ok|allowed|subscribed|subscriber)\b"
    r"|\b(receive|receives|accept|accepts|allow|allows|wants|want) ?(texts|text|sms)\b"
    r"|\b(may|can|could|should) (we|i) ((please|also) )?((send|contact|reach|message) (you )?(by |via |with |a |some )?)?(text|texts|txt|sms|contact|message)\b"
    r"|\b(may|can) (we|i) (contact|reach) you (by|via) (text|phone|sms)\b|\btext ?me\b"
    r"|\b(text|texts|sms) ?(messages? )?(updates|alerts|notifications|reminders|marketing|program)\b"
    r"|\bagree\b.{0,60}\b(text|texts|sms)\b"
    r"|\b(podemos|podriamos|puede|puedo|acepta|acepto|aceptas|autoriza|autorizo|desea|deseo|quiere|quieres|quiero|consiente|consiento|permite|gustaria|autorizacion|consentimiento|permiso)\b"
    r".{0,60}\b(mensajes?|textos?|sms|textear(le|te|lo|la)?|whatsapp)\b"
)
_NOT = re.compile(r"\b(not|dont|donot|never|doesnt|refuses?|declines?|without|stop)\b|\bno $")
_PHONES = r"(?:phone|telephone|tel|ph|cell|cellphone|cellular|mobile|mob|contact|number|telefono|tel[ée]fono|celular|cel|movil|m[óo]vil)"
# "Yes or no: may we text you?" and "Phone No. OK to text" deny nothing
_CHOICE = re.compile(
    r"(?<![^\W_])(?:yes[\W_]{0,3}(?:or)?[\W_]{0,3}no|s(?:í|i\u0301?)\s{0,3}(?:/|\||\bo\b)\s{0,3}no)(?![^\W_])",
    re.IGNORECASE,
)
_NO_IS_NUMBER = re.compile(rf"\b{_PHONES} no $")
_NUMBER_SHORT = re.compile(rf"\b({_PHONES})[\s_-]{{0,3}}no\.(?!\w)", re.IGNORECASE)
_OF_THE_YES = frozenset(
    ["time", "date", "at", "timestamp", "ip", "source", "method", "url"]
)  # how somebody agreed: neither yes nor no
_STRIKES = re.compile(
    r"\b(?:stop|strike|removal|remove|exclusions?|exclude|block|do not send)(?: ?lists?)?$|^(?:exclude|remove|strike)\b"
)


def flag(header: str) -> FlagKind | None:
    """Does a column say whom not to text? "negative": a yes forbids texts. "positive": a no does. "status": words do."""
    header = _NUMBER_SHORT.sub(r"\1 number", header[:LONGEST])
    if (asked := _CHOICE.sub(" ", header)) != header and _agreed(" ".join(words_of(asked))):
        return "positive"
    words = words_of(languages.english(header) or header)
    said = " ".join(words)
    if _not_of_texts(words):
        return None
    if _NEGATIVE.search(said):
        return "negative"
    if _STATUS.search(said):
        return "status"
    if _POSITIVE.search(said):
        return "positive" if _agreed(said) else "negative"
    return None


def _agreed(said: str) -> bool:
    """True where a header asks for consent, and no word before that denies it."""
    if _NEGATIVE.search(said) or not (asked := _POSITIVE.search(said)):
        return False
    before = said[: asked.start()]
    return not _NOT.search(_NO_IS_NUMBER.sub("", before))


def of_the_yes(words: list[str]) -> bool:
    """True for a header that says when or how somebody agreed, such as sms_opt_in_date."""
    return words[-1] in _OF_THE_YES and len(words) < 5


def of_email(header: str) -> bool:
    """True for a column about e-mail or letters: people who ended those have said nothing about texts."""
    words = words_of(header)
    return _not_of_texts(words) or "".join(words) in _OF_EMAIL


def names_strikes(sheet: str) -> bool:
    """Does the name of a sheet say that its people are not to be texted: Do Not Text, DNC, Opt outs, Stop list?"""
    return flag(sheet) == "negative" or bool(_STRIKES.search(" ".join(words_of(sheet))))


def _not_of_texts(words: list[str]) -> bool:
    return bool(set(words) & _NOT_TEXTS) and not set(words) & _TEXTS
