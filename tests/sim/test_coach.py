"""Coaches: being found, being called, and the private line."""

import pytest

from bot.play.driver import button_labels, response, text_of
from bot.services.wording import ANSWER_MAX
from tests.sim.server import BODY, TITLE, Press, Server, case_message, da, press, press_of
from tests.sim.visible import assert_unseen, reach

SUMMON_HOURS = 6


async def reply(server: Server, text: str, coach: str = "Søren") -> str:
    """The coach writes to the asker with the newest button in his case."""
    hands = server.hands(coach)
    case = server.case(coach)
    form = await hands.press(hands.last_with_button(case, da("button.reply")), da("button.reply"))
    return text_of(await hands.fill(form, text=text))


async def write(server: Server, text: str) -> str:
    """The asker writes to his coach from his inbox."""
    hands = server.hands("Jonas")
    line = await server.in_inbox(da("button.line"))
    form = await hands.press(response(line), da("button.line_write"))
    return text_of(await hands.fill(form, text=text))


async def test_coaches_can_be_looked_at_by_all(server: Server) -> None:
    listed = await server.hands("Malik").slash(server.lobby, "coach")
    assert listed.ephemeral
    assert "Søren, 34 år" in text_of(listed)
    card = await server.hands("Malik").choose(response(listed), "Søren")
    assert "tømrer" in text_of(card)
    assert da("coach.list_hint") in text_of(card)
    assert button_labels(server.env, response(card)) == [da("button.others")]
    back = await server.hands("Malik").press(response(card), da("button.others"))
    assert "Bilal, 41 år" in text_of(back)


async def test_a_server_without_coaches_says_so(bare_server: Server) -> None:
    result = await bare_server.hands("Malik").slash(bare_server.lobby, "coach")
    assert text_of(result) == da("error.no_coaches")


async def test_a_called_coach_gets_a_private_thread(server: Server) -> None:
    thread = await server.ask()
    called = await server.call(thread)
    assert da("coach.called", coach="Søren") in text_of(called)
    (case,) = server.cases("Søren")
    assert TITLE in server.texts_in(case)[0]
    assert BODY in server.texts_in(case)[0]
    message = case_message(case)
    assert server.env.backend.get_message(case.id, message.id).ping_user_ids == [server.person("Søren").id]
    for name in ("Malik", "Bilal", "Mette"):
        assert str(case.id) not in reach(server, name)
    assert da("inbox.coach_pending", coach="Søren") in text_of(await server.inbox())
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    assert_unseen(server)


async def test_nobody_else_calls_a_coach(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Malik")
    refused = await hands.press(hands.starter(thread), da("button.summon"))
    assert da("error.not_asker") in text_of(refused)
    card = response(await server.coach_card(thread))
    call = press_of(server, "Jonas", card, da("button.call", name="Søren"))
    (stolen,) = await press(server, Press("Malik", card, call.custom_id))
    assert da("error.not_asker") in text_of(stolen)
    assert server.cases("Søren") == []


async def test_call_pressed_twice_calls_once(server: Server) -> None:
    thread = await server.ask()
    card = response(await server.coach_card(thread))
    call = press_of(server, "Jonas", card, da("button.call", name="Søren"))
    await press(server, call, call)
    (again,) = await press(server, call)
    assert len(server.cases("Søren")) == 1
    assert len(server.texts_in(server.case())) == 1
    assert da("error.summon_running", coach="Søren") in text_of(again)


async def test_an_accepting_coach_is_announced_once(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    accept = press_of(server, "Søren", case_message(server.case()), da("button.accept"))
    both = await press(server, accept, accept)
    (again,) = await press(server, accept)
    assert all(da("case.accepted") in text_of(result) for result in (*both, again))
    cards = [text for text in server.texts_in(thread) if da("coach.announce", name="Søren", age=34) in text]
    assert len(cards) == 1
    assert "tømrer" in cards[0]
    assert server.tags(thread) == {"Piger", da("tag.coach")}
    assert da("inbox.coach_accepted", coach="Søren") in text_of(await server.inbox())
    assert_unseen(server)


async def test_a_declined_call_leaves_the_choice_to_the_asker(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = server.case()
    declined = await server.hands("Søren").press(case_message(case), da("button.decline"))
    assert da("case.declined") in text_of(declined)
    assert da("inbox.coach_declined", coach="Søren") in text_of(await server.inbox())
    assert len(server.texts_in(thread)) == 1
    assert "Søren" not in reach(server, "Malik").split(TITLE)[1]
    await server.call(thread, "Bilal")
    await server.accept("Bilal")
    assert da("coach.announce", name="Bilal", age=41) in server.texts_in(thread)[-1]
    assert_unseen(server)


async def test_a_call_that_nobody_takes_expires(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    await server.later(SUMMON_HOURS * 3600 - 60)
    assert da("inbox.coach_pending", coach="Søren") in text_of(await server.inbox())
    await server.later(120)
    await server.sweep()
    assert da("inbox.coach_expired", coach="Søren") in text_of(await server.inbox())
    notes = [t for t in server.texts_in(server.case()) if da("case.note_expired") in t]
    assert len(notes) == 1
    late = press_of(server, "Søren", case_message(server.case()), da("button.accept"))
    (result,) = await press(server, late)
    assert da("error.case_over") in text_of(result)
    await server.call(thread, "Bilal")
    assert len(server.cases("Bilal")) == 1
    assert_unseen(server)


@pytest.mark.parametrize("label", ["button.accept", "button.decline", "button.reply"])
async def test_only_the_called_coach_can_use_the_buttons(server: Server, label: str) -> None:
    thread = await server.ask()
    await server.call(thread)
    message = case_message(server.case())
    mine = press_of(server, "Søren", message, da(label))
    for name in ("Bilal", "Karen", "Malik", "Jonas"):
        (result,) = await press(server, Press(name, message, mine.custom_id))
        assert da("error.not_your_case") in text_of(result)
    assert da("inbox.coach_pending", coach="Søren") in text_of(await server.inbox())


async def test_a_coach_accepts_before_he_writes(server: Server) -> None:
    await server.call(await server.ask())
    hands = server.hands("Søren")
    early = await hands.press(case_message(server.case()), da("button.reply"))
    assert da("error.accept_first") in text_of(early)


async def test_the_line_goes_both_ways(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    assert da("line.coach_sent") in await reply(server, "Hej. Jeg har prøvet det samme.")
    listed = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("inbox.unread_one", coach="Søren") in listed
    line = await server.in_inbox(da("button.line"))
    assert "Jeg har prøvet det samme." in text_of(line)
    assert da("line.new") in text_of(line)
    assert da("line.sent", coach="Søren") in await write(server, "Tak. Hvad gjorde du?")
    assert "Tak. Hvad gjorde du?" in server.texts_in(case)[-1]
    assert "Tak. Hvad gjorde du?" not in str(server.texts_in(thread))
    assert "Hej. Jeg har prøvet det samme." not in reach(server, "Malik")
    for name in ("Malik", "Bilal", "Mette"):
        assert "Hvad gjorde du?" not in reach(server, name)
    assert_unseen(server)


async def test_letters_of_any_length_can_all_be_read(server: Server) -> None:
    await server.call(await server.ask())
    await server.accept()
    for number in range(4):
        await reply(server, f"Brev {number} ".ljust(ANSWER_MAX, "x"))
    shown = await server.in_inbox(da("button.line"))
    assert "Brev 0 " in text_of(shown)
    assert da("inbox.unread_many", count=3, coach="Søren") in text_of(await server.inbox())
    for number in (1, 2, 3):
        shown = await server.hands("Jonas").press(response(shown), da("button.newer"))
        assert f"Brev {number} " in text_of(shown)
    assert da("button.newer") not in button_labels(server.env, response(shown))
    shown = await server.hands("Jonas").press(response(shown), da("button.older"))
    assert "Brev 2 " in text_of(shown)


async def test_a_letter_that_discord_did_not_show_is_still_new(server: Server) -> None:
    server.faults_expected = True
    await server.call(await server.ask())
    await server.accept()
    await reply(server, "Vigtigt")
    opened = response(await server.inbox())
    for method in ("PATCH", "POST"):
        server.fail(method, "/webhooks/*", 500, times=None)
    await server.hands("Jonas").press(opened, da("button.line"))
    server.works_again()
    assert da("inbox.unread_one", coach="Søren") in text_of(await server.inbox())
    assert "Vigtigt" in text_of(await server.in_inbox(da("button.line")))


async def test_a_coach_can_write_with_the_command(server: Server) -> None:
    await server.call(await server.ask())
    case = await server.accept()
    said = await server.hands("Søren").slash(case, "line reply", text="Med det samme")
    assert da("line.coach_sent") in text_of(said)
    form = await server.hands("Søren").slash(case, "line reply")
    await server.hands("Søren").fill(form, text="Og i ro og mag")
    line = text_of(await server.in_inbox(da("button.line")))
    assert line.index("Med det samme") < line.index("Og i ro og mag")


@pytest.mark.parametrize("name", ["Bilal", "Malik", "Karen"])
async def test_the_line_commands_are_for_the_coach_of_the_case(server: Server, name: str) -> None:
    thread = await server.ask()
    await server.call(thread)
    await server.accept()
    for command in ("line reply", "line close"):
        result = await server.hands(name).slash(thread, command)
        assert da("error.not_in_case") in text_of(result)


async def test_the_coach_closes(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    await reply(server, "Det sidste ord")
    closed = await server.hands("Søren").slash(case, "line close")
    assert da("case.closed") in text_of(closed)
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    line = await server.in_inbox(da("button.line"))
    assert da("line.closed") in text_of(line)
    assert "Det sidste ord" in text_of(line)
    assert da("button.line_write") not in button_labels(server.env, response(line))
    again = await server.hands("Søren").slash(case, "line close")
    assert da("error.case_over") in text_of(again)


async def test_the_asker_closes_and_the_coach_is_told(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    ended = await server.in_inbox(da("button.end_line"))
    assert da("line.ended") in text_of(ended)
    assert da("case.note_closed") in server.texts_in(case)[-1]
    late = await server.hands("Søren").slash(case, "line reply", text="Hallo?")
    assert da("error.case_over") in text_of(late)
    assert "Hallo?" in text_of(late)
    await server.call(thread, "Bilal")
    assert len(server.cases("Bilal")) == 1
    assert_unseen(server)


async def test_the_asker_takes_a_call_back(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    await server.in_inbox(da("button.cancel_call"))
    assert da("case.note_closed") in server.texts_in(server.case())[-1]
    opened = await server.inbox()
    assert da("button.line") not in button_labels(server.env, response(opened))
    assert da("button.summon") in button_labels(server.env, response(opened))


@pytest.mark.parametrize("end", ["solve", "withdraw", "delete"])
async def test_a_question_that_ends_ends_its_case(server: Server, end: str) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    if end == "solve":
        await server.in_inbox(da("button.solve"))
    elif end == "withdraw":
        await server.withdraw()
    else:
        await server.delete_by_hand(thread)
    await server.sweep()
    if end == "solve":
        assert da("case.note_closed") in server.texts_in(case)[-1]
        late = await server.hands("Søren").slash(case, "line reply", text="Hallo?")
        assert da("error.case_over") in text_of(late)
    else:
        assert server.cases() == [], "he keeps nothing but that he had a case"
    assert_unseen(server)


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_a_case_that_cannot_be_deleted_is_tried_again(server: Server, status: int) -> None:
    await server.call(await server.ask())
    case = await server.accept()
    server.fail("DELETE", f"/channels/{case.id}", status, times=None)
    server.faults_expected = True
    await server.withdraw()
    await server.sweep()
    assert len(server.cases()) == 1
    server.works_again()
    await server.restart()
    await server.sweep()
    left = await server.bot.services.upkeep.cases_to_delete()
    assert left == []
    # A 404 says that somebody deleted it by hand.
    assert len(server.cases()) == (1 if status == 404 else 0)


async def test_a_case_that_was_deleted_by_hand(server: Server) -> None:
    await server.call(await server.ask())
    case = await server.accept()
    await server.delete_by_hand(case)
    await server.withdraw()
    await server.sweep()
    assert await server.bot.services.upkeep.cases_to_delete() == []


async def test_a_removed_coach_cannot_be_called(server: Server) -> None:
    thread = await server.ask()
    card = response(await server.coach_card(thread))
    call = press_of(server, "Jonas", card, da("button.call", name="Søren"))
    await server.hands("Karen").slash(server.staff, "admin coach remove", member=server.person("Søren"))
    (result,) = await press(server, call)
    assert da("error.coach_gone") in text_of(result)
    listed = text_of(await server.hands("Malik").slash(server.lobby, "coach"))
    assert "Søren" not in listed


async def test_a_coach_who_asks_cannot_call_himself(server: Server) -> None:
    thread = await server.ask("Søren")
    result = await server.call(thread, "Søren", who="Søren")
    assert da("error.coach_self") in text_of(result)
    assert server.cases("Søren") == []


async def test_calling_without_a_coach_channel_is_explained(bare_server: Server) -> None:
    server = bare_server
    manager = server.hands("Karen")
    await manager.slash(
        server.staff, "admin forum add", channel=server.world.channels["livet"], topics="Piger"
    )
    await manager.add_coach(
        server.staff, server.person("Søren"), age="34", topics="Skole", experience="Har prøvet det."
    )
    result = await server.call(await server.ask())
    assert da("error.no_coach_channel") in text_of(result)
