"""The meaning of a column's header (SPEC C3). Knows the headers of VAN and EveryAction, NationBuilder, Action Network,
ActBlue, Salesforce, Mailchimp, Google and Outlook contacts, CiviCRM, L2, Hustle, ThruText, Spoke and dialers, and
headers in Spanish. Headers in the languages of languages.py are translated into English first. Accents and case don't
count. Imports no rules about people and places, since the process that looks through a file uses it too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from webapp.rules.contacts.words import flag_headers, households, languages
from webapp.rules.contacts.words.flag_headers import FlagKind
from webapp.rules.contacts.words.header_words import LONGEST, words_of

PhoneKind = Literal["mobile", "any", "home", "work"]

# Field -> tiers of names, best first. Where a better column is blank, the next one is read.
_TIERS: dict[str, tuple[str, ...]] = {
    "first_name": (
        "firstname",
        "first fname firstnm frstnm givenname forename nombre nombres primernombre namefirst firstnamelegal vorname prenom primeironome",
        "preferredname preferredfirstname chosenname nickname goesby knownas apodo",
    ),
    "last_name": (
        "lastname",
        "last lname lastnm lstnm surname familyname apellido apellidos primerapellido apellido1 apellidopaterno namelast nachname familienname nom nomdefamille sobrenome ultimonome cognome",
    ),
    "full_name": (
        "fullname",
        "name contactname votername displayname nombrecompleto nombreyapellido nome nomcomplet nomecompleto nometprenom firstandlastname firstlastname",
        "voter",
    ),
    "email": (
        "email",
        "emailaddress emailaddr preferredemail primaryemail mainemail personalemail emailpersonal emailhome homeemail email1value email1 "
        "emailaddress1 emailvalue correoelectronico correoe direcciondecorreo direcciondecorreoelectronico emailid emailadresse adresseemail courriel adressecourriel enderecodeemail correioeletronico",
        "mail correo email2value email2 emailaddress2 otheremail secondaryemail alternateemail workemail email3value",
    ),
    "state_abbrev": (
        "stateabbrev",
        "state",
        "stateprovince stateprov statecode statecd stcd stateabbreviated stateabbreviation stateorprovince statename province homestate "
        "homestateprovince primarystate addressstate residencestate residenceaddressesstate regaddressstate "
        "registeredstate regstate stateabbr stateofresidence prov registrationstate votingaddressstate residentialstate vstate address1state estado estadoprovincia bundesland "
        "provincia",
        "region address1region st",
    ),
    "zip": (
        "zip",
        "zip5 zipcode zipcd",
        "zipcode5 zippostal zippostalcode postalcode postcode postal homezip homepostalcode homezipcode homezippostalcode "
        "primaryzip primaryzip5 primaryzipcode primarypostalcode addresszip addresszipcode addresspostalcode "
        "residencezip residencezip5 residenceaddresseszip reszip regzip postalcode1 homeaddresspostcode homeaddresspostalcode regaddresszip registeredzip registeredzip5 votingaddresszip "
        "residentialzip vzip vzip5 address1postalcode address1zip codigopostal cp plz postleitzahl cep codepostal zip4 zipplus4 zip9",
    ),
    "city_state_zip": (
        "citystatezip",
        "citystatezipcode citystatezip5 citystzip citystatepostal citystatepostalcode cityandstateandzip citystateandzip "
        "citystprovincezip citystateprovincezip citystate cityst csz statezip statezipcode stzip stateandzip "
        "homecitystatezip primarycitystatezip addresscitystatezip residencecitystatezip ciudadestadocodigopostal",
    ),
    "van_id": (
        "vanid",
        "votervanid voterfilevanid myvotersvanid mycampaignid mycampaignvanid vanidnumber everyactionid everyactionvanid",
    ),
    "assigned_user_email": ("assigneduseremail", "assignedto assignedemail volunteeremail assignedvolunteeremail"),
    "timezone": ("timezone", "tz timezonename contacttimezone zonahoraria husohorario"),
    "tags": ("tags", "tag taglist usertags can2usertags contacttags etiquetas"),
}
# Used only where no column above has the meaning: another address of the same person
_ELSEWHERE: dict[str, str] = {
    "state_abbrev": "mstate mailingstate mailingstateprovince mailingaddressesstate mailingaddressstate mailstate billingstate "
    "billingstateprovince billingaddressstate otherstate otherstateprovince",
    "zip": "mzip mzip5 mailingzip mailingzip5 mailingzippostalcode mailingzipcode mailingpostalcode mailingaddresseszip "
    "mailingaddresszip mailzip billingzip billingzip5 billingzippostalcode billingpostalcode billingaddresszip otherzip "
    "otherpostalcode otherzippostalcode",
    "city_state_zip": "mailingcitystatezip mailcitystatezip mailingcitystzip billingcitystatezip othercitystatezip mcitystatezip",
}
_NO_NAMES = {"zip4", "zipplus4", "zip9"}  # the last four digits, or too much to tell
NICKNAME = 2  # the tier of first names that fill only a blank
ELSEWHERE = 9  # the tier of _ELSEWHERE
_FIELD_OF = {
    name: (field, tier)
    for field, tiers in _TIERS.items()
    for tier, names in enumerate(tiers)
    for name in names.split()
    if name not in _NO_NAMES
} | {name: (field, ELSEWHERE) for field, names in _ELSEWHERE.items() for name in names.split()}
UNSURE = frozenset({"mail", "correo"})  # letters or e-mail: the cells decide


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_OWNERS = _set(
    "donor donors user registered legal contact contacts voter voters supporter member person people constituent customer client subscriber "
    "recipient participant attendee registrant respondent lead individual signer activist can2 your my c"
)  # "Donor ZIP" is the ZIP

_HINT = re.compile(r"\(([^()]*)\)")
_HINTS = _set(
    "home legal preferred digit digits only no dashes dash or spaces please required optional format formatted eg ex e g example"
    " letter letters two abbr abbreviation abbreviated code contact with area like us so we can you text texts texting ll well will"
    " only your our never share about updates shifts reminders to for mobile cell best if different the a is fine ok email digitos opcional requerido obligatorio numero sin guiones"
)  # words in brackets that change nothing
_LAST_FIRST = re.compile(
    r"\b(?:last|surname|apellidos?)(?: name)?\s{0,3},\s{0,3}(?:first|given|nombres?)\b", re.IGNORECASE
)
_ASKING = _set(
    "what whats s is the please enter type cual cuales es son su sus tu el la los numero de escriba escribe ingrese ingresa indique por favor"
)  # "What is your name?"

_MOBILE = _set(
    "cell cells mob cellphone cellular cel celular mobile mobilephone movil movile sms text texting texts txt wireless "
    "textphone smsphone smsnumber cellnumber mobilenumber cellphonenumber mobilephonenumber handy handynummer mobil mobilnummer mobiltelefon mobilfunknummer cellulaire portable telemovel cellulare"
)
_PHONE = _set(
    "phone phones ph landline landlines phonenumber telephone telephones telephonenumber tel telefono telefonos telefon telefonnummer rufnummer telefone telefones tfno phoneno voterphone "
    "votertelephones primaryphone preferredphone contactphone contactnumber homephone workphone"
)
_HOME = _set(
    "home landline landlines house household residence residential casa hogar fijo homephone festnetz festnetznummer domicile privat"
)
_WORK = _set("work business office company oficina trabajo workphone travail bureau geschaftlich dienstlich trabalho")
_LATER = {
    "secondary": 2, "alternate": 2, "alternative": 2, "alt": 2, "other": 2, "another": 2, "second": 2, "backup": 2,
    "additional": 2, "otro": 2, "tertiary": 3, "third": 3,
}  # fmt: skip
_BESIDE_PHONE = _OWNERS | _set(
    "number numbers no num nbr nr numero de del do da du telefono primary main best preferred default personal day daytime evening "
    "value for to the a at is what whats s which where can we you reach us please enter with of include including area code "
    "raw clean cleaned normalized formatted full e164 international dialed first principal preferido contacto messages message "
    "updates and or if user append appended match matched verified cual es su tu mi el la un por favor mejor escriba ingrese indique contactarlo contactarle enviarle enviarte mensajes textos"
)
_WITH_ITS_AREA_CODE = frozenset(["with", "include", "including", "and", "number", "numbers", "no", "num"])
_SURELY_PHONE = frozenset(
    [
        "contactnumber",
        "contactno",
        "contactnum",
        "bestnumber",
        "bestnumbertoreachyou",
        "bestnumbertotextyou",
        "numbertotext",
        "dialednumber",
        "numberdialed",
        "callednumber",
        "numbercalled",
        "destinationnumber",
    ]
)
_NEVER_PHONE = frozenset(["areacode", "phonecode", "textmessage", "textmessages", "text", "texts", "texting", "textme"])


@dataclass(frozen=True)
class Meaning:
    """``field``: one of contact_columns.FIELDS, or "" for a column that says whom not to text. ``rank``: smaller is read
    first. ``kind``: of a phone. ``flag``: as in flag_headers."""

    field: str
    rank: int = 0
    kind: PhoneKind = "any"
    flag: FlagKind | None = None


@lru_cache(maxsize=2_000)
def meaning(header: str) -> Meaning | None:
    words = words_of(header := languages.english(header[:LONGEST]) or header[:LONGEST])
    return _meaning(header, words) or _meaning_without_hint(header)


def _meaning_without_hint(header: str) -> Meaning | None:
    """The meaning without the words in brackets: of "Zip Code (Home)" and "Phone Number (10 digits)", but not of "Phone
    (spouse)"."""
    hint = _HINT.search(header)
    if hint is None or not all(w.isdigit() or set(w) == {"x"} or w in _HINTS for w in words_of(hint[1])):
        return None
    plain = header[: hint.start()] + header[hint.end() :]
    return _meaning(plain, words_of(plain))


def _meaning(header: str, words: list[str]) -> Meaning | None:
    if not words:
        return None
    whole = "".join(words)
    if found := _FIELD_OF.get(whole) or _numbered(whole):
        return Meaning(found[0], found[1])
    if _LAST_FIRST.search(header):
        return Meaning("full_name", 1)
    if flag := flag_headers.flag(header):
        of_the_yes = flag == "positive" and flag_headers.of_the_yes(words)
        return None if of_the_yes else Meaning("", kind=_kind(set(words)), flag=flag)
    number, rest = households.person(words)
    if number > 1:
        return None
    if words[0] != "is" and (found_phone := _phone(rest)):
        return found_phone
    if (found := _FIELD_OF.get("".join(households.of_its_head(rest)))) and found[0] in ("first_name", "last_name"):
        return Meaning(found[0], max(found[1], 1))
    if found := _FIELD_OF.get("".join(rest)):
        return Meaning(found[0], found[1] if found[1] == ELSEWHERE else max(found[1], 1))
    while len(rest) > 1 and rest[0] in _OWNERS | _ASKING:
        rest.pop(0)
        if found := _FIELD_OF.get("".join(rest)):
            return Meaning(found[0], found[1] if found[1] == ELSEWHERE else max(found[1], 1))
    return None


def _numbered(whole: str) -> tuple[str, int] | None:
    """ "First Name 1": the first of several people or places."""
    name = whole.removesuffix("1")
    return _FIELD_OF.get(name) if name != whole and name not in UNSURE else None


def _phone(words: list[str]) -> Meaning | None:
    """A phone's header has a word for phone and beside it only words that say which or whose."""
    counted = [word.rstrip("0123456789") or word for word in words]
    number = next((int(n) for word in words if (n := re.sub(r"\D", "", word)) and word not in ("can2", "e164")), 1)
    if "".join(counted) in _SURELY_PHONE:
        return Meaning("phone")
    if words[-2:] == ["area", "code"] and not set(words) & _WITH_ITS_AREA_CODE:
        return None
    named = {word for word in counted if word in _MOBILE or word in _PHONE}
    others = {w for w, c in zip(words, counted, strict=True) if c not in named and not w.isdigit()}
    known = _BESIDE_PHONE | _HOME | _WORK | set(_LATER)
    if not named or "".join(counted) in _NEVER_PHONE or {w for w in others if w not in known and w != "can2"}:
        return None
    if (
        not named & _PHONE
        and not named - {"text", "texts", "texting", "sms", "txt"}
        and not others & {"number", "numero", "no", "num"}
    ):
        return None if named & {"text", "texts", "texting", "txt"} else Meaning("phone", number, "mobile")
    return Meaning("phone", max([number, *(_LATER.get(w, 1) for w in others)]), _kind(named | set(counted)))


def _kind(words: set[str]) -> PhoneKind:
    if words & _WORK:
        return "work"
    if words & _MOBILE:
        return "mobile"
    return "home" if words & _HOME else "any"
