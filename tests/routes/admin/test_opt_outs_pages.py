"""Opt-outs are searched, exported, made by hand, and never taken back."""

from __future__ import annotations

from tests.cast import Cast, opt_out_phone
from tests.cast.site import OFFICE, Browser, ask, audited, campaign_routes, fill, ids
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut


async def test_no_route_takes_an_opt_out_away(cast: Cast, app, browse: Browser, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Every form of the site, by its owner, with this person's ids."""
    names, selina = await ids(cast, tmp_path), await browse(cast.selina)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    posts = [path for method, path in campaign_routes(app) if method == "POST"]
    assert len(posts) > 60
    for path in posts:
        await ask(selina, "POST", fill(path, names, "meyer"))
        assert await OptOut.filter(phone=cast.lisa.phone, campaign=cast.meyer).exists(), path
        assert (await Contact.get(id=cast.lisa.id)).opted_out_at, path


async def test_opt_outs_are_searched_counted_and_exported(cast: Cast, browse: Browser) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN, words="=cmd()")
    await opt_out_phone(cast.ryan, "+12125550123", FROM_ADMIN)
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    page = (await gary.get(OFFICE + "/opt-outs?q=412 555 0101")).text
    assert "412-555-0101" in page and "Lisa Ng" in page and "By an admin" in page
    assert "has not opted out" in (await gary.get(OFFICE + "/opt-outs?q=212-555-0123")).text
    assert "not a whole phone number" in (await gary.get(OFFICE + "/opt-outs?q=lisa")).text
    file = (await selina.get(OFFICE + "/opt-outs.csv")).text
    assert '"+14125550101","admin"' in file and "'=cmd()" in file and "+12125550123" not in file
    assert (await gary.get(OFFICE + "/opt-outs.csv")).status_code == 404 and await audited("opt_outs.exported") == 1


async def test_a_number_is_opted_out_by_hand_and_nothing_takes_it_back(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/opt-outs", data={"phone": "814-555-01"})).status_code == 422
    await gary.post(OFFICE + "/opt-outs", data={"phone": "(212) 555-0123"})
    assert (await OptOut.get(phone="+12125550123")).source == "admin"
    assert "212-555-0123" in (await gary.get(OFFICE + "/opt-outs")).text
    assert not await Contact.exists(phone="+12125550123"), "a stranger is not made a contact"
