"""Coaches' profiles: who can be called, and what they have lived."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.errors import MemberError
from bot.services.audit import Action, AuditService
from bot.services.identity import Identity, new_token
from bot.services.wording import NAME_MAX, clean, clean_line
from db.engine import Database
from db.models import Coach
from db.repositories import coaches, guilds

EXPERIENCE_MAX = 1000
TOPICS_MAX = 100
AGE_MIN, AGE_MAX = 18, 99


@dataclass(frozen=True)
class CoachProfile:
    """What a boy sees of a coach."""

    token: str
    name: str
    age: int
    topics: str
    experience: str


class CoachService:
    """The list of coaches of a server. ``actor`` is the manager, for the audit; None is the bot itself."""

    def __init__(
        self, database: Database, identity: Identity, clock: Clock, audit: AuditService, language: str
    ) -> None:
        self._database = database
        self._language = language
        self._identity = identity
        self._clock = clock
        self._audit = audit

    async def prepare(self, guild_id: int, user_id: int, name: str) -> CoachProfile:
        """The profile to fill in: what is known already, or an empty one nobody sees yet."""
        async with self._database.write() as session:
            await guilds.ensure(session, guild_id, self._language)
            await coaches.add(
                session,
                {
                    "token": new_token(),
                    "guild_id": guild_id,
                    "user_id": user_id,
                    "member_key": self._identity.member_key(guild_id, user_id),
                    "name": name[:NAME_MAX],
                    "age": 0,
                    "topics": "",
                    "experience": "",
                    "active": False,
                    "created_at": self._clock(),
                },
            )
            coach = await coaches.by_user(session, guild_id, user_id)
            if coach is None:
                raise RuntimeError("a coach row vanished")
            return profile_of(coach)

    async def save(
        self,
        guild_id: int,
        token: str,
        *,
        name: str,
        age: str,
        topics: str,
        experience: str,
        actor: int | None = None,
    ) -> CoachProfile:
        """Put a prepared coach on the list, or change his profile.

        Raises MemberError for values that cannot be shown.
        """
        years = int(age) if age.strip().isdecimal() else 0
        if not AGE_MIN <= years <= AGE_MAX:
            raise MemberError("coach_age", typed=experience, minimum=AGE_MIN, maximum=AGE_MAX)
        try:
            shown = (
                clean_line(name, NAME_MAX),
                clean_line(topics, TOPICS_MAX),
                clean(experience, EXPERIENCE_MAX),
            )
        except MemberError as error:
            raise error.with_typed(experience) from None
        async with self._database.write() as session:
            coach = await coaches.by_token(session, guild_id, token, active=None)
            if coach is None:
                raise MemberError("no_such_coach")
            coach.name, coach.topics, coach.experience = shown
            coach.age, coach.active = years, True
            await self._audit.append(session, guild_id, actor, Action.COACH_SAVED, coach.token)
            return profile_of(coach)

    async def remove(self, guild_id: int, user_id: int, actor: int | None = None) -> None:
        """Take a coach off the list; his cases stay his. Raises MemberError ``no_such_coach``."""
        async with self._database.write() as session:
            coach = await coaches.by_user(session, guild_id, user_id)
            if coach is None or not coach.active:
                raise MemberError("no_such_coach")
            coach.active = False
            await self._audit.append(session, guild_id, actor, Action.COACH_REMOVED, coach.token)

    async def all(self, guild_id: int) -> list[CoachProfile]:
        """Everyone who can be called. Raises MemberError ``no_coaches``."""
        async with self._database.read() as session:
            found = await coaches.active(session, guild_id)
        if not found:
            raise MemberError("no_coaches")
        return [profile_of(coach) for coach in found]

    async def one(self, guild_id: int, token: str) -> CoachProfile:
        """One coach. Raises MemberError ``coach_gone``."""
        async with self._database.read() as session:
            coach = await coaches.by_token(session, guild_id, token)
        if coach is None:
            raise MemberError("coach_gone")
        return profile_of(coach)


def profile_of(coach: Coach) -> CoachProfile:
    """The public side of a coach's row."""
    return CoachProfile(coach.token, coach.name, coach.age, coach.topics, coach.experience)
