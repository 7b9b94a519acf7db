"""Words that speak as somebody else than the volunteer who sends them (SPEC A7): "This is Selina Meyer, and I'm running for
Senate". People who are texted may answer the candidate; carriers and some states' laws want to see who really writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TITLE = (
    r"(?:(?:State |U\.?S\.? |Former |Lt\.? )?(?:Senator|Sen\.|Representative|Rep\.|Congress(?:man|woman|member)|Mayor|Governor|Gov\.|President"
    r"|Councilm(?:an|ember)|Councilwoman|Commissioner|Sheriff|Judge|Attorney General|Candidate|Senadora?|Congresista|Gobernadora?|Alcalde(?:sa)?|Presidente))"
)
_I_AM = r"(?:[Tt]his is|[Ii]t[’']?s|I[’']m|I am|[Mm]y name is|[Ss]oy|[Mm]e llamo|[Mm]i nombre es|[Ll]e (?:habla|escribe|saluda))"
_NAME = r"[A-ZÁÉÍÓÚÑ][\w’'.-]{1,30}"
_AS_OFFICE = rf"\b{_I_AM} (?:your |tu |su |la |el )?(?:next )?{_TITLE}\b(?:,? {_NAME}){{0,3}}"
_AS_CANDIDATE = (
    r"\b(?:I[’']m|I am|I[’']ve been|I was) (?:running|a candidate|the candidate) for\b|\bvote for me\b|\bI(?:[’']m| am) your (?:\w+ )?candidate\b"
    r"|\b(?:I approve|I approved) this\b|\bmy (?:opponent|campaign for|candidacy|run for)\b|\bI (?:need|want|am asking for|[’']m asking for|would love) your vote\b"
    r"|\b(?:vota|vote|voten) por m[ií]\b|\bmi (?:candidatura|contrincante)\b|\bsoy (?:la |el )?candidat[oa]\b|\bpido (?:tu|su) voto\b"
)
_AS_NAMED = rf"\b{_I_AM} {_NAME} {_NAME}(?=[,.!;:]| and\b| here\b| y\b|$)"  # initial scripts: a name written out
_OFFICE = re.compile(rf"{_AS_OFFICE}|(?i:{_AS_CANDIDATE})")
_NAMED = re.compile(_AS_NAMED, re.MULTILINE)
_NO_NAME = re.compile(
    r"\b(?:Day|Night|Week|Weekend|Time|Year|Month|Vote|Voting|Election|Early|Party|Union|Campaign|Team|Committee|County|State|City|for|Senate|Congress"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|September|October|November|December"
    r"|Democrats?|Republicans?|Americans?|Deadline|Urgent|Important|Center|Project|Action|Fund|Alliance|Coalition|Association)\b"
)


def found(text: str, initial: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each. ``initial``: a name written out counts too, for all volunteers would send it."""
    for match in _OFFICE.finditer(text):
        yield match.span()
    if initial and not _OFFICE.search(text):
        yield from (match.span() for match in _NAMED.finditer(text) if not _NO_NAME.search(match[0]))
