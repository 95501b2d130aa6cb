"""Players: members who answer, their names, and how the board shows them."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import MemberError
from bot.services.aliases import looks_like_alias
from bot.services.identity import Identity, new_token
from bot.services.wording import NAME_MAX, clean_line, name_key
from db.engine import Database
from db.models import Player, Visibility
from db.repositories import answers, coaches, guilds

_NAME_MIN_LETTERS = 2
# As `name_key` writes them: nobody plays under a name that sounds like the staff or like an asker.
_RESERVED = ("mitassist", "moderator", "admin", "coach", "spørger", "sporger", "asker", "slettet", "deleted")


@dataclass(frozen=True)
class Profile:
    """What a player sees of himself."""

    name: str | None
    visibility: Visibility


class PlayerService:
    """Profiles of those who answer."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, language: str) -> None:
        self._database = database
        self._language = language
        self._identity = identity
        self._clock = clock

    async def profile(self, guild_id: int, user_id: int) -> Profile:
        """A member's profile; one who has not answered yet has an empty one."""
        async with self._database.read() as session:
            player = await answers.player(session, guild_id, self._identity.member_key(guild_id, user_id))
        if player is None:
            return Profile(None, Visibility.DISCORD_NAME)
        return Profile(player.name, player.visibility)

    async def rename(self, guild_id: int, user_id: int, name: str) -> None:
        """Choose a player name and play under it. Raises MemberError for a name that cannot be had."""
        async with self._database.write() as session:
            player = await self.ensure(session, guild_id, user_id)
            await self.set_name(session, player, name)

    async def show_as(self, guild_id: int, user_id: int, visibility: Visibility) -> None:
        """Choose how the board shows one. Raises MemberError ``name_first`` without a player name."""
        async with self._database.write() as session:
            player = await self.ensure(session, guild_id, user_id)
            if visibility is Visibility.PLAYER_NAME and player.name is None:
                raise MemberError("name_first")
            player.visibility = visibility

    async def ensure(self, session: AsyncSession, guild_id: int, user_id: int) -> Player:
        """The member's row, made when he first needs one."""
        await guilds.ensure(session, guild_id, self._language)
        key = self._identity.member_key(guild_id, user_id)
        token = new_token()
        await answers.add_player(
            session,
            {
                "token": token,
                "guild_id": guild_id,
                "member_key": key,
                "seal": self._identity.seal_member(user_id, token),
                "visibility": Visibility.DISCORD_NAME,
                "created_at": self._clock(),
            },
        )
        player = await answers.player(session, guild_id, key)
        if player is None:
            raise RuntimeError("a player row vanished")
        return player

    async def set_name(self, session: AsyncSession, player: Player, name: str) -> None:
        """Give a player a free name within a transaction. Raises MemberError."""
        cleaned = clean_line(name, NAME_MAX)
        key = name_key(cleaned)
        if len(key) < _NAME_MIN_LETTERS:
            raise MemberError("name_short", typed=name)
        if looks_like_alias(cleaned) or any(word in key for word in _RESERVED):
            raise MemberError("name_reserved", typed=name)
        if any(name_key(coach.name) == key for coach in await coaches.active(session, player.guild_id)):
            raise MemberError("name_taken", typed=name)
        if player.name is None:
            player.visibility = Visibility.PLAYER_NAME
        if not await answers.set_name(session, player, cleaned, key):
            raise MemberError("name_taken", typed=name)
