"""A script sent to one's own phone, to see it as people will (SPEC A6)."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import Request, Response, post

from webapp import limiting, queue, words
from webapp.access import finding
from webapp.http import bounded, forms
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.sending import to_own_phone
from webapp.models.sending.click import Declined, Reused
from webapp.routes.admin.scripts import previews
from webapp.routes.admin.scripts.pictures import LARGEST
from webapp.routes.admin.scripts.previews import Written
from webapp.routes.admin.sending import own_phone
from webapp.rules import phone, script_lint


@post("/actions/{action_id:int}/tests", request_max_body_size=LARGEST, opt=bounded.MANY_FIELDS)
async def send_test(request: Request, member: Membership, action_id: int) -> Response:
    """As the person shown would get it."""
    action, form = await finding.action_of(member, action_id), Form(await request.form())
    written = await previews.written_in(action, form)
    contact = await previews.chosen(member, action, form.text("contact", "", 30), "")
    said = await _send(member, action, written, contact, form)
    return _answer(request, action, written, said, form)


def _answer(request: Request, action: Action, written: Written, said: str, form: Form) -> Response:
    return page(
        request,
        "admin/scripts/test.html",
        "admin/scripts/_test.html",
        status_code=200 if form else 422,
        action=action,
        said=said,
        fine=bool(form),
        place=written.place,
        client_id=uuid.uuid4(),
    )


async def _send(member: Membership, action: Action, written: Written, contact: Contact | None, form: Form) -> str:
    """One sentence: the phone the test went to, or why it was not sent; then ``form`` has an error."""
    example = await previews.example(member, action, contact, written.body)
    client_id = forms.uuid_of(form.text("client_message_id", "", 40))
    if why := await _hindrance(member, example.check(written), client_id):
        form.wrong("test", why)
        return why
    assert client_id
    picture_id = written.picture.id if written.picture else None
    outcome = await to_own_phone.send(member, written.body, example.contact, client_id, picture_id)
    if isinstance(outcome, Declined):
        form.wrong("test", own_phone.declined(outcome.code))
        return form.errors["test"]
    if isinstance(outcome, Reused):
        form.wrong("test", words.gettext("That press was for another text. Nothing was sent. Press Send a test again."))
        return form.errors["test"]
    if outcome.again:
        return words.gettext("That text is already on its way.")
    await queue.drain(outcome.message.number_id or 0)
    return words.gettext("On its way to %(phone)s.", phone=phone.national(member.user.phone))


async def _hindrance(member: Membership, check: dict[str, Any], client_id: uuid.UUID | None) -> str:
    """Why no test is sent; "" where one may be. Counted against the limit only where nothing else is wrong."""
    if why := _wrong(member, check, client_id):
        return why
    if not await limiting.allowed(limiting.TEST, str(member.user_id)):
        return words.gettext("You sent many tests in the last hour. Wait a while, then try again.")
    return ""


def _wrong(member: Membership, check: dict[str, Any], client_id: uuid.UUID | None) -> str:
    """Opt-out wording may be missing: the test goes to one's own phone."""
    wrong = [f for f in script_lint.errors(check["findings"]) if f.code != "no_opt_out"]
    if wrong or not check["written"].body:
        return wrong[0].sentence if wrong else words.gettext("There is no text yet.")
    if client_id is None:
        return words.gettext("Something in that form could not be read. Nothing was sent.")
    if not member.campaign.set_up:
        return words.gettext("The set-up check is not green yet, so nothing can be sent.")
    if member.campaign.stopped_at:
        return words.gettext("All texts are stopped now. Start again first.")
    return "" if member.user.phone else words.gettext("There is no phone number in your account.")


HANDLERS = [send_test]
