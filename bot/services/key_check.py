"""Whether the keys are the ones that this database was made with.

With another member key nobody would find his points again; with a sealing key missing nobody would find
his questions. Both would only show much later, when new rows stand beside the old ones.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import StartError
from bot.services.identity import FINGERPRINT_BYTES, NOBODY, Identity, Purpose, UnknownKeyError
from db.engine import Database
from db.repositories import seals

_WRONG_MEMBER_KEY = (
    "MITASSIST_MEMBER_KEY is not the key that this database was made with: with another one nobody finds "
    "his points and settings again. Put the right one back; if this is the wrong database, mend "
    "MITASSIST_DATABASE_URL. This key cannot be exchanged."
)
_MISSING_SEAL_KEY = (
    "MITASSIST_SEAL_KEYS lacks a key that the database needs ({where}): without it those who asked do not "
    "find their questions. Put it back behind the current one, separated by a comma; "
    "`keys rotate` says when it is not needed any more."
)


async def confirm(database: Database, identity: Identity) -> None:
    """Compare; the first start records the member key. Raises StartError that says what to do.

    Of several processes that start first at once, those that disagree with the one that recorded refuse.
    """
    found = await problems(database, identity)
    if not found:
        async with database.write() as session:
            await seals.set_member_key_check(session, identity.key_check())
            if await seals.member_key_check(session) != identity.key_check():
                found = [_WRONG_MEMBER_KEY]
    if found:
        raise StartError("\n".join(found))


async def problems(database: Database, identity: Identity) -> list[str]:
    """What is wrong with the keys, one sentence for each variable; changes nothing."""
    found: list[str] = []
    async with database.read() as session:
        missing = await _missing(session, identity)
        recorded = await seals.member_key_check(session)
        if recorded is None:
            right = missing or await _fits_a_player(session, identity)
        else:
            right = recorded == identity.key_check()
    if not right:
        found.append(_WRONG_MEMBER_KEY)
    if missing:
        where = ", ".join(f"{count} in {name}" for name, count in missing.items())
        found.append(_MISSING_SEAL_KEY.format(where=where))
    return found


async def _missing(session: AsyncSession, identity: Identity) -> Mapping[str, int]:
    """How many seals of each column are under keys that are not held."""
    found: dict[str, int] = {}
    for column in seals.SEALED:
        made_under = await seals.fingerprints(session, column, FINGERPRINT_BYTES)
        count = sum(n for fingerprint, n in made_under.items() if fingerprint not in identity.fingerprints)
        if count:
            found[column.name] = count
    return found


async def _fits_a_player(session: AsyncSession, identity: Identity) -> bool:
    """Before anything is recorded: whether the key is that of the players there are, if there are any."""
    player = await seals.some_player(session)
    if player is None:
        return True
    try:
        user_id = identity.open_member(player.seal, player.token, Purpose.COMPARE)
    except UnknownKeyError:  # tampered with: it proves nothing about the member key
        return True
    return user_id == NOBODY or identity.member_key(player.guild_id, user_id) == player.member_key
