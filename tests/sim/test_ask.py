"""Asking: the form, the private preview, and what the others see of it."""

from bot.play.driver import button_labels, message_text, response, text_of
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.visible import assert_unseen, reach


async def test_the_preview_is_for_the_asker_alone(server: Server) -> None:
    preview = await server.preview()
    assert preview.ephemeral
    assert BODY in text_of(preview)
    assert BODY not in reach(server, "Malik")
    assert server.posts() == []
    assert_unseen(server)


async def test_a_published_question_looks_like_its_preview(server: Server) -> None:
    preview = await server.preview()
    (seen,) = response(preview).embeds
    await server.hands("Jonas").press(response(preview), da("ask.publish"))
    (thread,) = server.posts()
    starter = server.hands("Malik").starter(thread)
    assert thread.name == TITLE
    assert [embed.to_dict() for embed in starter.embeds] == [seen.to_dict()]
    assert button_labels(server.env, starter) == [
        da("button.answer"),
        da("button.follow_up"),
        da("button.summon"),
        da("button.follow"),
    ]
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    assert_unseen(server)
