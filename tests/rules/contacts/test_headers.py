"""The meaning of a column's header (SPEC C3)."""

from __future__ import annotations

import pytest

from webapp.rules.contacts import contact_columns, headers

# System -> header -> field, phone as "phone:kind", a column that says whom not to text as "flag:how"
KNOWN = {
    "VAN and EveryAction": "Voter File VANID=van_id;LastName=last_name;FirstName=first_name;State=state_abbrev;Zip5=zip;"
    "Home Phone=phone:home;Cell Phone=phone:mobile;Work Phone=phone:work;PreferredEmail=email;Preferred Phone=phone:any;"
    "State/Province=state_abbrev;Zip/Postal=zip;Contact Name=full_name;Do Not Text=flag:negative",
    "one column": "City, State ZIP=city_state_zip;City State Zip Code=city_state_zip;Donor City/State/Zip=city_state_zip;CSZ=city_state_zip;City=",
    "NationBuilder": "mobile_number=phone:mobile;phone_number=phone:any;work_phone_number=phone:work;primary_state=state_abbrev;"
    "primary_zip5=zip;do_not_call=flag:negative;do_not_contact=flag:negative;is_mobile_bad=flag:negative;"
    "mobile_opt_in=flag:positive;Consent to texts at any time?=flag:positive;OPTIN_TIME=;sms_opt_in_date=;federal_donotcall=flag:negative;tag_list=tags;email_opt_in=;is_deceased=flag:negative",
    "Action Network": "can2_phone=phone:any;can2_state_abbreviated=state_abbrev;zip_code=zip;can2_user_tags=tags;"
    "can2_sms_status=flag:status;Mobile number (for texts)=phone:mobile;can2_subscription_status=;can2_county=",
    "ActBlue": "Donor First Name=first_name;Donor Last Name=last_name;Donor State=state_abbrev;Donor ZIP=zip;Donor Email=email;"
    "Donor Phone=phone:any;Donor City=;Amount=",
    "Salesforce": "FirstName=first_name;MobilePhone=phone:mobile;HomePhone=phone:home;OtherPhone=phone:any;"
    "MailingState=state_abbrev;MailingPostalCode=zip;DoNotCall=flag:negative;HasOptedOutOfEmail=;HasOptedOutOfSms=flag:negative",
    "Mailchimp": "Email Address=email;First Name=first_name;Phone Number=phone:any;TIMEZONE=timezone;REGION=state_abbrev;TAGS=tags",
    "Google": "Given Name=first_name;Family Name=last_name;E-mail 1 - Value=email;Phone 1 - Value=phone:any;Phone 1 - Label=;"
    "Address 1 - Region=state_abbrev;Address 1 - Postal Code=zip;Nickname=first_name;Notes=",
    "Outlook": "E-mail Address=email;Mobile Phone=phone:mobile;Business Phone=phone:work;Home State=state_abbrev;"
    "Home Postal Code=zip;Home Phone 2=phone:home;Assistant's Phone=;Car Phone=",
    "CiviCRM": "Postal Code=zip;Do Not Sms=flag:negative;Do Not Phone=flag:negative;Do Not Email=;Do Not Mail=",
    "L2": "Voters_FirstName=first_name;Voters_LastName=last_name;VoterTelephones_CellPhoneFormatted=phone:mobile;"
    "VoterTelephones_LandlineFormatted=phone:home;Residence_Addresses_State=state_abbrev;Residence_Addresses_Zip=zip",
    "Hustle and ThruText": "Contact First Name=first_name;Contact Phone=phone:any;Lead Phone=phone:any;Sender First Name=;opted_out=flag:negative",
    "Spoke": "contact[firstName]=first_name;contact[lastName]=last_name;contact[cell]=phone:mobile;contact[zip]=zip;"
    "contact[optOut]=flag:negative;texter[cell]=;texter[firstName]=",
    "dialers": "Phone Number 1=phone:any;phone_2=phone:any;Alternate Phone=phone:any;Landline=phone:home;DNC=flag:negative",
    "Spanish": "Teléfono=phone:any;Teléfono celular=phone:mobile;MÓVIL=phone:mobile;Código postal=zip;Correo electrónico=email;"
    "Apellido=last_name;Nombre=first_name;Nombre completo=full_name;Estado=state_abbrev;No llamar=flag:negative",
    "forms": "What's your cell phone number?=phone:mobile;Cell #=phone:mobile;Phone (cell)=phone:mobile;Phone #=phone:any;"
    "Deceased?=flag:negative;Opt-Out Date=flag:negative;OK to text=flag:positive;SMS consent=flag:positive",
    "households": "Member 1 First=first_name;Member 1 Last Name=last_name;HH1 First Name=first_name;HH1 Cell=phone:mobile;Person 1 Phone=phone:any;"
    "Household Member 1 First Name=first_name;Voter 1 Zip=zip;Head of Household First Name=first_name;HOH_Last=last_name;Primary First Name=first_name;"
    "First Name 1=first_name;LastName1=last_name;Zip 1=zip;Member 2 First=;Member 2 Phone=;HH2 Cell=;Person 3 Cell Phone=;Contact 2 Phone=;First Name 2=;"
    "Contact Phone 2=phone:any;Household Name=;Household Phone=phone:home;Spouse First Name=;Member 2 Do Not Text=flag:negative",
    "mainframes": "FIRST NM=first_name;FRST_NM=first_name;LST_NM=last_name;STATE_CD=state_abbrev;ZIP_CD=zip;CELL_PHONE_NBR=phone:mobile;Email - Personal=email",
    "one name": "Last, First=full_name;Name (Last, First)=full_name;Last Name, First Name=full_name;Apellido, Nombre=full_name;Last First=",
    "Spanish forms": "¿Cuál es su nombre?=first_name;¿Cuál es tu apellido?=last_name;¿Cuál es su número de celular?=phone:mobile;Escriba su código postal=zip;"
    "¿Podemos enviarle mensajes de texto?=flag:positive;Acepto recibir mensajes=flag:positive;Consentimiento para SMS=flag:positive;"
    "No acepto recibir textos=flag:negative;¿Se le puede textear?=flag:positive;Yes/No opt in=flag:positive",
    "a no that denies": "No opt in=flag:negative;SMS no consent=flag:negative;El votante no acepta mensajes=flag:negative;Si no acepta mensajes=flag:negative;"
    "Si no desea mensajes=flag:negative;Yes or no: I do not want texts=flag:negative;Mobile no texts=flag:negative;Wrong phone no.=flag:negative",
    "a no that denies nothing": "Yes or no: may we text you?=flag:positive;Sí o no: ¿acepta mensajes?=flag:positive;Sí/No acepta textos=flag:positive;"
    "Phone No. OK to text=flag:positive;Mobile No opted in=flag:positive;Phone No. SMS consent=flag:positive;Yes or No: SMS consent=flag:positive;"
    "Contact No. - text ok=flag:positive;Teléfono no. acepta textos=flag:positive",
    "no columns of ours": "Phone Bank=;Has phone=;Emergency Phone=;Spouse Cell=;Phone Type=;Area Code=;Bus Stop=;Street=;Text=;"
    "Zip4=;Precinct=;Fax=;Phone carrier=;Voter ID=",
}
ROWS = [(system, *pair.rsplit("=", 1)) for system, pairs in KNOWN.items() for pair in pairs.split(";")]


@pytest.mark.parametrize(("system", "header", "expected"), ROWS)
def test_the_headers_of_other_systems_are_known(system: str, header: str, expected: str) -> None:
    found = headers.meaning(header)
    said = "" if found is None else f"flag:{found.flag}" if found.flag else found.field
    assert (f"phone:{found.kind}" if found and said == "phone" else said) == expected


def test_a_column_of_numbers_is_a_phone_where_its_cells_are() -> None:
    for header in ("Number", "Contact", "WhatsApp", "Text", "No."):
        people = contact_columns.match(
            ["Name", header], {}, None, [["Lisa Ng", "412-555-0197"], ["Bo Ito", "(412) 555 0198"]]
        )
        assert isinstance(people, contact_columns.Columns) and people.phones == [1], header
        others = contact_columns.match(["Name", header, "Phone"], {}, None, [["Lisa Ng", "12", "4125550197"]])
        assert isinstance(others, contact_columns.Columns) and others.phones == [2], header


def test_a_header_line_is_told_from_a_title() -> None:
    assert contact_columns.recognized(["VOTER ID", "LAST NAME", "FIRST NAME", "ZIP", "PHONE"]) == 4
    assert contact_columns.recognized(["Registered voters - Ward 7", "", "Run date: 11/01/2026"]) == 0


def test_a_hundred_thousand_characters_are_no_header() -> None:
    assert headers.meaning("do not " * 20_000) is None


@pytest.mark.parametrize(
    ("header", "field", "flag"),
    [
        ("No enviar mensajes", "", "negative"),
        ("Remove", "", "negative"),
        ("Remove from list", "", "negative"),
        ("Wants off", "", "negative"),
        ("Baja", "", "negative"),
        ("Cell Ph", "phone", None),
        ("Home Ph", "phone", None),
        ("Apellido paterno", "last_name", None),
        ("What is your name?", "full_name", None),
        ("Please enter your ZIP", "zip", None),
    ],
)
def test_headers_a_new_admin_brought(header: str, field: str, flag: str | None) -> None:
    found = headers.meaning(header)
    assert found and (found.field, found.flag) == (field, flag)


@pytest.mark.parametrize("header", ["Remove duplicates by", "Off days", "What", "Name of the street"])
def test_headers_that_only_resemble_one_mean_nothing(header: str) -> None:
    assert headers.meaning(header) is None


def test_headers_in_german_french_and_portuguese_are_known() -> None:
    """Field and, of a phone, its kind."""
    for names, field, kind in (
        ("Vorname;Prénom;Primeiro nome", "first_name", ""),
        ("Nachname;Familienname;Nom;Nom de famille;Sobrenome;Último nome", "last_name", ""),
        ("Nome;Nom complet;Nome completo", "full_name", ""),
        ("E-Mail-Adresse;Courriel;Adresse e-mail;Endereço de e-mail", "email", ""),
        ("PLZ;Postleitzahl;Code postal;CEP", "zip", ""),
        (
            "Handy;Handynummer;Mobilnummer;Mobiltelefon;Téléphone portable;Cellulaire;Telemóvel;Celular;Telefone celular",
            "phone",
            "mobile",
        ),
        ("Telefon;Telefonnummer;Rufnummer;Téléphone;Numéro de téléphone;Telefone", "phone", "any"),
        ("Téléphone domicile;Telefon privat", "phone", "home"),
        ("Téléphone bureau;Telefone trabalho", "phone", "work"),
    ):
        for name in names.split(";"):
            found = headers.meaning(name)
            assert found and found.field == field and (not kind or found.kind == kind), (name, found)


# Header -> meaning, as in KNOWN
ASKED = {
    "May we text you? (msg rates apply)": "flag:positive",
    "Can we send you text messages?": "flag:positive",
    "Yes, text me!": "flag:positive",
    "SMS Updates": "flag:positive",
    "SMSOptIn": "flag:positive",
    "I do NOT want text messages": "flag:negative",
    "I don't want to receive texts": "flag:negative",
    "Don't want texts": "flag:negative",
    "Bad #": "flag:negative",
    "Wrong #": "flag:negative",
    "Banned": "flag:negative",
    "Phone Number (10 digits)": "phone:any",
    "Phone number (we'll only text you about shifts)": "phone:any",
    "Best number to reach you": "phone:any",
    "Contact Number": "phone:any",
    "Mob. No.": "phone:mobile",
    "mobile_normalized": "phone:mobile",
    "Phone (spouse)": "",
    "Phone (emergency contact)": "",
    "Name (spouse)": "",
    "is_cell": "",
    "Zip Code (Home)": "zip",
    "State (2 letter)": "state_abbrev",
    "Reg State": "state_abbrev",
    "Legal First Name": "first_name",
    "user__given_name": "first_name",
    "user_zip": "zip",
    "Unsubscribed from all emails": "",
    "Email Status": "",
}


@pytest.mark.parametrize(("header", "expected"), ASKED.items())
def test_headers_of_forms_and_exports_mean_what_they_say(header: str, expected: str) -> None:
    test_the_headers_of_other_systems_are_known("forms", header, expected)
