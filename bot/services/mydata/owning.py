"""Finding what belongs to a member: by opening seals and comparing keys, for no column says it."""

import asyncio
import hmac
from collections.abc import Callable, Sequence

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
        rows = await mydata.vote_keys(session, guild_id)
        return await asyncio.to_thread(_his, rows, user_id, self._identity.voter_key)

    async def followed(self, session: AsyncSession, guild_id: int, user_id: int) -> list[int]:
        """The rows of what he follows."""
        rows = await mydata.follower_keys(session, guild_id)
        return await asyncio.to_thread(_his, rows, user_id, self._identity.follower_key)


def _his(
    rows: Sequence[tuple[int, str, bytes]], user_id: int, key_in: Callable[[str, int], bytes]
) -> list[int]:
    keys = {token: key_in(token, user_id) for token in {row[1] for row in rows}}
    return [row_id for row_id, token, key in rows if hmac.compare_digest(key, keys[token])]
