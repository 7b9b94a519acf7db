"""Pictures of scripts, for whoever is shown the script or the text (SPEC A4), and those people sent, for who holds their thread (X5)."""

from __future__ import annotations

from litestar import get
from litestar.response import File

from webapp.access import finding
from webapp.http import pages
from webapp.models.accounts.users import Membership


@get("/pictures/{picture_id:int}")
async def picture(member: Membership, picture_id: int) -> File:
    found = await finding.shown_picture_of(member, picture_id)
    return pages.private_file(found.path, found.type, 86_400)


@get("/threads/{conversation_id:int}/media/{media_id:int}")
async def received(member: Membership, conversation_id: int, media_id: int) -> File:
    found = await finding.media_of((await finding.held_conversation(member, conversation_id)).contact_id, media_id)
    return pages.private_file(found.path, found.kept_type, 3_600)


HANDLERS = [picture, received]
