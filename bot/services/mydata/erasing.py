"""Erasing a member. What others could notice is spread over days, one question at a time.

A question's link goes at once: its seal is replaced by one that holds nobody. The rest of it (his line,
his follow-ups, and the thread if he wants it gone) follows at a random moment of its own, which only that
seal holds: threads that vanish, or lines that close, at one moment would belong to one boy.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import MemberError
from bot.services import access, appearance
from bot.services.disclosure import DisclosureService
from bot.services.identity import NOBODY, Identity, UnknownKeyError, new_token
from bot.services.ledger import ALL_TIME
from bot.services.mydata.owning import Owning
from bot.services.mydata.registry import Step
from bot.services.summons import SummonService
from bot.services.withdrawing import take_back
from bot.texts import texts
from db.engine import Database
from db.models import Player, Question, QuestionState, Visibility
from db.repositories import answers, assists, coaches, guilds, mydata, questions, retention, reveals

SPREAD = timedelta(hours=72)
# Nobody is matched with a thread that vanishes while he is online.
_SOONEST = timedelta(minutes=30)
_KEY_BYTES = 32
# Where in a note the hour begins until which a member is held: above every moment and one bit.
_HELD = 1 << 40
_UNPUBLISHED = (QuestionState.QUEUED, QuestionState.FAILED)


@dataclass(frozen=True)
class Extent:
    """What an erasure would take: questions that others can see, answers and assists of the member.

    ``shows``: others see that he is erased, for he plays, and soon after something happens to his questions.
    """

    questions: int
    answers: int
    assists: int
    is_coach: bool
    shows: bool


@dataclass(frozen=True)
class _Plan:
    """What a seal of nobody says of its question: when the rest of it goes, and whether its thread does.

    ``held_until`` is when the request that was running runs out; till then the seal may hold its member.
    """

    due: datetime
    delete: bool
    held_until: datetime | None = None

    def note(self) -> int:
        """As a number to seal."""
        held = int(self.held_until.timestamp()) // 3600 + 1 if self.held_until else 0
        return held * _HELD + int(self.due.timestamp()) * 2 + self.delete

    @classmethod
    def of(cls, note: int) -> "_Plan":
        """Read it back."""
        held, rest = divmod(note, _HELD)
        held_until = datetime.fromtimestamp(held * 3600, UTC) if held else None
        return cls(datetime.fromtimestamp(rest // 2, UTC), bool(rest % 2), held_until)


class ErasureService:
    """Each step is idempotent: an erasure that broke off is finished by asking for it again."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        summons: SummonService,
        disclosures: DisclosureService,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._summons = summons
        self._disclosures = disclosures
        self._owning = Owning(identity)

    async def extent(self, guild_id: int, user_id: int) -> Extent:
        """What there is. Raises MemberError ``erase_coach_first`` for a coach with running cases."""
        async with self._database.read() as session:
            is_coach = await self._check_coach(session, guild_id, user_id)
            own = await mydata.questions(session, await self._owning.questions(session, guild_id, user_id))
            player = await answers.player(session, guild_id, self._identity.member_key(guild_id, user_id))
            given, named, assisted = 0, 0, 0
            if player is not None:
                his = await mydata.answers_of(session, player.id)
                given, named = len(his), sum(answer.player_name is not None for answer in his)
                assisted = await assists.total(session, guild_id, ALL_TIME, player.id)
        visible = sum(question.state in access.PUBLISHED for question in own)
        shows = visible > 0 and named + assisted > 0
        return Extent(visible, given, assisted, is_coach=is_coach, shows=shows)

    async def erase(self, guild_id: int, user_id: int, *, delete: bool) -> None:
        """Erase the member; ``delete`` also deletes the questions that others can see.

        Raises MemberError as `extent`.
        """
        async with self._database.read() as session:
            await self._check_coach(session, guild_id, user_id)
        for step in Step:
            await self._take(step, guild_id, user_id, delete=delete)
        await self._database.empty_journal()

    def is_pending(self, question: Question) -> bool:
        """Whether an erased question's moment is still to come: its seal must not be lost before."""
        return self._plan(question) is not None

    async def finish_due(self) -> None:
        """Take away what is left of erased questions whose moment has come."""
        async with self._database.read() as session:
            seals = await mydata.all_seals(session)
        for token in await asyncio.to_thread(self._due, seals):
            async with self._database.write() as session:
                question = await questions.by_token(session, token, lock=True)
                plan = self._plan(question)
                if question is not None and plan is not None:
                    await self._go_on(session, question, plan)
        # Also when nothing was due: a reader may have been in the way after an erasure.
        await self._database.empty_journal()

    async def _take(self, step: Step, guild_id: int, user_id: int, *, delete: bool) -> None:
        match step:
            case Step.FOLLOWED:
                async with self._database.read() as session:
                    found = await self._owning.followed(session, guild_id, user_id)
                await self._one_by_one(found, mydata.remove_follower)
            case Step.PREFERENCES:
                async with self._database.write() as session:
                    key = self._identity.member_key(guild_id, user_id)
                    await mydata.remove_preference(session, guild_id, key)
            case Step.VOTES:
                async with self._database.read() as session:
                    found = await self._owning.votes(session, guild_id, user_id)
                await self._one_by_one(found, mydata.forget_voter)
            case Step.QUESTIONS:
                await self._erase_questions(guild_id, user_id, delete=delete)
            case Step.PLAYER:
                await self._erase_player(guild_id, user_id)
            case Step.COACH:
                await self._erase_coach(guild_id, user_id)

    async def _one_by_one(
        self, row_ids: list[int], forget: Callable[[AsyncSession, int], Awaitable[None]]
    ) -> None:
        """A transaction for each: PostgreSQL writes into a row which one changed it last, for all to read."""
        random.SystemRandom().shuffle(row_ids)
        for row_id in row_ids:
            async with self._database.write() as session:
                await forget(session, row_id)

    async def _erase_questions(self, guild_id: int, user_id: int, *, delete: bool) -> None:
        async with self._database.read() as session:
            tokens = list(await self._owning.questions(session, guild_id, user_id))
        random.SystemRandom().shuffle(tokens)
        for token in tokens:
            async with self._database.write() as session:
                question = await questions.by_token(session, token, lock=True)
                if question is not None and access.is_asker(self._identity, question, user_id):
                    await self._erase_question(session, question, user_id, delete=delete)

    async def _erase_question(
        self, session: AsyncSession, question: Question, user_id: int, *, delete: bool
    ) -> None:
        now = self._clock()
        if question.state is QuestionState.DRAFT:
            await questions.remove_draft(session, question.id)
            return
        # Erasing must not be a way out of a request that two people are deciding on, and nobody learns by
        # erasing that there is one: for everything else he is gone at once.
        held_until = await reveals.running_until(session, question.id, now, asked_by=now)
        published = question.state in access.PUBLISHED
        if not published:
            await self._withdraw(session, question)
        if published or held_until:
            await mydata.remove_unsent(session, question.id)
            wait = random.SystemRandom().uniform(_SOONEST.total_seconds(), SPREAD.total_seconds())
            plan = _Plan(now + timedelta(seconds=wait), delete, held_until)
            held = user_id if held_until else NOBODY
            question.seal = self._identity.seal_nobody(question.token, plan.note(), held)

    async def _go_on(self, session: AsyncSession, question: Question, plan: _Plan) -> None:
        """What is held goes when the request has ended; the rest at its moment, and not before that."""
        if plan.held_until is not None:
            still = plan.held_until > self._clock()
            if still and await reveals.is_running(session, question.id, self._clock()):
                return
            question.seal = self._identity.seal_nobody(question.token, replace(plan, held_until=None).note())
        if plan.due <= self._clock():
            await self._finish(session, question, delete=plan.delete)

    async def _finish(self, session: AsyncSession, question: Question, *, delete: bool) -> None:
        if delete or question.state not in access.PUBLISHED:
            await self._withdraw(session, question)
            return
        # As if he had closed his case and never looked again: no row says that he was erased. What is left
        # goes when that of others goes, and so does the coach's thread.
        await self._summons.end_running(session, question)
        await self._blank_lines(session, question)
        await mydata.remove_unsent(session, question.id)
        await retention.forget_notices(session, question.id)
        self._seal_nobody(question)

    async def _blank_lines(self, session: AsyncSession, question: Question) -> None:
        """What stood on his lines is gone for good; without the key they look as they did."""
        cases = await mydata.summons(session, [question.id])
        for message in await mydata.lines(session, [case.id for case in cases]):
            message.sealed_body = self._identity.seal_blank(message.sealed_body, message.form)

    async def _withdraw(self, session: AsyncSession, question: Question) -> None:
        """As if he had taken it back, so that nothing says which ones went because he was erased.

        Its own clock takes the rest: the seal of nobody, who followed it and who voted in it.
        """
        if question.state in (*access.PUBLISHED, *_UNPUBLISHED):
            await take_back(session, self._summons, question, QuestionState.WITHDRAWN, self._clock())
            await appearance.refresh(session, question)
        await retention.forget_notices(session, question.id)
        self._seal_nobody(question)

    def _seal_nobody(self, question: Question) -> None:
        self._disclosures.forget_all(question)
        question.seal = self._identity.seal_nobody(question.token)

    async def _erase_player(self, guild_id: int, user_id: int) -> None:
        async with self._database.write() as session:
            player = await answers.player(session, guild_id, self._identity.member_key(guild_id, user_id))
            if player is None:
                return
            await mydata.nameless(session, player.id)
            guild = await guilds.get(session, guild_id)
        name = texts(guild.language if guild else "")("mydata.erased_player")
        removed = False
        while not removed:
            async with self._database.write() as session:
                question_id = await mydata.next_question_of(session, player.id)
                if question_id is None:
                    removed = await mydata.remove_player(session, player.id)
                else:
                    await self._disinherit(session, player, question_id, name)

    async def _disinherit(self, session: AsyncSession, player: Player, question_id: int, name: str) -> None:
        """Hand what he did in one question to a row of its own that is nobody's.

        One for each question: nothing says that two of them were one boy's, and with one assist at most
        none of them is on any board. The ledger and the tallies still agree.
        """
        question = await questions.lock(session, question_id)
        if not await mydata.is_in(session, player.id, question_id):
            return  # another erasure of his was faster: an heir of nothing would stay for ever
        token = new_token()
        await answers.add_player(
            session,
            {
                "token": token,
                "guild_id": player.guild_id,
                "member_key": secrets.token_bytes(_KEY_BYTES),
                "seal": self._identity.seal_nobody(token),
                "visibility": Visibility.HIDDEN,
                "created_at": question.created_at,
            },
        )
        heir = await mydata.player(session, token)
        await mydata.move_answers(session, question_id, player.id, heir, name)
        for entry in await mydata.ledger_in(session, question_id, player.id):
            change = 1 if entry.seq % 2 else -1
            periods = (ALL_TIME, entry.month)
            await assists.add_to_tallies(session, player.guild_id, heir, periods, change)
            await assists.add_to_tallies(session, player.guild_id, player.id, periods, -change)
        await mydata.move_ledger(session, question_id, player.id, heir)

    async def _check_coach(self, session: AsyncSession, guild_id: int, user_id: int) -> bool:
        coach = await coaches.by_user(session, guild_id, user_id)
        if coach is None:
            return False
        running = await coaches.running_of_coach(session, coach.id)
        if running:
            raise MemberError("erase_coach_first", cases=len(running))
        return True

    async def _erase_coach(self, guild_id: int, user_id: int) -> None:
        async with self._database.write() as session:
            if not await self._check_coach(session, guild_id, user_id):
                return
            coach = await coaches.by_user(session, guild_id, user_id)
            guild = await guilds.get(session, guild_id)
            if coach is None:
                return
            coach.name = texts(guild.language if guild else "")("mydata.erased_coach")
            # Negative: no Discord id, and none that was anyone's.
            coach.user_id = -1 - secrets.randbelow(1 << 62)
            coach.member_key = secrets.token_bytes(_KEY_BYTES)
            coach.token = new_token()
            coach.age, coach.topics, coach.experience, coach.active = 0, "", "", False

    def _due(self, seals: list[tuple[str, bytes]]) -> list[str]:
        now = self._clock()
        plans = ((token, self._read(token, seal)) for token, seal in seals)
        return [token for token, plan in plans if plan is not None and (plan.held_until or plan.due <= now)]

    def _plan(self, question: Question | None) -> _Plan | None:
        if question is None or question.seal is None:
            return None
        return self._read(question.token, question.seal)

    def _read(self, token: str, seal: bytes) -> _Plan | None:
        try:
            note = self._identity.note_in(seal, token)
        except UnknownKeyError:
            return None
        return _Plan.of(note) if note else None
