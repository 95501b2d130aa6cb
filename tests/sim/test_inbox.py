"""The inbox: everything that waits for a boy, inside the server, for his eyes alone."""

from bot.play.driver import button_labels, response, text_of
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.visible import OTHERS, assert_unseen, reach


async def listed(server: Server, who: str = "Jonas") -> str:
    return text_of(await server.hands(who).slash(server.lobby, "inbox"))


async def test_a_draft_is_found_again_edited_and_published(server: Server) -> None:
    await server.preview()
    assert da("inbox.state_draft") in await listed(server)
    hands = server.hands("Jonas")
    opened = await server.inbox()
    assert BODY in text_of(opened)
    form = await hands.press(response(opened), da("ask.edit"))
    preview = await hands.fill(form, topic="Skole", title=TITLE, body="Noget andet", coach=da("ask.coach_no"))
    assert "Noget andet" in text_of(preview)
    opened = await server.inbox()
    await hands.press(response(opened), da("ask.publish"))
    (thread,) = server.posts()
    assert "Noget andet" in server.texts_in(thread)[0]
    assert da("inbox.state_draft") not in await listed(server)
    assert_unseen(server)


async def test_a_draft_is_dropped_from_the_inbox(server: Server) -> None:
    await server.preview()
    await server.hands("Jonas").press(response(await server.inbox()), da("ask.discard"))
    assert da("inbox.empty") in await listed(server)
    assert server.posts() == []


async def test_new_answers_are_new_until_he_opens_the_question(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.person("Emil").send(thread, "Været der.")
    assert da("inbox.new_many", count=2) in await listed(server)
    assert da("inbox.new_many", count=2) in text_of(await server.inbox())
    after = await listed(server)
    assert da("inbox.new_many", count=2) not in after
    assert da("inbox.answers_many", count=2) in after
    await server.answer(thread, "En til.")
    assert da("inbox.new_one") in await listed(server)
    assert_unseen(server)


async def test_the_buttons_on_the_post_answer_nobody_else(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Jonas")
    for label in ("button.answer", "button.summon", "button.follow"):
        assert (await hands.press(hands.starter(thread), da(label))).ephemeral, label
    assert_unseen(server)


async def test_many_questions_come_in_pages(server: Server) -> None:
    titles = [f"Nummer {number}" for number in range(26)]
    for title in titles:
        await server.preview(title=title)
    hands = server.hands("Jonas")
    shown = await hands.slash(server.lobby, "inbox")
    seen: list[str] = []
    for page in range(3):
        seen += [title for title in titles if f"{title}:" in text_of(shown) and title not in seen]
        assert da("coach.page", page=page + 1, pages=3) in text_of(shown)
        if page < 2:
            shown = await hands.press(response(shown), da("button.next"))
    assert sorted(seen) == sorted(titles)
    assert da("button.next") not in button_labels(server.env, response(shown))
    opened = await hands.choose(response(shown), "Nummer 0")
    assert "Nummer 0" in text_of(opened)
    assert da("button.next") in button_labels(
        server.env, response(await hands.press(response(opened), da("button.back")))
    )


async def test_what_a_moderator_hid_is_there_with_the_reason(server: Server) -> None:
    thread = await server.ask()
    await server.hands("Mette").slash(thread, "mod hide")
    assert da("inbox.state_hidden") in await listed(server)
    opened = text_of(await server.inbox())
    assert da("inbox.hidden_why") in opened
    assert BODY in opened


async def test_a_follow_up_that_did_not_get_out_is_given_back_with_the_reason(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask()
    server.fail("POST", f"/channels/{thread.id}/messages", 403)
    await server.follow_up(thread, "Tak for det.")
    assert da("inbox.something_unsent") in await listed(server)
    opened = text_of(await server.inbox())
    assert "Tak for det." in opened
    assert da("inbox.why_refused") in opened


async def test_a_long_question_with_everything_in_it_can_be_opened(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask(body="a" * 4000)
    server.fail("POST", f"/channels/{thread.id}/messages", 403, times=4)
    for _ in range(4):
        await server.follow_up(thread, "b" * 3000)
    for _ in range(9):
        await server.person("Jonas").send(thread, "Det er mig.")
    opened = text_of(await server.inbox())
    assert "aaa…" in opened or "aaa" in opened
    assert da("disclosed.title") in opened


async def test_nobody_opens_another_boys_inbox(server: Server) -> None:
    await server.ask()
    await listed(server)
    for name in OTHERS:
        assert da("inbox.title") not in reach(server, name)
        assert da("inbox.empty") in await listed(server, name)


def silence(server: Server) -> None:
    """Discord takes no answer to a press or a command."""
    for method in ("PATCH", "POST"):
        server.fail(method, "/webhooks/*", 500, times=None)


async def test_what_discord_did_not_show_him_is_still_new(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask()
    await server.answer(thread)
    shown = response(await server.hands("Jonas").slash(server.lobby, "inbox"))
    silence(server)
    await server.hands("Jonas").choose(shown, TITLE)
    server.works_again()
    assert da("inbox.new_one") in await listed(server)
    await server.inbox()
    assert da("inbox.new_one") not in await listed(server)


async def test_a_thread_deleted_by_hand_does_not_vanish_without_a_word(server: Server) -> None:
    await server.delete_by_hand(await server.ask())
    assert da("inbox.state_gone") in await listed(server)
    hands = server.hands("Jonas")
    shown = await hands.slash(server.lobby, "inbox")
    alias_or_title = next(field.name for field in response(shown).embeds[0].fields)
    opened = await hands.choose(response(shown), alias_or_title or "")
    assert da("inbox.gone_why") in text_of(opened)
    assert da("button.withdraw") not in button_labels(server.env, response(opened))
    assert da("inbox.empty") in text_of(await hands.press(response(opened), da("button.put_away")))
