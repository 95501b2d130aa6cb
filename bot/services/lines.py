"""The private line between one asker and one coach. Texts are sealed; neither sees more than is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.errors import MemberError
from bot.services import access, notices, outbox
from bot.services.identity import Identity
from bot.services.wording import ANSWER_MAX, clean
from db.engine import Database
from db.models import LineSender, PostKind, Summon, SummonState
from db.repositories import coaches, posts, questions

# Of what a page takes, well below what Discord shows in one card; each message also has a line above it.
_PAGE = 3900
_HEADING = 200


@dataclass(frozen=True)
class LineEntry:
    """One message on a line."""

    from_coach: bool
    text: str
    at: datetime
    new: bool
    failed: bool


@dataclass(frozen=True)
class Line:
    """A page of a line as the asker sees it, the first page being the oldest."""

    question_token: str
    coach: str
    open: bool
    entries: list[LineEntry]
    page: int
    pages: int
    # The coach's messages on this page that he had not seen.
    new_ids: list[int]


class LineService:
    """Writing and reading on a line."""

    def __init__(self, database: Database, identity: Identity, clock: Clock) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock

    async def case_in(self, thread_id: int, user_id: int) -> str:
        """The token of the coach's case in this thread. Raises MemberError."""
        async with self._database.read() as session:
            summon = await coaches.by_thread(session, thread_id)
        if summon is None:
            raise MemberError("not_in_case")
        self._check_coach(summon, user_id)
        return summon.token

    async def check_coach(self, token: str, user_id: int) -> None:
        """Raises MemberError unless this coach has accepted this case."""
        async with self._database.read() as session:
            self._check_coach(await coaches.summon(session, token), user_id)

    async def from_coach(self, token: str, user_id: int, form: str, text: str) -> None:
        """The coach writes; it waits in the asker's inbox. Sent twice, it is kept once.

        Raises MemberError carrying the text.
        """
        body = clean(text, ANSWER_MAX)
        try:
            async with self._database.write() as session:
                summon = self._check_coach(await coaches.summon(session, token, lock=True), user_id)
                if await self._append(session, summon, LineSender.COACH, form, body, None):
                    await notices.owe(session, summon.question, self._clock())
        except MemberError as error:
            raise error.with_typed(text) from None

    async def from_asker(self, question_token: str, user_id: int, form: str, text: str) -> int | None:
        """The asker writes to his coach. Returns the post's row id; None when sent before.

        Raises MemberError carrying the text.
        """
        body = clean(text, ANSWER_MAX)
        try:
            async with self._database.write() as session:
                summon = await self._asker_summon(session, question_token, user_id, lock=True)
                if summon.state is not SummonState.ACCEPTED:
                    raise MemberError("line_closed")
                post = await outbox.reserve(
                    session,
                    PostKind.LINE,
                    summon.question_id,
                    self._clock(),
                    form=form,
                    summon_id=summon.id,
                )
                if post is None:
                    return None
                await self._append(session, summon, LineSender.ASKER, form, body, post.id)
                return post.id
        except MemberError as error:
            raise error.with_typed(text) from None

    async def read(self, question_token: str, user_id: int, page: int | None = None) -> Line:
        """The asker opens his line: at the oldest message he has not seen, or else at the end.

        Call `looked` when he has it before his eyes. Raises MemberError.
        """
        async with self._database.read() as session:
            summon = await self._asker_summon(session, question_token, user_id)
            found = await coaches.line(session, summon.id)
            lost = await posts.failed(session, [message.post_id for message in found if message.post_id])
            entries = [
                LineEntry(
                    from_coach=message.sender is LineSender.COACH,
                    text=self._identity.open_text(message.sealed_body, message.form),
                    at=message.created_at,
                    new=message.sender is LineSender.COACH and message.seen_at is None,
                    failed=message.post_id in lost,
                )
                for message in found
            ]
        pages = _paged(entries)
        unseen = (number for number, places in enumerate(pages) if any(entries[at].new for at in places))
        number = next(unseen, len(pages) - 1) if page is None else min(max(page, 0), len(pages) - 1)
        return Line(
            question_token=question_token,
            coach=summon.coach.name,
            open=summon.state is SummonState.ACCEPTED,
            entries=[entries[at] for at in pages[number]],
            page=number,
            pages=len(pages),
            new_ids=[found[at].id for at in pages[number] if entries[at].new],
        )

    async def looked(self, line: Line, user_id: int) -> None:
        """He has seen this page: what stands on it is not new any more."""
        if not line.new_ids:
            return
        async with self._database.write() as session:
            question = await questions.by_token(session, line.question_token)
            if question is not None and access.is_asker(self._identity, question, user_id):
                await coaches.mark_seen(session, line.new_ids, to_the_hour(self._clock()))

    async def check_asker(self, question_token: str, user_id: int) -> None:
        """Raises MemberError unless this asker has an open line."""
        async with self._database.read() as session:
            summon = await self._asker_summon(session, question_token, user_id)
        if summon.state is not SummonState.ACCEPTED:
            raise MemberError("line_closed")

    async def _append(
        self,
        session: AsyncSession,
        summon: Summon,
        sender: LineSender,
        form: str,
        body: str,
        post_id: int | None,
    ) -> bool:
        now = self._clock()
        return await coaches.add_line(
            session,
            {
                "form": form,
                "summon_id": summon.id,
                "sender": sender,
                "sealed_body": self._identity.seal_text(body, form),
                "post_id": post_id,
                # A coach is no secret, and his hours show the boy whether he is there.
                "created_at": now if sender is LineSender.COACH else to_the_hour(now),
            },
        )

    async def _asker_summon(
        self, session: AsyncSession, question_token: str, user_id: int, *, lock: bool = False
    ) -> Summon:
        known = await questions.by_token(session, question_token, lock=lock)
        question = access.check_asker(self._identity, known, user_id)
        summon = await coaches.latest_of(session, question.id)
        if summon is None or summon.decided_at is None:
            raise MemberError("no_line")
        return summon

    def _check_coach(self, summon: Summon | None, user_id: int) -> Summon:
        if summon is None:
            raise MemberError("case_over")
        if summon.coach.user_id != user_id:
            raise MemberError("not_your_case")
        if summon.state is SummonState.PENDING:
            raise MemberError("accept_first")
        if summon.state is not SummonState.ACCEPTED:
            raise MemberError("case_over")
        return summon


def _paged(entries: list[LineEntry]) -> list[range]:
    """Which entries stand on each page; one that is full stays as it is when more is written."""
    pages, start, room = list[range](), 0, _PAGE
    for at, entry in enumerate(entries):
        needed = len(entry.text) + _HEADING
        if at > start and needed > room:
            pages.append(range(start, at))
            start, room = at, _PAGE
        room -= needed
    return [*pages, range(start, len(entries))]
