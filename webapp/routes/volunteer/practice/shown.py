"""People who do not exist, in the shape that the real pages show people (SPEC H5)."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import Tag
from webapp.rules import segments, variables
from webapp.rules.library.prepared import OPT_OUT
from webapp.rules.practice import personas, play
from webapp.rules.practice.personas import PERSONAS, Persona
from webapp.rules.practice.play import INITIAL, SCRIPT, THEIRS, Play, Said, Talk

ACTION = 1
JUST_SENT = 7


class PretendCampaign:
    """The member's campaign, whose pages are those of the practice: every address on them leads there."""

    stopped_at = None

    def __init__(self, real: Campaign) -> None:
        self._real, self.slug = real, f"{real.slug}/practice"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Shown:
    """Builds what the templates take. ``tags``: the campaign's own that a report may have."""

    def __init__(self, member: Membership, playing: Play, tags: list[Tag], now: datetime) -> None:
        self.member, self.play, self.tags, self.now = member, playing, tags, now
        self.prepared = personas.scripts(playing.language)

    def shared(self) -> dict[str, Any]:
        badges = {"unread": sum(talk.unread for talk in self.play.talks), "needs_attention": 0, "waiting": 0}
        return {"campaign": PretendCampaign(self.member.campaign), "badges": badges, "practice": True, "campaigns": 1}

    def action(self) -> SimpleNamespace:
        return SimpleNamespace(id=ACTION, title=self.prepared.title, instructions="", language=self.play.language)

    def queue(self) -> SimpleNamespace:
        n, talks, campaign = self.play.next(), self.play.talks, self.member.campaign
        sent = [self._sent(n, talk) for n, _, talk in self.play.pairs() if talk.texted]
        sent.sort(key=lambda one: (one.at, one.id), reverse=True)
        newest = sent[0] if sent and self._undoable(talks[sent[0].id - 1]) else None
        left = campaign.undo_seconds - (int(self.now.timestamp()) - talks[newest.id - 1].said[0].at) if newest else 0
        progress = SimpleNamespace(
            texted=len(sent),
            total=len(talks),
            asleep=0,
            skipped=sum(talk.skips > 0 and not talk.texted for talk in talks),
            replies=sum(talk.replied for talk in talks),
        )
        return SimpleNamespace(
            card=self._card(n) if n is not None else None,
            progress=progress,
            just_sent=sent[:JUST_SENT],
            gone_back=SimpleNamespace(by_time=0, by_admin=0, by_skip=0),
            undoable=newest if left > 0 else None,
            undo_seconds=max(left, 0),
            looking=False,
            mark="",
        )

    def _sent(self, n: int, talk: Talk) -> SimpleNamespace:
        return SimpleNamespace(
            id=n + 1, at=_at(talk.said[0]), first_name=PERSONAS[n].first_name, place=PERSONAS[n].place
        )

    def _undoable(self, talk: Talk) -> bool:
        return not any(one.ours for one in talk.said[1:])

    def _card(self, n: int) -> SimpleNamespace:
        return SimpleNamespace(
            conversation=self.conversation(n), zones=(PERSONAS[n].zone,), tags=[], texted_before=False
        )

    def text(self, n: int | None) -> SimpleNamespace | None:
        """The first text, as this person would get it."""
        if n is None:
            return None
        return SimpleNamespace(text=self.filled(n, self.prepared.initial), hash=f"practice-{n}", unfilled=(), lacks=())

    def filled(self, n: int, body: str) -> str:
        campaign = self.member.campaign
        given = {
            "first_name": PERSONAS[n].first_name,
            "user.first_name": campaign.sender_name(self.member.user.first_name),
            "campaign.name": campaign.name,
        }
        made = variables.render(body, given)
        return made.text if isinstance(made, variables.Rendered) else body

    def conversation(self, n: int) -> SimpleNamespace:
        talk = self.play.talks[n]
        came = [one for one in talk.said if not one.ours]
        return SimpleNamespace(
            id=n + 1,
            contact=self.contact(n),
            script=SimpleNamespace(picture_id=None),
            skips=talk.skips,
            unread=talk.unread,
            needs_attention=talk.needs_attention,
            replied_at=_at(came[-1]) if came else None,
        )

    def contact(self, n: int) -> SimpleNamespace:
        one, talk = PERSONAS[n], self.play.talks[n]
        return SimpleNamespace(
            first_name=one.first_name,
            last_name=one.last_name,
            name=f"{one.first_name} {one.last_name}",
            place=one.place,
            zip=one.zip,
            phone=f"+1202555010{n}",
            opted_out_at=self.now if talk.state == "out" else None,
            blocked_at=self.now if talk.state == "blocked" else None,
            staff_decide=False,
            flag_mark="",
            possible_opt_out_at=self.now if talk.possible else None,
            possible_opt_out_message_id=len(talk.said),
        )

    def messages(self, n: int) -> list[SimpleNamespace]:
        return [self._message(n, place, one) for place, one in enumerate(self.play.talks[n].said, 1)]

    def _message(self, n: int, place: int, one: Said) -> SimpleNamespace:
        return SimpleNamespace(
            id=place,
            ours=one.ours,
            failed=False,
            client_id=None,
            body=self.words(n, one),
            picture_id=None,
            media_count=0,
            user_id=self.member.user_id if one.ours else None,
            user=self.member.user,
            created_at=_at(one),
            status="taken",
            delivery="delivered",
            attempts=1,
            kind="follow_up",
        )

    def words(self, n: int, one: Said) -> str:
        if one.kind == THEIRS:
            return PERSONAS[n].replies(self.play.language)[int(one.what)]
        if one.kind == SCRIPT:
            return self.filled(n, self.prepared.answers[int(one.what)].body)
        return self.filled(n, self.prepared.initial) if one.kind == INITIAL else one.what

    def threads(self, show: str, q: str) -> list[SimpleNamespace]:
        wanted = {"attention": lambda talk: talk.needs_attention, "unread": lambda talk: talk.unread}
        open_ones = [
            (n, one, talk)
            for n, one, talk in self.play.pairs()
            if talk.open and wanted.get(show, bool)(talk) and one.first_name.lower().startswith(q.strip().lower())
        ]
        return [self._thread(n, talk) for n, _, talk in open_ones]

    def _thread(self, n: int, talk: Talk) -> SimpleNamespace:
        return SimpleNamespace(
            conversation=self.conversation(n),
            possible_opt_out=talk.possible,
            excerpt=self.words(n, talk.said[-1]),
            tags=[tag.name for tag in self._of(talk)],
            opens_at=None,
        )

    def waiting(self) -> SimpleNamespace:
        talks = self.play.talks
        return SimpleNamespace(
            replied=sum(talk.open for talk in talks),
            attention=sum(talk.needs_attention for talk in talks),
            unread=sum(talk.unread for talk in talks),
        )

    def scripts(self, n: int, q: str) -> list[dict[str, Any]]:
        named = {tag.slug: tag for tag in self.tags}
        rows = [self._script(n, place, named) for place in range(len(self.prepared.answers))]
        return [row for row in rows if q.lower() in f"{row['script'].name} {row['text'].text}".lower()]

    def _script(self, n: int, place: int, named: dict[str, Tag]) -> dict[str, Any]:
        one = self.prepared.answers[place]
        text = self.filled(n, one.body)
        tags = [SimpleNamespace(tag=named[slug]) for slug in one.tags if slug in named]
        script = SimpleNamespace(
            id=place + 1, name=one.name, version=1, picture_id=None, script_tags=tags, script_values=[]
        )
        shown = SimpleNamespace(text=text, unfilled=())
        return {"script": script, "text": shown, "billed": segments.count(text).segments, "used": 0}

    def thread(self, n: int, follow: bool, q: str) -> dict[str, Any]:
        return {
            "conversation": self.conversation(n),
            "contact": self.contact(n),
            "contact_zones": (PERSONAS[n].zone,),
            "messages": self.messages(n),
            "opens_at": None,
            "at": self.now,
            "follow": follow,
            "q": q,
            "oob": False,
            "scripts": self.scripts(n, q) if follow else [],
            "beginnings": [],
            "tags": self._of(self.play.talks[n]),
            "all_tags": self.tags,
        }

    def report(self, n: int) -> dict[str, Any]:
        return {
            "contact": self.contact(n),
            "asked": SimpleNamespace(tags=self.tags, fields=[]),
            "ticked": set(self.play.talks[n].tags),
            "answers": {},
            "mark": "",
            "newest": 0,
            "earlier": [],
        }

    def lessons(self) -> list[tuple[int, Persona, Talk, bool]]:
        """Each person that was texted, by the card's number, and whether a good volunteer's part was done."""
        return [(n + 1, one, talk, play.well_done(one, talk)) for n, one, talk in self.play.pairs() if talk.texted]

    def _of(self, talk: Talk) -> list[Tag]:
        return [tag for tag in self.tags if tag.slug in talk.tags or (tag.opts_out and OPT_OUT in talk.tags)]


def _at(one: Said) -> datetime:
    return datetime.fromtimestamp(one.at, UTC)
