"""Findings in a script before anyone sends it (SPEC A7). Errors stop publishing; warnings don't."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from webapp.rules import letters, segments, variables
from webapp.rules.opt_outs import wording
from webapp.rules.scripts import addresses, blanks, brackets, findings, shorteners
from webapp.rules.scripts.findings import Finding as Finding
from webapp.rules.speech.sentences import said, together

OPT_OUT_FIX = " Reply STOP to opt out."
MANY_SEGMENTS = 3
LOOKED_AT = 20_000  # characters; a longer text is only told to be too long


def lint(
    text: str, kind: str, known: Collection[str], campaign_name: str = "", shown: str = "", links: Collection[str] = ()
) -> list[Finding]:
    """``kind``: "initial", or another for people who were texted before. ``known``: canonical names of the campaign's
    variables. ``links``: names of custom links to offer. ``shown``: the text as one person gets it, which is what is billed.
    Errors come first."""
    if max(len(text), len(shown)) > LOOKED_AT:
        return _length(text, shown)
    found = [
        *_emptiness(text),
        *_broken_braces(text, known),
        *_unknown_variables(text, known),
        *_brackets(text, known),
        *findings.of_blanks(text, known),
        *findings.of_voices(text, kind == "initial"),
        *_shorteners(text, links),
        *_length(text, shown),
        *(_opt_out_wording(text) if kind == "initial" else []),
        *_encoding(text, shown or variables.with_names(text)),
        *(_courtesy(text, campaign_name) if kind == "initial" else []),
    ]
    return sorted(found, key=lambda f: f.level != "error")


_AGREEING = re.compile(
    r"\b(yes|yeah|s[ií]|support\w*|attend\w*|will vote|voted|volunteer\w*|interested|sign ?up|thank\w*)\b",
    re.IGNORECASE,
)


def opts_out_supporters(name: str, opts_out: bool) -> list[Finding]:
    """A warning where a response script opts people out and its name says that they agreed."""
    if not opts_out or not _AGREEING.search(name):
        return []
    sentence = said("Sending “%(name)s” opts the person out, for good. Is the Opt Out tag meant here?", name=name)
    return [Finding("warning", "opts_out", sentence)]


def picture(missing: bool) -> list[Finding]:
    """``missing``: the file of the script's picture is gone or broken; its texts would be refused (1312)."""
    return [Finding("error", "picture", said("The picture is missing. Add it again."))] if missing else []


def errors(found: list[Finding]) -> list[Finding]:
    return [f for f in found if f.level == "error"]


@lru_cache(maxsize=2_000)  # a tap asks three times of one text, and of the sender's values each time
def in_sent(text: str, fields: frozenset[str] | tuple[str, ...] = ()) -> Literal["", "shortener", "braces"]:
    """Faults that no text may have when it leaves, whoever wrote it: the sender's name, a typed reply or a value may bring it
    in (A7). Nothing is filled in any more, so a variable is as wrong as an open brace. ``fields``: slugs of the campaign's
    custom fields, needed where `brackets.marked`."""
    if any(shorteners.is_shortener(addresses.host(match[1])) for match in addresses.hosts(text)):
        return "shortener"
    if not brackets.marked(text):
        return ""
    named = any(place.name for place in brackets.found(text, variables.BUILT_IN | set(fields)))
    return "braces" if named or variables.found(text) or variables.broken(text) else ""


def has_opt_out_wording(text: str) -> bool:
    """True where the text says how to opt out (wording.py names the languages)."""
    return wording.found_in(text)


def _emptiness(text: str) -> list[Finding]:
    return [] if text.strip() else [Finding("error", "empty", said("There is no text yet."))]


def _broken_braces(text: str, known: Collection[str]) -> list[Finding]:
    return [_unclosed(text, v, known) for v in variables.broken(text)]


def _unclosed(text: str, place: variables.Variable, known: Collection[str]) -> Finding:
    shown = text[place.start : place.end]
    sentence = said("“%(shown)s” is not closed. Write ##{{name}}.", shown=shown)
    if set(shown) in ({"{"}, {"}"}) and len(shown) == 1:
        fixed = text[: place.start] + text[place.end :]
        sentence = said("There is a “%(shown)s” too many at a variable. Write ##{{name}}.", shown=shown)
        return Finding("error", "unclosed", sentence, place.start, place.end, fixed, said("Remove it"))
    if not (meant := variables.meant(shown, known)):
        return Finding("error", "unclosed", sentence, place.start, place.end)
    name, length = meant
    fixed = f"{text[: place.start]}##{{{{{name}}}}}{text[place.start + length :]}"
    return Finding("error", "unclosed", sentence, place.start, place.end, fixed, said("Use %(name)s", name=name))


def _unknown_variables(text: str, known: Collection[str]) -> list[Finding]:
    unknown = set(variables.unknown(text, known))
    return [_unknown(text, v, known) for v in variables.found(text) if v.name in unknown]


def _unknown(text: str, variable: variables.Variable, known: Collection[str]) -> Finding:
    others = brackets.meant(variable.name, known)
    near = [others] if others else difflib.get_close_matches(variable.name, list(known), n=1, cutoff=0.6)
    if (
        near and not others and variable.end - variable.start > len(near[0]) + 12
    ):  # too long for a name: the author's words
        near = []
    sentence = variables.why_unknown(variable.name)
    if not near:
        return Finding("error", "unknown_variable", sentence, variable.start, variable.end)
    fixed = f"{text[: variable.start]}##{{{{{near[0]}}}}}{text[variable.end :]}"
    sentence, offer = (
        together(sentence, said("Do you mean %(name)s?", name=near[0])),
        said("Use %(name)s", name=near[0]),
    )
    return Finding("error", "unknown_variable", sentence, variable.start, variable.end, fixed, offer)


def _brackets(text: str, known: Collection[str]) -> list[Finding]:
    told = [(start, end) for start, end, _ in blanks.found(text)]
    places = brackets.found(text, known)
    return [_bracketed(text, p) for p in places if p.name or not any(a < p.end and p.start < b for a, b in told)]


def _bracketed(text: str, place: brackets.Bracketed) -> Finding:
    shown = text[place.start : place.end]
    if not place.name:
        sentence = said("“%(shown)s” is sent as it stands, with its brackets.", shown=shown)
        return Finding("warning", "brackets", sentence, place.start, place.end)
    fixed = f"{text[: place.start]}##{{{{{place.name}}}}}{text[place.end :]}"
    sentence = said("“%(shown)s” is not filled in as a variable. Write ##{{%(name)s}}.", shown=shown, name=place.name)
    return Finding("error", "brackets", sentence, place.start, place.end, fixed, said("Use %(name)s", name=place.name))


def _shorteners(text: str, links: Collection[str]) -> list[Finding]:
    return [
        _shortener(text, match, links)
        for match in addresses.hosts(text)
        if shorteners.is_shortener(addresses.host(match[1]))
    ]


def _shortener(text: str, match: re.Match[str], offered: Collection[str]) -> Finding:
    """Offers the custom link that resembles the address, or the only one: the short address doesn't say where it
    leads."""
    sentence = said(
        "%(link)s is a link shortener; carriers filter it. Use the full address or a custom link.", link=match[1]
    )
    links = {slug: name for name in sorted(offered) for slug in variables.links(f"{{{{{name}}}}}")}
    slug = next(iter(links)) if len(links) == 1 else _resembling(match[0].lower(), links)
    if not slug:
        return Finding("error", "shortener", sentence, *match.span())
    fixed = f"{text[: match.start()]}##{{{{{links[slug]}}}}}{text[match.end() :]}"
    return Finding("error", "shortener", sentence, *match.span(), fixed, said("Use %(name)s", name=slug))


def _resembling(address: str, slugs: Collection[str]) -> str:
    """The slug with a word in the address's last part, or else the slug most like it; "" where none is."""
    end = address.rpartition("/")[2]
    for slug in slugs:
        if any(len(word) > 2 and word in end for word in re.split(r"[-_]", slug)):
            return slug
    return next(iter(difflib.get_close_matches(end, slugs, n=1, cutoff=0.6)), "")


def _length(text: str, shown: str) -> list[Finding]:
    """Of the text as written or as shown, the longer one."""
    if (length := max(len(text), len(shown))) <= segments.LONGEST:
        return []
    return [
        Finding(
            "error",
            "too_long",
            said("%(n)s characters. A text may have %(most)s at most.", n=f"{length:,}", most=f"{segments.LONGEST:,}"),
        )
    ]


def _opt_out_wording(text: str) -> list[Finding]:
    if not text.strip() or has_opt_out_wording(text):
        return []
    sentence = said("No way to opt out. Carriers filter a first text without one.")
    return [
        Finding(
            "error",
            "no_opt_out",
            sentence,
            fixed=text.rstrip() + OPT_OUT_FIX,
            offer=said("Add “%(words)s”", words=OPT_OUT_FIX.strip()),
        )
    ]


def _encoding(text: str, shown: str) -> list[Finding]:
    now = segments.count(shown)
    found = [findings.of_encoding(text, shown, now)] if now.encoding == "UCS-2" else []
    if now.segments >= MANY_SEGMENTS:
        found.append(
            Finding("warning", "many_segments", said("This text is billed as %(n)s segments.", n=now.segments))
        )
    return found


def _courtesy(text: str, campaign_name: str) -> list[Finding]:
    names = {v.name for v in variables.found(text)}
    warnings = []
    if addresses.links(text) or any("trackable" in name for name in names):
        warnings.append(Finding("warning", "link", said("A link in a first text makes carriers filter more.")))
    if not names & {"user.first_name", "user.full_name"}:
        warnings.append(
            Finding("warning", "sender", said("The text does not say who is writing. Use ##{{user.first_name}}."))
        )
    if "campaign.name" not in names and (
        not campaign_name or letters.folded(campaign_name) not in letters.folded(text)
    ):
        warnings.append(Finding("warning", "campaign", said("The text does not name the campaign.")))
    return warnings
