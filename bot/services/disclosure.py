"""An asker who writes in his own thread under his own name: noted, told to him alone, taken down.

`Question.disclosed` holds the messages, sealed, and must not tell that there are any: it is always of
one length, and it is sealed anew whenever *anyone* writes in the thread or a message there is deleted,
and whenever the asker looks. With the rows of that moment, "is set" would have said who asked.

It has room for a few. The rest are in the database, as any member's answers are: whenever one of those
in the list is gone, they move up, so that every one of them is told and taken down in the end.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import PrivacySettings
from bot.services import access
from bot.services.identity import Identity, Purpose, UnknownKeyError
from db.engine import Database
from db.models import Question
from db.repositories import answers, questions

_ROOM = 8
_DIGITS = 20
_EMPTY = "-"


class Fate(StrEnum):
    """What becomes of such a message. One letter each: they are stored."""

    STANDS = "s"
    # He has asked for it to be deleted.
    PROMISED = "p"
    # The server deletes such messages by itself.
    AUTOMATIC = "a"
    # It did, and he has not been told yet.
    TAKEN_DOWN = "t"


# Where there are more than there is room for, these stay first: a promise is never forgotten.
_STAY = (Fate.PROMISED, Fate.AUTOMATIC, Fate.STANDS, Fate.TAKEN_DOWN)


@dataclass(frozen=True)
class OwnMessages:
    """What an asker is told: messages that stand under his name, some promised to go, some gone."""

    standing: tuple[int, ...]
    promised: tuple[int, ...]
    taken_down: int


@dataclass(frozen=True)
class TakeDown:
    """A message that was promised to be deleted."""

    thread_id: int
    message_id: int


class DisclosureService:
    """Keeps the list of such messages of each question."""

    def __init__(self, database: Database, identity: Identity, settings: PrivacySettings) -> None:
        self._database = database
        self._identity = identity
        self._fate = Fate.AUTOMATIC if settings.take_down_own == "delete" else Fate.STANDS

    def note(self, question: Question, message_id: int, author_id: int) -> bool:
        """Someone wrote in a thread, within a transaction that holds the question's row.

        Returns whether the asker must be told at once: it is the first such message that stands.
        """
        if question.seal is None:
            return False
        found = self._read(question)
        first = not any(fate is not Fate.TAKEN_DOWN for _, fate in found)
        his = self._is_asker(question, author_id)
        self._write(question, [*found, (message_id, self._fate)] if his else found)
        return his and first

    async def forget(self, session: AsyncSession, question: Question, message_id: int) -> None:
        """A message is gone from a thread, within a transaction that holds the question's row."""
        if question.disclosed is None:
            return
        # What the bot deleted by itself he has yet to hear of.
        to_tell = (Fate.AUTOMATIC, Fate.TAKEN_DOWN)
        found = self._read(question)
        kept = [
            (known, Fate.TAKEN_DOWN if known == message_id else fate)
            for known, fate in found
            if known != message_id or fate in to_tell
        ]
        if kept != found:
            kept = [*await self._not_listed(session, question, found), *kept]
        self._write(question, kept)

    def forget_all(self, question: Question) -> None:
        """The asker was erased, within a transaction that holds the row; it looks as it did before."""
        if question.disclosed is not None:
            self._write(question, [])

    def look(self, question: Question) -> OwnMessages:
        """What the asker is told, within a transaction that holds the row; what is gone is told once."""
        if question.disclosed is None:
            return OwnMessages((), (), 0)
        shown = self.peek(question)
        self._write(question, [one for one in self._read(question) if one[1] is not Fate.TAKEN_DOWN])
        return shown

    def peek(self, question: Question) -> OwnMessages:
        """The same, and nothing changes."""
        found = self._read(question)
        return OwnMessages(
            standing=tuple(message_id for message_id, fate in found if fate is Fate.STANDS),
            promised=tuple(
                message_id for message_id, fate in found if fate in (Fate.PROMISED, Fate.AUTOMATIC)
            ),
            taken_down=sum(fate is Fate.TAKEN_DOWN for _, fate in found),
        )

    async def promise(self, token: str, user_id: int) -> None:
        """The asker wants his messages deleted; a sweep sees to it. Raises MemberError for anyone else."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            question = access.check_asker(self._identity, question, user_id)
            if question.disclosed is not None:
                kept = {Fate.STANDS: Fate.PROMISED}
                self._write(question, [(one, kept.get(fate, fate)) for one, fate in self._read(question)])

    async def waiting(self, token: str, user_id: int) -> bool:
        """Whether something that was promised to an asker still stands. Raises MemberError."""
        async with self._database.read() as session:
            question = await questions.by_token(session, token)
            return bool(self.peek(access.check_asker(self._identity, question, user_id)).promised)

    async def promised(self) -> list[TakeDown]:
        """Everything that still has to be deleted."""
        async with self._database.read() as session:
            found = await questions.with_disclosed(session)
        return [
            TakeDown(question.thread_id or 0, message_id)
            for question in found
            for message_id in self.peek(question).promised
        ]

    async def _not_listed(
        self, session: AsyncSession, question: Question, found: list[tuple[int, Fate]]
    ) -> list[tuple[int, Fate]]:
        """His other messages in the thread. What is older than a promise was promised with the rest."""
        if question.seal is None:
            return []
        try:
            asker = self._identity.open_member(question.seal, question.token, Purpose.GUARD)
        except UnknownKeyError:
            return []
        key = self._identity.member_key(question.guild_id, asker)
        listed = {message_id for message_id, _ in found}
        promised = max((message_id for message_id, fate in found if fate is Fate.PROMISED), default=0)
        return [
            (message_id, Fate.PROMISED if message_id < promised else self._fate)
            for message_id in await answers.written_by(session, question.id, key)
            if message_id not in listed
        ]

    def _is_asker(self, question: Question, user_id: int) -> bool:
        try:
            return access.is_asker(self._identity, question, user_id)
        except UnknownKeyError:
            return False

    def _read(self, question: Question) -> list[tuple[int, Fate]]:
        if question.disclosed is None:
            return []
        try:
            text = self._identity.open_text(question.disclosed, question.token, Purpose.GUARD)
        except UnknownKeyError:
            # Sealed under a key that was lost: there is nothing to read, and writing must go on.
            return []
        width = _DIGITS + 1
        slots = (text[start : start + width] for start in range(0, len(text), width))
        return [(int(slot[1:]), Fate(slot[0])) for slot in slots if slot[0] != _EMPTY]

    def _write(self, question: Question, messages: list[tuple[int, Fate]]) -> None:
        """Always as long; with more than there is room for, the oldest wait in the database."""
        first = sorted(range(len(messages)), key=lambda at: (_STAY.index(messages[at][1]), -at))
        kept = [messages[at] for at in sorted(first[:_ROOM])]
        slots = [f"{fate.value}{message_id:0{_DIGITS}d}" for message_id, fate in kept]
        slots += [_EMPTY + "0" * _DIGITS] * (_ROOM - len(slots))
        question.disclosed = self._identity.seal_text("".join(slots), question.token)
