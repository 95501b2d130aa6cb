"""`/mydata`: the file, and the erasure, as he and as everybody else sees them."""

import json
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, InteractionResult

from bot.play.driver import button_labels, is_private, response, said, text_of
from bot.services.mydata import erasing
from tests.sim.server import BODY, HELPERS_NAME, TITLE, Server, da
from tests.sim.test_faults import lose_answers
from tests.sim.test_reveal import ask_to_see, decide
from tests.sim.test_reveal import press as reveal_press
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces

HOURS = int(erasing.SPREAD.total_seconds() // 3600)
SECRET = "Det må du ikke sige til nogen."


async def _preview(server: Server, who: str = "Jonas") -> InteractionResult:
    return await server.hands(who).slash(server.lobby, "mydata erase")


async def _choose(server: Server, choice: str, who: str = "Jonas") -> InteractionResult:
    return await server.hands(who).press(response(await _preview(server, who)), da(f"mydata.{choice}"))


async def _erase(server: Server, choice: str = "keep", who: str = "Jonas") -> InteractionResult:
    asked = await _choose(server, choice, who)
    return await server.hands(who).press(response(asked), da("mydata.yes"))


async def _with_line(server: Server) -> tuple[ChannelHandle, ChannelHandle]:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    form = await server.in_inbox(da("button.line"))
    form = await server.hands("Jonas").press(response(form), da("button.line_write"))
    await server.hands("Jonas").fill(form, text=SECRET)
    return thread, case


def _file(server: Server, shown: InteractionResult) -> tuple[str, dict[str, Any]]:
    message = said(shown)[-1]
    (attachment,) = server.env.backend.get_message(message.channel_id, message.id).attachments
    data = server.env.backend.cdn.get(attachment["url"])
    assert data is not None
    return attachment["filename"], json.loads(data)


class TestExport:
    """A file for him alone."""

    async def test_everything_in_a_file_nobody_else_can_reach(self, server: Server) -> None:
        await _with_line(server)
        shown = await server.hands("Jonas").slash(server.lobby, "mydata export")
        assert is_private(shown)
        assert text_of(shown) == da("mydata.exported")
        name, made = _file(server, shown)
        assert made["questions"][0]["text"] == BODY
        assert made["questions"][0]["coaches"][0]["line"][0]["text"] == SECRET
        assert not found_in(name + json.dumps(made), traces(server, "Jonas"))
        assert not found_in(json.dumps(made), [str(server.person("Søren").id)])
        for other in OTHERS:
            assert name not in reach(server, other)
        assert_unseen(server)

    async def test_from_the_button_too_and_another_name_each_time(self, server: Server) -> None:
        privacy = await server.hands("Jonas").slash(server.lobby, "privacy")
        shown = await server.hands("Jonas").press(response(privacy), da("privacy.export"))
        again = await server.hands("Jonas").slash(server.lobby, "mydata export")
        assert is_private(shown)
        assert _file(server, shown)[0] != _file(server, again)[0]


class TestErase:
    """He sees what goes, chooses, confirms; the others see nothing that tells of him."""

    async def test_nothing_happens_before_the_second_press(self, server: Server) -> None:
        thread = await server.ask()
        shown = await _preview(server)
        assert is_private(shown)
        assert "Spørgsmål oppe: 1 · Svar: 0 · Assists: 0" in text_of(shown)
        assert da("mydata.erase_safest") in text_of(shown)
        assert button_labels(server.env, response(shown)) == [da("mydata.keep"), da("mydata.delete")]
        asked = await _choose(server, "delete")
        assert text_of(asked) == da("mydata.sure_delete")
        await server.later(HOURS * 3600 + 60)
        assert TITLE in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
        assert BODY in server.hands("Noah").read(thread)

    async def test_kept_questions_stand_and_are_not_his(self, server: Server) -> None:
        thread = await server.ask()
        before = server.hands("Malik").read(thread)
        erased = await _erase(server)
        assert text_of(erased) == da("mydata.erased_keep", hours=HOURS)
        assert da("inbox.empty") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
        await server.later(HOURS * 3600 + 60)
        assert server.hands("Malik").read(thread) == before
        assert_unseen(server)

    async def test_deleted_threads_go_later_and_not_together(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits = iter([3600.0, 20 * 3600.0])

        def drawn(*_: object) -> float:
            return next(waits)

        await server.ask(title="Det ene")
        await server.ask(title="Det andet")
        monkeypatch.setattr(erasing.random.SystemRandom, "uniform", drawn)
        erased = await _erase(server, "delete")
        assert text_of(erased) == da("mydata.erased_delete", hours=HOURS)
        assert len(server.posts()) == 2, "nothing vanishes while he is online"
        await server.later(2 * 3600)
        assert len(server.posts()) == 1
        await server.later(20 * 3600)
        assert server.posts() == []
        assert_unseen(server)

    async def test_after_a_restart_and_errors_of_discord(self, server: Server) -> None:
        thread = await server.ask()
        await _erase(server, "delete")
        server.fail("DELETE", f"/channels/{thread.id}", 500, times=None)
        server.faults_expected = True
        await server.later(HOURS * 3600 + 60)
        assert len(server.posts()) == 1
        server.works_again()
        await server.restart()
        await server.sweep()
        assert server.posts() == []

    @pytest.mark.parametrize("choice", ["keep", "delete"])
    async def test_a_line_goes_later_and_its_thread_with_it(self, server: Server, choice: str) -> None:
        _, case = await _with_line(server)
        before = server.texts_in(case)
        assert SECRET in str(before)
        await _erase(server, choice)
        assert server.texts_in(case) == before
        await server.later(HOURS * 3600 + 60)
        await server.sweep()
        if choice == "keep":
            # As with any case that was closed.
            assert len(server.cases()) == 1
            await server.later(4 * 24 * 3600)
            await server.bot.services.retention.sweep()
            await server.sweep()
        assert server.cases() == []
        assert SECRET not in reach(server, "Søren")
        assert_unseen(server)

    async def test_he_cannot_tell_that_moderators_are_deciding(self, server: Server) -> None:
        thread = await server.ask()
        await ask_to_see(server, thread)
        assert text_of(await _erase(server)) == da("mydata.erased_keep", hours=HOURS)
        assert da("inbox.empty") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
        await decide(server, "reveal_yes")
        shown = text_of(await reveal_press(server, "Lars", "reveal_show"))
        assert str(server.person("Jonas").id) in shown
        assert da("inbox.empty") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
        await server.later(1800)
        shown = text_of(await reveal_press(server, "Lars", "reveal_show"))
        assert shown == da("error.reveal_no_link")

    async def test_a_question_that_may_be_out_does_not_stay_for_ever(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        preview = response(await server.preview())
        lose_answers(monkeypatch, discord.ForumChannel, "create_thread")
        await server.hands("Jonas").press(preview, da("ask.publish"))
        monkeypatch.undo()
        assert len(server.posts()) == 1
        await _erase(server, "delete")
        await server.later(600)
        await server.sweep()
        assert server.posts() == []
        assert_unseen(server)

    async def test_what_a_player_wrote_stands_under_nobodys_name(self, server: Server) -> None:
        thread = await server.ask()
        await server.answer(thread, "Lad hende være en uge.", "Malik")
        await server.hands("Emil").give_by_button(thread)
        assert HELPERS_NAME in await server.board("Emil")
        await _erase(server, who="Malik")
        read = server.hands("Noah").read(thread)
        assert da("mydata.erased_player") in read
        assert "Lad hende være en uge." in read
        assert HELPERS_NAME not in read
        assert HELPERS_NAME not in await server.board("Emil")
        assert not found_in(reach(server, "Noah"), [HELPERS_NAME])

    async def test_an_answer_whose_outcome_nobody_knew_loses_his_name(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread = await server.ask()
        lose_answers(monkeypatch, discord.Thread, "send")
        await server.answer(thread, "Lad hende være en uge.", "Malik")
        monkeypatch.undo()
        assert HELPERS_NAME in server.hands("Noah").read(thread)
        await _erase(server, who="Malik")
        await server.later(600)
        await server.sweep()
        read = server.hands("Noah").read(thread)
        assert "Lad hende være en uge." in read
        assert HELPERS_NAME not in read

    async def test_a_player_with_a_question_is_told_that_it_shows(self, server: Server) -> None:
        thread = await server.ask("Emil")
        await server.answer(thread, "Lad hende være en uge.", "Malik")
        watch = da("mydata.erase_watch", hours=HOURS)
        assert watch not in text_of(await _preview(server, "Malik"))
        await server.ask("Malik", title="Maliks eget")
        shown = text_of(await _preview(server, "Malik"))
        assert watch in shown
        assert da("mydata.erase_safest") not in shown

    async def test_a_coach_closes_his_cases_first(self, server: Server) -> None:
        await _with_line(server)
        refused = await _preview(server, "Søren")
        assert is_private(refused)
        assert text_of(refused) == da("error.erase_coach_first", cases=1)

    async def test_pressed_twice(self, server: Server) -> None:
        await server.ask()
        asked = response(await _choose(server, "keep"))
        first = await server.hands("Jonas").press(asked, da("mydata.yes"))
        assert text_of(first) == da("mydata.erased_keep", hours=HOURS)
        assert text_of(await _erase(server)) == da("mydata.erased_keep", hours=HOURS)

    async def test_in_a_direct_message_it_is_refused(self, server: Server) -> None:
        group = server.bot.tree.get_command("mydata")
        assert group is not None
        assert group.guild_only
