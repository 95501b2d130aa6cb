"""Discord refuses, or is down, at every step: the one who acted is told, and it is done exactly once."""

import discord
import pytest
from simcord import ChannelHandle, InteractionResult

from bot.play.driver import button_labels, response, text_of
from tests.sim.server import BODY, HELPERS_NAME, TITLE, Server, case_message, da
from tests.sim.visible import assert_unseen, reach

refusals = pytest.mark.parametrize("status", [403, 404])
outages = pytest.mark.parametrize("status", [429, 500])
statuses = pytest.mark.parametrize("status", [403, 404, 429, 500])
some = pytest.mark.parametrize("status", [404, 500])


def forum_path(server: Server) -> str:
    return f"/channels/{server.world.channels['livet'].id}/threads"


def messages_path(thread: ChannelHandle) -> str:
    return f"/channels/{thread.id}/messages"


class TestQuestions:
    @refusals
    async def test_a_refused_question_is_kept_and_can_be_tried_again(
        self, server: Server, status: int
    ) -> None:
        preview = response(await server.preview())
        server.fail("POST", forum_path(server), status)
        told = await server.hands("Jonas").press(preview, da("ask.publish"))
        assert da("ask.refused") in text_of(told)
        assert server.posts() == []
        await server.later(600)
        assert server.posts() == []
        opened = await server.inbox()
        assert BODY in text_of(opened)
        assert da("inbox.state_failed") in text_of(opened)
        await server.hands("Jonas").press(response(opened), da("button.retry"))
        assert len(server.posts()) == 1
        assert_unseen(server)

    @outages
    async def test_an_outage_is_waited_out(self, server: Server, status: int) -> None:
        preview = response(await server.preview())
        server.fail("POST", forum_path(server), status, times=2)
        told = await server.hands("Jonas").press(preview, da("ask.publish"))
        assert "/indbakke" in text_of(told)
        await server.later(6)
        assert server.posts() == []
        await server.later(60)
        await server.later(600)
        assert len(server.posts()) == 1
        assert_unseen(server)

    async def test_a_forum_that_was_deleted(self, server: Server) -> None:
        preview = response(await server.preview())
        server.env.backend.delete_channel(server.world.channels["livet"].id)
        await server.env.settle()
        told = await server.hands("Jonas").press(preview, da("ask.publish"))
        assert da("error.topic_gone") in text_of(told)
        assert BODY in text_of(told)

    async def test_taken_but_reported_as_failed_is_posted_once(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        preview = response(await server.preview())
        lose_answers(monkeypatch, discord.ForumChannel, "create_thread")
        await server.hands("Jonas").press(preview, da("ask.publish"))
        monkeypatch.undo()
        await server.later(60)
        assert len(server.posts()) == 1
        assert da("inbox.state_open") in text_of(await server.inbox())


class TestTexts:
    @refusals
    async def test_a_refused_follow_up_is_given_back(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("POST", messages_path(thread), status)
        told = await server.follow_up(thread, "Mit lange ord")
        assert da("error.not_posted") in text_of(told)
        assert "Mit lange ord" in text_of(told)
        await server.later(600)
        assert server.count(thread, "Mit lange ord") == 0
        await server.follow_up(thread, "Mit lange ord")
        assert server.count(thread, "Mit lange ord") == 1

    @refusals
    async def test_a_refused_answer_is_given_back(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("POST", messages_path(thread), status)
        told = await server.answer(thread, "Mit lange svar")
        assert da("error.not_posted") in text_of(told)
        assert "Mit lange svar" in text_of(told)
        await server.later(600)
        assert server.count(thread, "Mit lange svar") == 0
        assert server.tags(thread) == {"Piger", da("tag.unanswered")}

    @outages
    async def test_texts_wait_an_outage_out(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("POST", messages_path(thread), status, times=4)
        told = await server.answer(thread, "Mit svar")
        assert da("answer.later") in text_of(told)
        await server.follow_up(thread, "Mit eget ord")
        for _ in range(6):
            await server.later(60)
        assert server.count(thread, "Mit svar") == server.count(thread, "Mit eget ord") == 1
        assert server.tags(thread) == {"Piger", da("tag.answered")}
        await server.hands("Emil").give_by_button(thread)
        assert await server.credited() == 1

    async def test_taken_but_reported_as_failed_is_posted_once(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread = await server.ask()
        lose_answers(monkeypatch, discord.Thread, "send")
        await server.answer(thread, "Mit svar")
        await server.follow_up(thread, "Mit eget ord")
        monkeypatch.undo()
        await server.later(400)
        assert server.count(thread, "Mit svar") == server.count(thread, "Mit eget ord") == 1

    async def test_what_never_came_up_is_kept_in_the_inbox(self, server: Server) -> None:
        long_question = "Æ" * 4000
        thread = await server.ask(body=long_question)
        for number in range(4):
            server.fail("POST", messages_path(thread), 403)
            await server.follow_up(thread, f"Nummer {number} " + "x" * 3900)
        opened = text_of(await server.inbox())
        assert da("inbox.unsent") in opened
        assert "Nummer" in opened
        assert "ÆÆÆ" in opened


class TestCases:
    @refusals
    @pytest.mark.parametrize("where", ["thread", "member", "message"])
    async def test_a_refused_case_leaves_nothing_behind(
        self, server: Server, where: str, status: int
    ) -> None:
        thread = await server.ask()
        card = response(await server.coach_card(thread))
        fail_case(server, where, status)
        told = await server.hands("Jonas").press(card, da("button.call", name="Søren"))
        assert da("coach.not_called", coach="Søren") in text_of(told)
        server.works_again()
        await server.later(600)
        assert private_threads(server) == []
        assert da("inbox.coach_pending", coach="Søren") not in text_of(await server.inbox())
        await server.call(thread, "Søren")
        assert len(server.cases("Søren")) == 1
        assert_unseen(server)

    @outages
    @pytest.mark.parametrize("where", ["thread", "member", "message"])
    async def test_a_case_waits_an_outage_out(self, server: Server, where: str, status: int) -> None:
        thread = await server.ask()
        card = response(await server.coach_card(thread))
        fail_case(server, where, status)
        told = await server.hands("Jonas").press(card, da("button.call", name="Søren"))
        assert da("coach.called_later", coach="Søren") in text_of(told)
        server.works_again()
        await server.later(60)
        await server.later(600)
        assert len(private_threads(server)) == 1
        (case,) = server.cases("Søren")
        assert len(server.texts_in(case)) == 1
        await server.accept()
        assert_unseen(server)

    @pytest.mark.parametrize("step", ["create_thread", "add_user", "send"])
    async def test_taken_but_reported_as_failed_is_made_once(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        card = response(await server.coach_card(await server.ask()))
        lose_answers(monkeypatch, discord.TextChannel if step == "create_thread" else discord.Thread, step)
        await server.hands("Jonas").press(card, da("button.call", name="Søren"))
        monkeypatch.undo()
        await server.later(400)
        assert len(private_threads(server)) == 1
        assert len(server.texts_in(server.case())) == 1

    @statuses
    async def test_a_coach_who_cannot_be_announced_has_the_case(self, server: Server, status: int) -> None:
        thread = await server.ask()
        await server.call(thread)
        server.fail("POST", messages_path(thread), status)
        accept = await server.hands("Søren").press(case_message(server.case()), da("button.accept"))
        assert da("case.accepted") not in text_of(accept)
        assert da("case.accepted_quietly") in text_of(accept)
        await server.later(60)
        announced = server.count(thread, da("coach.announce", name="Søren", age=34))
        assert announced == (0 if status in (403, 404) else 1)
        assert server.tags(thread) == {"Piger", da("tag.coach")}
        said = await server.hands("Søren").slash(server.case(), "line reply", text="Jeg er her")
        assert da("line.coach_sent") in text_of(said)

    @statuses
    async def test_a_line_that_does_not_get_through(self, server: Server, status: int) -> None:
        await server.call(await server.ask())
        case = await server.accept()
        line = response(await server.in_inbox(da("button.line")))
        form = await server.hands("Jonas").press(line, da("button.line_write"))
        server.fail("POST", messages_path(case), status)
        told = text_of(await server.hands("Jonas").fill(form, text="Til dig alene"))
        refused = status in (403, 404)
        assert da("error.not_posted" if refused else "line.later") in told
        assert "Til dig alene" in told
        await server.later(60)
        assert server.count(case, "Til dig alene") == (0 if refused else 1)

    @statuses
    async def test_a_note_that_does_not_get_through(self, server: Server, status: int) -> None:
        await server.call(await server.ask())
        case = await server.accept()
        server.fail("POST", messages_path(case), status)
        ended = await server.in_inbox(da("button.end_line"))
        assert da("line.ended") in text_of(ended)
        await server.later(60)
        await server.later(600)
        expected = 0 if status in (403, 404) else 1
        assert server.count(case, da("case.note_closed")) == expected


class TestLooks:
    @statuses
    async def test_tags_are_set_later(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("PATCH", f"/channels/{thread.id}", status)
        told = await server.answer(thread)
        assert da("answer.sent", name=HELPERS_NAME) in text_of(told)
        if status != 404:  # the thread is there: a lookup that says otherwise ends the question
            await server.later(60)
            assert server.tags(thread) == {"Piger", da("tag.answered")}

    @pytest.mark.parametrize("status", [403, 429, 500])
    @pytest.mark.parametrize("part", ["message", "thread"])
    async def test_hiding_is_done_later_and_the_moderator_knows(
        self, server: Server, status: int, part: str
    ) -> None:
        thread = await server.ask()
        path = (
            f"/channels/{thread.id}/messages/{thread.id}" if part == "message" else f"/channels/{thread.id}"
        )
        server.fail("PATCH", path, status)
        told = await server.hands("Mette").slash(thread, "mod hide")
        assert text_of(told) == da("mod.later")
        await server.later(60)
        assert BODY not in server.texts_in(thread)[0]
        metadata = server.env.backend.get_channel(thread.id).thread_metadata
        assert metadata is not None
        assert metadata.locked
        server.fail("PATCH", path, status)
        choices = await server.person("Mette").autocomplete(server.staff, "mod restore", "question", "")
        told = await server.hands("Mette").slash(server.staff, "mod restore", question=choices[0]["value"])
        assert text_of(told) == da("mod.later")
        await server.later(60)
        assert BODY in server.texts_in(thread)[0]
        assert thread.name == TITLE
        assert not metadata.locked

    @pytest.mark.parametrize("status", [403, 429, 500])
    async def test_a_withdrawn_thread_is_deleted_later(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("DELETE", f"/channels/{thread.id}", status)
        assert da("inbox.withdrawn") in text_of(await server.withdraw())
        await server.later(60)
        assert server.posts() == []

    @pytest.mark.parametrize("status", [403, 429, 500])
    async def test_a_native_answer_is_deleted_later(self, server: Server, status: int) -> None:
        thread = await server.ask()
        message = await server.person("Malik").send(thread, "Et dumt svar")
        server.fail("DELETE", f"/channels/{thread.id}/messages/{message.id}", status)
        told = await hide_answer(server, thread)
        assert text_of(told) == da("mod.later")
        await server.later(60)
        assert "Et dumt svar" not in reach(server, "Oliver")

    @pytest.mark.parametrize("status", [403, 429, 500])
    async def test_a_named_answer_is_blanked_later(self, server: Server, status: int) -> None:
        thread = await server.ask()
        await server.answer(thread, "Et dumt svar")
        message = thread.history()[-1]
        server.fail("PATCH", f"/channels/{thread.id}/messages/{message.id}", status)
        told = await hide_answer(server, thread)
        assert text_of(told) == da("mod.later")
        await server.later(60)
        assert "Et dumt svar" not in reach(server, "Oliver")

    async def test_a_reaction_whose_message_cannot_be_read_is_no_fault(self, server: Server) -> None:
        thread = await server.ask()
        await server.stop()
        message = await server.person("Malik").send(thread, "Skrevet mens botten sov")
        await server.start()
        for status in (403, 404, 429, 500):
            server.fail("GET", f"/channels/{thread.id}/messages/{message.id}", status)
            await server.person("Emil").react(message, "🤝")
            await server.person("Emil").unreact(message, "🤝")
        assert da("board.nobody") in await server.board()
        await server.person("Emil").react(message, "🤝")
        assert server.person("Malik").mention in await server.board()


class TestAnswersToInteractions:
    """The private answer itself does not get through."""

    @some
    async def test_an_acknowledgement_that_fails_does_nothing(self, server: Server, status: int) -> None:
        thread = await server.ask()
        for who, label, typed in (
            ("Malik", "button.answer", {"text": "Mit lange svar", "name": HELPERS_NAME}),
            ("Jonas", "button.follow_up", {"text": "Mit lange ord"}),
        ):
            form = await server.hands(who).press(thread.history()[0], da(label))
            server.fail("POST", "/interactions/*", status)
            told = await server.hands(who).fill(form, **typed)
            assert da("error.fault_nothing_done") in text_of(told)
            assert typed["text"] in text_of(told)
            assert told.ephemeral
        await server.later(60)
        assert len(server.texts_in(thread)) == 1

    @some
    async def test_the_question_is_given_back_too(self, server: Server, status: int) -> None:
        hands = server.hands("Jonas")
        form = await hands.slash(server.lobby, "ask")
        server.fail("POST", "/interactions/*", status)
        told = await hands.fill(form, topic="Piger", title=TITLE, body=BODY, coach=da("ask.coach_no"))
        assert BODY in text_of(told)
        assert TITLE in text_of(told)
        assert server.posts() == []

    @some
    async def test_publishing_that_is_not_acknowledged_publishes_nothing(
        self, server: Server, status: int
    ) -> None:
        preview = response(await server.preview())
        server.fail("POST", "/interactions/*", status)
        told = await server.hands("Jonas").press(preview, da("ask.publish"))
        assert da("error.fault_nothing_done") in text_of(told)
        await server.later(60)
        assert server.posts() == []
        await server.hands("Jonas").press(preview, da("ask.publish"))
        assert len(server.posts()) == 1

    @some
    async def test_a_lost_confirmation_is_said_again_and_not_as_a_failure(
        self, server: Server, status: int
    ) -> None:
        thread = await server.ask()
        form = await server.hands("Malik").press(thread.history()[0], da("button.answer"))
        server.fail("PATCH", "/webhooks/*", status)
        told = await server.hands("Malik").fill(form, text="Mit svar", name=HELPERS_NAME)
        assert da("answer.sent", name=HELPERS_NAME) in text_of(told)
        assert "Mit svar" in server.texts_in(thread)[-1]
        assert len(server.texts_in(thread)) == 2

    async def test_a_member_who_cannot_be_told_is_not_a_fault(self, server: Server) -> None:
        thread = await server.ask()
        form = await server.hands("Malik").press(thread.history()[0], da("button.answer"))
        server.fail("PATCH", "/webhooks/*", 500, times=None)
        server.fail("POST", "/webhooks/*", 500, times=None)
        await server.hands("Malik").fill(form, text="Mit svar", name=HELPERS_NAME)
        server.works_again()
        await server.later(60)
        assert server.count(thread, "Mit svar") == 1

    @some
    async def test_a_coach_whose_press_is_answered_badly_still_has_the_case_once(
        self, server: Server, status: int
    ) -> None:
        thread = await server.ask()
        await server.call(thread)
        message = case_message(server.case())
        server.fail("PATCH", "/webhooks/*", status)
        told = await server.hands("Søren").press(message, da("button.accept"))
        assert da("error.fault_nothing_done") not in text_of(told)
        assert server.count(thread, da("coach.announce", name="Søren", age=34)) == 1

    @some
    async def test_a_form_that_cannot_be_opened_says_so(self, server: Server, status: int) -> None:
        thread = await server.ask()
        server.fail("POST", "/interactions/*", status)
        told = await server.hands("Malik").press(thread.history()[0], da("button.answer"))
        assert da("error.fault_nothing_done") in text_of(told)

    @some
    async def test_set_up_that_fails_half_way_can_be_run_again(self, server: Server, status: int) -> None:
        school = server.world.channels["skole-og-job"]
        server.fail("PATCH", f"/channels/{school.id}", status)
        told = await server.hands("Karen").slash(
            server.staff, "admin forum add", channel=school, topics="Kost"
        )
        assert da("error.fault_nothing_done") in text_of(told)
        again = await server.hands("Karen").slash(
            server.staff, "admin forum add", channel=school, topics="Kost"
        )
        assert "Kost" in text_of(again)


def fail_case(server: Server, where: str, status: int) -> None:
    """Let one step of opening a case fail."""
    room = server.coach_room.id
    match where:
        case "thread":
            server.fail("POST", f"/channels/{room}/threads", status)
        case "member":
            server.fail("PUT", "/channels/*/thread-members/*", status)
        case _:
            server.fail("POST", "/channels/*/messages", status)


def private_threads(server: Server) -> list[str]:
    """Every private thread there is, also those that nobody is in."""
    channels = server.env.backend.channels.values()
    return [channel.name or "" for channel in channels if channel.type == 12]


def lose_answers(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """Discord does it, and then says that it did not."""
    stock = getattr(owner, name)

    async def done_and_denied(*args: object, **options: object) -> None:
        await stock(*args, **options)
        raise OSError("the answer was lost")

    monkeypatch.setattr(owner, name, done_and_denied)


async def hide_answer(server: Server, thread: ChannelHandle) -> InteractionResult:
    """The moderator removes the newest answer."""
    choices = await server.person("Mette").autocomplete(thread, "mod hide", "answer", "")
    return await server.hands("Mette").slash(thread, "mod hide", answer=choices[0]["value"])


async def test_a_dismissed_preview_does_not_lose_the_question(server: Server) -> None:
    preview = response(await server.preview())
    assert da("ask.publish") in button_labels(server.env, preview)
    server.fail("PATCH", "/webhooks/*", 404, times=2)
    told = await server.hands("Jonas").press(preview, da("ask.publish"))
    assert len(server.posts()) == 1
    assert "Slået op" in text_of(told)
