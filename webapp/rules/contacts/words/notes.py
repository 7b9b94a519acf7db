"""Words against texts in a column that is not about that: notes, comments, results of a canvass (SPEC C1)."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from webapp.rules import letters
from webapp.rules.contacts.phones import phone_cell
from webapp.rules.contacts.words import languages

LONGEST = 1_000  # characters of a cell that are looked at
_FOREIGN = "\x00"  # stands for a cell with letters past ASCII: each is read
# A cell that says so has one of these, in any language but those with letters of their own
_HINTS = [
    _FOREIGN, "text", "txt", "sms", "mensaj", "escrib", "working", "list", "muri", "rip", "pidi", "numero", "telefono",
    "celular", "phone", "cell", "mobile", "dial", "messag", "msg", "contact", "call", "llam", "stop", "alto", "opt",
    "unsub", "wrong", "bad", "incorrect", "invalid", "disconnect", "service", "dnc", "dnt", "decease", "died", "dead",
    "passed", "fallec", "remov", "take", "leave", "consent", "equivocad", "baja", "envi", "mand", "molest", "harass",
    "number", "quit", "cancel", "end", "only", "tawag", "kontak", "maling", "patay", "yumao", "nhan tin", "sai so", "mail",
    "#",
]  # fmt: skip
_SEND = r"(?:text|txt|sms|message|messag|msg|contact|textear|texteen|contactar|contacten|mandar|mande|enviar|envie|envien|moleste|molestar)"
_NOT = r"(?:do ?nt|donot|do not|dont|never|please not|no mas|no more|stop|quit|cease|would not like|does ?nt want|does not want|not)"
_EXCEPT = r"(?! (?:\w+ )?(?:before|after|until|till|past|between|late|early|during|at|on|from \d|in the|info|information|made)\b)"
AGAINST = re.compile(
    rf"\b{_NOT} (?:be )?(?:want(?:s)? )?(?:to be |to get |to receive )?(?:send (?:any |me |her |him |them )?|like (?:to be )?)?(?:any )?{_SEND}(?:ed|ing|s|es)?\b{_EXCEPT}"
    rf"|\bno (?:more |further )?(?:text|txt)(?:s|ing)?\b(?! (?:back|received|sent|answer|yet))|\bno (?:more |further )?sms\b|\bno (?:more |further )(?:messages|msgs|contact)\b"
    rf"|\bno {_SEND}\b(?! (?:info|made|yet|left|with))(?<!no contact)(?<!no message)(?<!no msg)"
    r"|(?<!not )(?<!never )(?<!did nt )(?<!didnt )\bopt(?:ed|s|ing)? ?out\b(?! (?:of|from) (?:e ?mails?|mail|mailings?|letters?|calls?)\b)|\boptout\b"
    r"|(?<!not )(?<!never )\bunsub(?:scribed?|scribes)?\b(?! from (?:e ?mails?|mailings?|newsletters?)\b)"
    r"|\b(?:wrong|bad|incorrect|invalid|disconnected) (?:number|num|no|nbr|phone|cell|mobile|person|party)\b"
    r"|\b(?:number|phone|cell|mobile)(?: is| was| has been)? (?:disconnected|wrong|out of service|not in service|no good)\b"
    r"|\bnot (?:his|her|their|hers|theirs|the right|the correct|a working|a valid) (?:number|phone|cell|mobile)\b|\b(?:not in|out of) service\b"
    r"|\b(?:dnc|dnt)\b|\b(?:said|says|replied|sent|texted|wrote|answered) (?:us )?stop\b"
    r"|\b(?:remove|take) (?:me|him|her|them|us|this|number|from|off)\b|\bleave (?:me|us|him|her|them) alone\b"
    r"|\b(?:no|revoked|without|withdrew|withdrawn) consent\b|\boff (?:of )?(?:the |our |all |your )?lists?\b|\b(?:asked|asks|wants|wanted|requested|requests) (?:to be )?(?:removed|removal|taken off)\b"
    r"|\b(?:declin|refus)(?:ed|es|ing) (?:all |any |our |to get |to receive )?(?:texts?|sms|messages)\b|\bno longer in service\b|\b(?:number|phone|cell|mobile) (?:is )?not working\b"
    r"|^(?:sms |text |replied )?stop(?:ped)?(?: (?:on |in )?[\d ]+)?$|\bnumber (?:now )?(?:belongs to|is) (?:someone|somebody|another)\b"
    r"|\bno (?:me|le|les|nos|lo|la) (?:vuelv\w+ a )?(?:envien?|enviar|mand(?:e|en|ar)|escrib(?:a|an|ir)|contact(?:e|en|ar)|textee?n?|textear|molest(?:e|en|ar))\b|\bno (?:quiere|desea|acepta|quieren|desean) (?:recibir |mas |que le (?:envien|manden) )?(?:mas )?(?:mensajes|textos|sms)\b"
    r"|\bno es su (?:numero|telefono|celular)\b|\bnumero de otra persona\b|\bpidio (?:la )?baja\b"
    r"|\bnumero equivocado\b|\b(?:dar|dio|darse|dado|dada) (?:me |se )?de baja\b"
)
AGAINST_CALLS = re.compile(
    rf"\b(?:do ?nt|donot|do not|dont|never|stop|please not|not want) (?:ever )?(?:call|phone|dial|llamar)(?:ed|ing|s)?\b{_EXCEPT}"
    rf"|\bno (?:more )?(?:calls|calling|phone calls|llamar|llame|llamen|llamadas)\b{_EXCEPT}|\bno call (?:list|registry)\b"
)
_TEXTS_ARE_WELCOME = re.compile(
    r"\b(?:text|texts|texting|txt|sms)(?: is| are| me)? (?:only|ok|okay|fine|instead|please|preferred|good)\b|\b(?:only|prefers?|ok to|okay to|rather|just|instead) (?:text|texts|sms)\b"
)
DEAD = re.compile(
    r"\b(?:deceased|passed away|has died|is dead|voter died|fallecid[oa]|fallecio|murio)\b|^(?:died|dead|rip)\b"
)
_ANOTHERS = re.compile(
    r"\b(?:husband|wife|spouse|mother|father|mom|dad|son|daughter|brother|sister|parents?|partner|uncle|aunt|friend|roommate|dog|cat)\b"
)
# The whole of a cell such as "Contact preference": a note may end with "by mail only" and speak of a ballot
_ANOTHER_WAY = re.compile(
    r"^(?:(?:please |pls )?(?:contact|reach|prefers?|use)(?: me| us| them| him| her)?(?: by| via| through)? )?(?:by |via )?"
    r"(?:e ?mails?|mail|letters?|post|postal mail|phone calls?|calls?)(?: and (?:e ?mail|mail|post))?(?: please)? only(?: please)?$"
    r"|^(?:please |pls )?only (?:by |via )?(?:e ?mails?|mail|letters?|post|(?:phone )?calls?)$"
)
_ALONE = frozenset(["stop", "stop all", "stopall", "unsubscribe", "optout", "wrong", "disconnected"])


def worth_reading(cells: Sequence[str]) -> list[int]:
    """The positions of the cells of a row that `against` must read. The whole row is looked at together: most of 200
    columns say nothing, and calling `against` for each costs more than everything else that is done with the row."""
    if not any(cells):
        return []  # nobody noted anything, as in most rows
    cells = [cell[:LONGEST] for cell in cells]
    row = "\n".join(cells)
    if row.isascii():
        row = row.lower()
    else:
        row = "\n".join(cells := [letters.folded(cell) if cell.isascii() else _FOREIGN for cell in cells])
    ends = list(accumulate(len(cell) + 1 for cell in cells))
    found: set[int] = set()
    for hint in _HINTS:
        at = row.find(hint)
        while at >= 0:
            found.add(n := bisect(ends, at))
            at = row.find(hint, ends[n])
    return sorted(found)


def against(cell: str) -> bool:
    """Does somebody say here not to text this person, or that the number is not theirs? Numbers, hours ("don't call before
    9") and e-mail are not that, and calls that are unwelcome are not where texts are welcome."""
    return _against(cell[:LONGEST])


@lru_cache(maxsize=10_000)
def _against(cell: str) -> bool:
    if languages.against(cell):
        return True
    said = " ".join(phone_cell.words_of(cell))
    if said in _ALONE or AGAINST.search(said) or _ANOTHER_WAY.match(said):
        return True
    if "#" in cell and AGAINST.search(" ".join(phone_cell.words_of(cell.replace("#", " number ")))):
        return True
    if DEAD.search(said) and not _ANOTHERS.search(said):
        return True
    return bool(AGAINST_CALLS.search(said)) and not _TEXTS_ARE_WELCOME.search(said)
