"""Asking: the form, the private preview, and what the others see of it."""

from bot.play.driver import button_labels, message_text, response, text_of
from tests.sim.server import BODY, TITLE, Server, da, press, press_of
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


async def test_publishing_tells_the_asker_where_it_is(server: Server) -> None:
    preview = await server.preview()
    published = await server.hands("Jonas").press(response(preview), da("ask.publish"))
    (thread,) = server.posts()
    assert f"<#{thread.id}>" in text_of(published)
    assert published.ephemeral or response(published).ephemeral


async def test_who_wants_a_coach_is_offered_one_at_once(server: Server) -> None:
    preview = await server.hands("Jonas").preview(
        server.lobby, topic="Piger", title=TITLE, body=BODY, coach=True
    )
    published = await server.hands("Jonas").press(response(preview), da("ask.publish"))
    card = await server.hands("Jonas").choose(response(published), "Bilal")
    assert da("button.call", name="Bilal") in button_labels(server.env, response(card))
    (thread,) = server.posts()
    assert da("question.wants_coach") in server.texts_in(thread)[0]


async def test_a_draft_can_be_mended(server: Server) -> None:
    hands = server.hands("Jonas")
    form = await hands.press(response(await server.preview()), da("ask.edit"))
    assert BODY in str(form.modal)
    assert TITLE in str(form.modal)
    mended = await hands.fill(
        form, topic="Hjemme", title="Ny overskrift", body="Ny tekst", coach=da("ask.coach_no")
    )
    await hands.press(response(mended), da("ask.publish"))
    (thread,) = server.posts()
    assert thread.name == "Ny overskrift"
    assert server.tags(thread) == {"Hjemme", da("tag.unanswered")}
    assert "Ny tekst" in server.texts_in(thread)[0]


async def test_a_dropped_draft_is_gone(server: Server) -> None:
    preview = response(await server.preview())
    publish = press_of(server, "Jonas", preview, da("ask.publish"))
    dropped = await server.hands("Jonas").press(preview, da("ask.discard"))
    assert da("ask.discarded") in text_of(dropped)
    (late,) = await press(server, publish)
    assert da("error.question_gone") in text_of(late)
    assert server.posts() == []


async def test_publish_pressed_twice_posts_once(server: Server) -> None:
    preview = response(await server.preview())
    publish = press_of(server, "Jonas", preview, da("ask.publish"))
    both = await press(server, publish, publish)
    (again,) = await press(server, publish)
    assert len(server.posts()) == 1
    assert all(result.acknowledged for result in (*both, again))


async def test_nobody_else_can_use_the_buttons_of_a_draft(server: Server) -> None:
    preview = response(await server.preview())
    for label in (da("ask.publish"), da("ask.edit"), da("ask.discard")):
        stolen = press_of(server, "Jonas", preview, label).custom_id
        (result,) = await press(
            server, type(press_of(server, "Jonas", preview, label))("Malik", preview, stolen)
        )
        assert da("error.not_asker") in text_of(result)
    assert server.posts() == []


async def test_a_question_waits_its_delay_out(slow_server: Server) -> None:
    server = slow_server
    published = await server.hands("Jonas").press(response(await server.preview()), da("ask.publish"))
    assert "/indbakke" in text_of(published)
    await server.later(29)
    assert server.posts() == []
    assert TITLE not in reach(server, "Malik")
    assert da("inbox.state_queued") in text_of(await server.inbox())
    await server.later(2)
    (thread,) = server.posts()
    assert BODY in server.texts_in(thread)[0]
    await server.later(60)
    assert len(server.posts()) == 1
    assert_unseen(server)


async def test_a_waiting_question_can_be_withdrawn(slow_server: Server) -> None:
    server = slow_server
    await server.hands("Jonas").press(response(await server.preview()), da("ask.publish"))
    assert da("inbox.withdrawn") in text_of(await server.withdraw())
    await server.later(60)
    assert server.posts() == []
    assert TITLE not in reach(server, "Malik")


async def test_two_questions_of_one_boy_share_nothing(server: Server) -> None:
    one = await server.ask(title="Den ene")
    other = await server.ask(title="Den anden")
    authors = {server.hands("Malik").starter(thread).embeds[0].author.name for thread in (one, other)}
    assert len(authors) == 2
    listed = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert "Den ene" in listed
    assert "Den anden" in listed
    assert "Den ene" not in text_of(await server.hands("Malik").slash(server.lobby, "inbox"))


async def test_an_old_draft_is_deleted(server: Server) -> None:
    preview = response(await server.preview())
    publish = press_of(server, "Jonas", preview, da("ask.publish"))
    await server.later(25 * 3600)
    (late,) = await press(server, publish)
    assert da("error.question_gone") in text_of(late)


async def test_a_withdrawn_question_is_gone_with_its_thread(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    assert da("inbox.withdrawn") in text_of(await server.withdraw())
    assert server.posts() == []
    assert BODY not in reach(server, "Malik")
    assert TITLE not in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert_unseen(server)


async def test_a_solved_question_says_so(server: Server) -> None:
    thread = await server.ask()
    solved = await server.in_inbox(da("button.solve"))
    assert da("inbox.solved") in text_of(solved)
    assert server.tags(thread) == {"Piger", da("tag.solved")}
    assert da("button.solve") not in button_labels(server.env, response(await server.inbox()))


async def test_asking_without_set_up_is_explained(bare_server: Server) -> None:
    result = await bare_server.hands("Jonas").slash(bare_server.lobby, "ask")
    assert da("error.no_topics") in text_of(result)
    assert result.ephemeral


async def test_the_inbox_links_to_the_thread(server: Server) -> None:
    thread = await server.ask()
    opened = await server.inbox()
    assert str(thread.id) in str(response(opened).components)
    assert "spørger" in message_text(server.hands("Malik").starter(thread))
