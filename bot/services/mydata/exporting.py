"""The file a member takes along: everything in this server that concerns him, and nobody else's data.

What coaches wrote to him is his to take, under the name they show to everyone. Neither his own Discord id
nor anybody else's stands in it: a file that is found names nobody.
"""

import json
import logging
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.services.disclosure import DisclosureService
from bot.services.identity import Identity, Purpose, UnknownKeyError
from bot.services.mydata.owning import Owning
from bot.services.mydata.registry import Section
from db.engine import Database
from db.models import LineMessage, LineSender, Post, Question, Summon
from db.repositories import answers, coaches, mydata, preferences

_log = logging.getLogger(__name__)
Part = dict[str, Any]


class ExportService:
    """Collects the parts of the file."""

    def __init__(
        self, database: Database, identity: Identity, clock: Clock, disclosures: DisclosureService
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._disclosures = disclosures
        self._owning = Owning(identity)

    async def export(self, guild_id: int, user_id: int) -> bytes:
        """The file, as JSON."""
        async with self._database.read() as session:
            parts: dict[Section, Any] = {
                Section.QUESTIONS: await self._questions(session, guild_id, user_id),
                **await self._played(session, guild_id, user_id),
                Section.VOTES: await self._votes(session, guild_id, user_id),
                Section.FOLLOWED: await self._followed(session, guild_id, user_id),
                Section.PREFERENCES: await self._preferences(session, guild_id, user_id),
                Section.COACH: await self._coach(session, guild_id, user_id),
                Section.MODERATION: await self._moderation(session, guild_id, user_id),
            }
        document = {"made": _at(to_the_hour(self._clock()))} | {
            str(name): part for name, part in parts.items()
        }
        return json.dumps(document, ensure_ascii=False, indent=2).encode()

    async def _questions(self, session: AsyncSession, guild_id: int, user_id: int) -> list[Part]:
        found = await mydata.questions(session, await self._owning.questions(session, guild_id, user_id))
        ids = [question.id for question in found]
        counts = await answers.counts(session, ids)
        follow_ups = await mydata.follow_ups(session, ids)
        summons = await mydata.summons(session, ids)
        lines = await mydata.lines(session, [summon.id for summon in summons])
        notices = await mydata.notices(session, ids)
        reveals = await mydata.reveals_told(session, ids)
        return [
            self._question(question)
            | {
                "answers": counts.get(question.id, 0),
                "follow_ups": [_post(post) for post in follow_ups if post.question_id == question.id],
                "coaches": [
                    self._call(summon, lines) for summon in summons if summon.question_id == question.id
                ],
                "messages_owed": sum(notice.question_id == question.id for notice in notices),
                "opened_by_moderators": [
                    {"reason": reveal.reason.value, "opened": _at(reveal.opened_at)}
                    for reveal in reveals
                    if reveal.question_id == question.id
                ],
            }
            for question in found
        ]

    def _question(self, question: Question) -> Part:
        own = self._disclosures.peek(question)
        return {
            "alias": question.alias,
            "topic": question.topic.name,
            "title": question.title,
            "text": question.body,
            "wants_coach": question.wants_coach,
            "state": question.state.value,
            "hidden_by_moderators": question.hidden,
            "thread": str(question.thread_id) if question.thread_id else None,
            "asked": _at(question.created_at),
            "published": _at(question.published_at),
            "ended": _at(question.closed_at),
            "messages_under_own_name": [str(one) for one in (*own.standing, *own.promised)],
        }

    def _call(self, summon: Summon, lines: Any) -> Part:
        return {
            "coach": summon.coach.name,
            **_case(summon),
            "line": [
                {
                    "from": "coach" if message.sender is LineSender.COACH else "you",
                    "text": self._text(message),
                    "written": _at(message.created_at),
                    "read": _at(message.seen_at),
                }
                for message in lines
                if message.summon_id == summon.id
            ],
        }

    async def _played(self, session: AsyncSession, guild_id: int, user_id: int) -> dict[Section, Any]:
        player = await answers.player(session, guild_id, self._identity.member_key(guild_id, user_id))
        if player is None:
            return {Section.PLAYER: None, Section.ANSWERS: [], Section.ASSISTS: None}
        return {
            Section.PLAYER: {
                "name": player.name,
                "shown_as": player.visibility.value,
                "since": _at(player.created_at),
            },
            Section.ANSWERS: [
                {
                    "question": answer.question.alias,
                    "under_the_name": answer.player_name,
                    # What was written in the thread itself is not kept by the bot.
                    "text": answer.post.body if answer.post else None,
                    "message": str(answer.message_id) if answer.message_id else None,
                    "removed_by_moderators": answer.removed,
                    "written": _at(answer.created_at),
                }
                for answer in await mydata.answers_of(session, player.id)
            ],
            Section.ASSISTS: {
                "totals": {row.period: row.assists for row in await mydata.tallies_of(session, player.id)},
                "entries": [
                    {"credited": entry.seq % 2 == 1, "month": entry.month, "at": _at(entry.created_at)}
                    for entry in await mydata.ledger_of(session, player.id)
                ],
            },
        }

    async def _votes(self, session: AsyncSession, guild_id: int, user_id: int) -> list[Part]:
        ids = await self._owning.votes(session, guild_id, user_id)
        return [
            {"question": alias, "given": _at(vote.created_at)}
            for vote, alias in await mydata.votes(session, ids)
        ]

    async def _followed(self, session: AsyncSession, guild_id: int, user_id: int) -> list[Part]:
        ids = await self._owning.followed(session, guild_id, user_id)
        return [{"question": row.question.alias} for row in await mydata.followed(session, ids)]

    async def _preferences(self, session: AsyncSession, guild_id: int, user_id: int) -> Part | None:
        key = self._identity.member_key(guild_id, user_id)
        chosen = await preferences.get(session, guild_id, key)
        if chosen is None:
            return None
        return {"direct_messages": chosen.direct_messages, "refused_by_discord": chosen.refused}

    async def _coach(self, session: AsyncSession, guild_id: int, user_id: int) -> Part | None:
        coach = await coaches.by_user(session, guild_id, user_id)
        if coach is None:
            return None
        cases = await mydata.cases(session, coach.id)
        written = await mydata.lines(session, [summon.id for summon in cases])
        return {
            "name": coach.name,
            "age": coach.age,
            "topics": coach.topics,
            "experience": coach.experience,
            "on_the_list": coach.active,
            "since": _at(coach.created_at),
            "cases": [
                {"case": summon.case_code, **_case(summon)}
                | {
                    # What the boy wrote is his.
                    "you_wrote": [
                        {"text": self._text(message), "written": _at(message.created_at)}
                        for message in written
                        if message.summon_id == summon.id and message.sender is LineSender.COACH
                    ]
                }
                for summon in cases
            ],
        }

    async def _moderation(self, session: AsyncSession, guild_id: int, user_id: int) -> Part:
        return {
            "audit": [
                {
                    "at": _at(entry.at),
                    "action": entry.action,
                    "subject": entry.subject,
                    "detail": entry.detail,
                }
                for entry in await mydata.audit_of(session, guild_id, user_id)
            ],
            "reveals": [
                {
                    "reason": reveal.reason.value,
                    "state": reveal.state.value,
                    "requested": reveal.requested_by == user_id,
                    "decided": reveal.decided_by == user_id,
                    "reviewed": reveal.reviewed_by == user_id,
                    "your_explanation": reveal.explanation if reveal.requested_by == user_id else None,
                    "your_review": reveal.review if reveal.reviewed_by == user_id else None,
                    "at": _at(reveal.created_at),
                }
                for reveal in await mydata.reveals_by(session, guild_id, user_id)
            ],
        }

    def _text(self, message: LineMessage) -> str | None:
        try:
            return self._identity.open_text(message.sealed_body, message.form, Purpose.EXPORT)
        except UnknownKeyError:
            # The rest is his all the same.
            _log.error("a message on a line cannot be opened: is a key missing in MITASSIST_SEAL_KEYS?")
            return None


def _post(post: Post) -> Part:
    return {"text": post.body, "state": post.state.value, "written": _at(post.created_at)}


def _case(summon: Summon) -> Part:
    return {
        "state": summon.state.value,
        "called": _at(summon.created_at),
        "decided": _at(summon.decided_at),
        "ended": _at(summon.closed_at),
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None
