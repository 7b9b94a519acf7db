"""The picture a script's editor asks for: uploaded, replaced by a smaller one, kept or removed (SPEC A4)."""

from __future__ import annotations

from litestar.datastructures import UploadFile

from webapp import words
from webapp.access import finding
from webapp.http.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.actions import pictures
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import Script
from webapp.rules.scripts import picture
from webapp.rules.speech.sentences import said

LARGEST = 25_000_000  # bytes of a form; of a picture too large for a text, a smaller version is offered
REFUSED = {
    "not_a_picture": said("This file is not a picture."),
    "broken": said("This picture is broken: it can't be opened."),
    "other_type": said("This type of picture can't be sent. Save it as JPEG, PNG or GIF."),
    "too_many_pixels": said("This picture has too many pixels. Make it smaller."),
}


async def chosen(member: Membership, form: Form, script: Script | None) -> tuple[int | None, Picture | None]:
    """The id of the picture the script will have, and the smaller version to offer where the upload was too large."""
    file, use = form.data.get("picture"), form.text("use_picture", "", 20)
    if isinstance(file, UploadFile) and file.filename:
        return await _uploaded(member, form, await file.read())
    if use.isdecimal():
        return (await finding.picture_of(member, int(use))).id, None
    return (None if form.ticked("remove_picture") or script is None else script.picture_id), None


async def _uploaded(member: Membership, form: Form, data: bytes) -> tuple[int | None, Picture | None]:
    taken = await pictures.take_in(member.campaign, data)
    match taken:
        case picture.NoPicture(reason):
            form.wrong("picture", words.gettext(REFUSED[reason]))
            return None, None
        case pictures.TooLarge(size, smaller):
            megabytes = f"{size / 1e6:.1f}"
            form.wrong(
                "picture", words.gettext("This picture has %(n)s MB. It must have less than 0.6 MB.", n=megabytes)
            )
            return None, smaller
        case _:
            form.typed["use_picture"] = str(taken.id)
            return taken.id, None
