"""Finding what belongs to a member: by opening seals and comparing keys, for no column says it."""

import asyncio
import hmac
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.identity import Identity
from db.repositories import mydata


class Owning:
    """The work is done in a thread: a server that has run for years holds enough to be felt."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def questions(self, session: AsyncSession, guild_id: int, user_id: int) -> set[str]:
        """The tokens of everything he asked that still has its seal, drafts and withdrawn ones too."""
        seals = await mydata.seals(session, guild_id)
        return await asyncio.to_thread(self._identity.mine, seals, user_id)

    async def votes(self, session: AsyncSession, guild_id: int, user_id: int) -> list[int]:
        """The rows of the votes he gave."""
        return await self._by_key(await mydata.vote_keys(session, guild_id), user_id)

    async def followed(self, session: AsyncSession, guild_id: int, user_id: int) -> list[int]:
        """The rows of what he follows."""
        return await self._by_key(await mydata.follower_keys(session, guild_id), user_id)

    async def _by_key(self, rows: Sequence[tuple[int, str, bytes]], user_id: int) -> list[int]:
        return await asyncio.to_thread(self._his, rows, user_id)

    def _his(self, rows: Sequence[tuple[int, str, bytes]], user_id: int) -> list[int]:
        keys = {token: self._identity.voter_key(token, user_id) for token in {row[1] for row in rows}}
        return [row_id for row_id, token, key in rows if hmac.compare_digest(key, keys[token])]
