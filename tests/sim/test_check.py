"""`check`, over the bot's own login: which rights it lacks in a server, and what each is for."""

import pytest

from bot import permissions
from bot.check import rights
from tests.sim.server import Server


async def test_a_bot_that_was_invited_by_its_link_lacks_nothing(server: Server) -> None:
    finding, link = await rights(server.bot)

    assert not finding.grave
    assert f"permissions={permissions.needed().value}" in str(link)
    assert "every right is there" in str(finding)


@pytest.mark.parametrize("right", permissions.NEEDED)
async def test_a_missing_right_is_named_with_its_reason(server: Server, right: str) -> None:
    backend = server.env.backend
    guild = backend.get_guild(server.world.guild.id)
    (role_id,) = guild.members[backend.bot_user.id].role_ids
    without = permissions.needed()
    setattr(without, right, False)
    guild.roles[role_id].permissions = without.value
    everyone = guild.everyone_role
    everyone.permissions = 0

    finding, _ = await rights(server.bot)

    assert finding.grave
    assert right in str(finding)
    assert permissions.NEEDED[right] in str(finding)
