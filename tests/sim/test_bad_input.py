"""Texts that are empty, huge, reversed, piled up or full of mentions; and everything at the wrong time."""

import pytest

from bot.play.driver import button_labels, message_text, response, text_of
from tests.sim.server import BODY, HELPERS_NAME, TITLE, Press, Server, da, press, press_of, send_again
from tests.sim.visible import assert_unseen

EMPTY = {
    "spaces": "   \n\t ",
    "zero width": "\u200b\u200c\u2060\ufeff",
    "controls": "\u202e\u2066\u0007",
    "fillers": "\u3164\uffa0\u00ad",
}
ZALGO = "H" + "\u0335\u0321\u0322\u0316\u0317\u0318" * 20 + "jælp" + "\u0301" * 60
READABLE = {
    "right to left": "\u202eשלום עולם, مرحبا\u202c",
    "zalgo": ZALGO,
    "markdown": "# Stort\n**fed** ||skjult|| ```py\nkode```\n[link](https://example.org)",
    "emoji": "👨‍👩‍👧‍👦 ❤️ 🤷🏽‍♂️",
    "windows lines": "en\r\n\r\n\r\n\r\nto",
}


def mentions(server: Server) -> str:
    """A text that mentions everyone there is."""
    people = " ".join(server.person(name).mention for name in ("Malik", "Mette"))
    roles = " ".join(role.mention for role in server.world.guild.roles.values())
    return f"@everyone @here {people} <@!{server.person('Emil').id}> {roles} hvad siger I?"


class TestAsking:
    async def test_an_empty_question_is_given_back(self, server: Server) -> None:
        for text in EMPTY.values():
            refused = await server.preview(body=text)
            assert da("error.empty") in text_of(refused)
            assert TITLE in text_of(refused)
            assert refused.ephemeral
            refused = await server.preview(title=text)
            assert da("error.empty") in text_of(refused)
            assert BODY in text_of(refused)
            assert server.posts() == []

    async def test_whatever_can_be_read_can_be_asked(self, server: Server) -> None:
        for text in READABLE.values():
            preview = await server.preview(body=text, title="Titel " + text.splitlines()[0][:60])
            thread = await server.publish(preview)
            shown = server.texts_in(thread)[0]
            assert not set(shown) & set("\u202e\u202c\u200b\r")
            assert "\n\n\n" not in shown
            assert shown.count("\u0301") <= 4
            assert server.hands("Malik").starter(thread).embeds[0].description
            assert_unseen(server)

    async def test_four_thousand_characters_fit(self, server: Server) -> None:
        body = "Æ" * 4000
        thread = await server.ask(body=body, title="Ø" * 90)
        assert body in server.texts_in(thread)[0]
        assert thread.name == "Ø" * 90
        await server.call(thread)
        assert body in server.texts_in(server.case())[0]
        assert body in text_of(await server.inbox(title="Ø" * 90))
        await server.hands("Mette").slash(thread, "mod hide")
        await server.sweep()
        assert await server.bot.services.upkeep.threads_to_change() == []

    async def test_mentions_mention_and_ping_nobody(self, server: Server) -> None:
        text = mentions(server)
        thread = await server.publish(await server.preview(body=text, title=text[-80:]))
        stored = server.env.backend.get_message(thread.id, thread.id)
        shown = message_text(server.hands("Malik").starter(thread)) + (thread.name or "")
        assert not stored.ping_user_ids
        assert not stored.ping_role_ids
        assert not stored.mention_everyone
        for member in ("Malik", "Mette", "Emil"):
            assert str(server.person(member).id) not in shown
        assert "@everyone" not in shown
        assert "@here" not in shown
        assert "hvad siger I?" in shown

    async def test_a_form_handed_in_twice_is_one_draft(self, server: Server) -> None:
        hands = server.hands("Jonas")
        form = await hands.slash(server.lobby, "ask")
        filled = {"topic": "Piger", "title": TITLE, "body": BODY, "coach": da("ask.coach_no")}
        first, second = await send_again(hands, form, **filled)
        for preview in (first, second):
            await press(server, press_of(server, "Jonas", response(preview), da("ask.publish")))
        assert len(server.posts()) == 1

    async def test_a_topic_removed_meanwhile_gives_the_text_back(self, server: Server) -> None:
        hands = server.hands("Jonas")
        form = await hands.slash(server.lobby, "ask")
        preview = response(await server.preview())
        await drop_topic(server, "Piger")
        late = await hands.fill(form, topic="Piger", title=TITLE, body=BODY, coach=da("ask.coach_no"))
        for result in (late, await hands.press(preview, da("ask.publish"))):
            assert da("error.topic_gone") in text_of(result)
            assert BODY in text_of(result)
            assert TITLE in text_of(result)
        assert server.posts() == []
        again = await hands.press(preview, da("ask.edit"))
        mended = await hands.fill(again, topic="Venner", title=TITLE, body=BODY, coach=da("ask.coach_no"))
        await hands.press(response(mended), da("ask.publish"))
        assert len(server.posts()) == 1


class TestAnswering:
    async def test_an_empty_text_is_refused(self, server: Server) -> None:
        for text in EMPTY.values():
            thread = await server.ask()
            for told in (await server.answer(thread, text), await server.follow_up(thread, text)):
                assert da("error.empty") in text_of(told)
                assert told.ephemeral
            assert len(server.texts_in(thread)) == 1

    async def test_whatever_can_be_read_can_be_said(self, server: Server) -> None:
        for text in READABLE.values():
            thread = await server.ask()
            await server.answer(thread, text)
            await server.follow_up(thread, text)
            assert len(server.texts_in(thread)) == 3
            shown = "".join(server.texts_in(thread))
            assert not set(shown) & set("\u202e\u202c\u200b\r")
            assert_unseen(server)

    async def test_the_longest_texts_fit(self, server: Server) -> None:
        thread = await server.ask()
        await server.answer(thread, "Å" * 2000)
        await server.follow_up(thread, "Æ" * 4000)
        shown = server.texts_in(thread)
        assert "Å" * 2000 in shown[1]
        assert "Æ" * 4000 in shown[2]

    async def test_mentions_mention_and_ping_nobody(self, server: Server) -> None:
        thread = await server.ask()
        text = mentions(server)
        await server.answer(thread, text)
        await server.follow_up(thread, text)
        for message in list(server.env.backend.messages[thread.id].values())[1:]:
            assert not message.ping_user_ids
            assert not message.mention_everyone
        shown = "".join(server.texts_in(thread))
        assert str(server.person("Malik").id) not in shown
        assert "@everyone" not in shown


class TestTheLine:
    async def test_an_empty_text_is_refused_at_both_ends(self, server: Server) -> None:
        for text in EMPTY.values():
            await server.call(await server.ask())
            case = await server.accept()
            said = await server.hands("Søren").slash(case, "line reply", text=text)
            assert da("error.empty") in text_of(said)
            line = await server.in_inbox(da("button.line"))
            form = await server.hands("Jonas").press(response(line), da("button.line_write"))
            said = await server.hands("Jonas").fill(form, text=text)
            assert da("error.empty") in text_of(said)

    async def test_long_and_odd_texts_get_through_both_ways(self, server: Server) -> None:
        await server.call(await server.ask())
        case = await server.accept()
        for text in ("Ø" * 2000, mentions(server), *READABLE.values()):
            await server.hands("Søren").slash(case, "line reply", text=text)
            line = await server.in_inbox(da("button.line"))
            form = await server.hands("Jonas").press(response(line), da("button.line_write"))
            await server.hands("Jonas").fill(form, text=text)
        shown = "".join(server.texts_in(case))
        assert "Ø" * 2000 in shown
        assert str(server.person("Malik").id) not in shown
        for message in list(server.env.backend.messages[case.id].values())[1:]:
            assert not message.ping_user_ids
        assert_unseen(server)

    async def test_a_coach_form_handed_in_twice_is_one_message(self, server: Server) -> None:
        await server.call(await server.ask())
        case = await server.accept()
        form = await server.hands("Søren").slash(case, "line reply")
        await send_again(server.hands("Søren"), form, text="Kun én gang")
        line = await server.in_inbox(da("button.line"))
        assert text_of(line).count("Kun én gang") == 1
        form = await server.hands("Jonas").press(response(line), da("button.line_write"))
        await send_again(server.hands("Jonas"), form, text="Også kun én gang")
        assert sum("Også kun én gang" in text for text in server.texts_in(case)) == 1


class TestTooLate:
    """Buttons and forms of a question that is no more."""

    @pytest.mark.parametrize("end", ["withdrawn", "deleted"])
    async def test_every_button_says_that_it_is_gone(self, server: Server, end: str) -> None:
        thread = await server.ask()
        # What he still has before him, with the ids that its buttons carry.
        kept = response(await server.inbox())
        card = response(await server.coach_card(thread))
        token = press_of(server, "Jonas", kept, da("button.solve")).custom_id.split(":")[1]
        own = ["own", "follow_up", "summon", "solve", "withdraw", "line", "line_write"]
        ids = [f"{action}:{token}" for action in (*own, "line_end")]
        ids.append(press_of(server, "Jonas", card, da("button.call", name="Søren")).custom_id)
        starter = server.hands("Malik").starter(thread)
        public = [
            press_of(server, "Malik", starter, da(label)).custom_id
            for label in ("button.answer", "button.follow_up", "button.summon")
        ]
        if end == "withdrawn":
            await server.withdraw()
        else:
            await server.delete_by_hand(thread)
        gone = {da(f"error.{key}") for key in ("question_gone", "no_line", "case_over")}
        # What somebody else deleted stands in his inbox until he puts it away.
        gone.add(da("inbox.state_gone"))
        presses = [Press("Jonas", kept, i) for i in (*ids, *public)]
        presses += [Press("Malik", kept, i) for i in public]
        for one in presses:
            (result,) = await press(server, one)
            assert [note for note in gone if note in text_of(result)], (one.custom_id, text_of(result))

    async def test_forms_of_a_deleted_question_give_the_text_back(self, server: Server) -> None:
        thread = await server.ask()
        await server.call(thread)
        await server.accept()
        # From the inbox: what stood in the thread is gone with it.
        follow_up = await server.in_inbox(da("button.follow_up"))
        line = await server.in_inbox(da("button.line"))
        write = await server.hands("Jonas").press(response(line), da("button.line_write"))
        await server.delete_by_hand(thread)
        told = await server.hands("Jonas").fill(follow_up, text="Mit lange ord")
        assert da("error.question_gone") in text_of(told)
        assert "Mit lange ord" in text_of(told)
        told = await server.hands("Jonas").fill(write, text="Mit andet ord")
        assert da("error.line_closed") in text_of(told)
        assert "Mit andet ord" in text_of(told)

    async def test_an_answer_removed_meanwhile_takes_no_assist(self, server: Server) -> None:
        thread = await server.ask()
        await server.answer(thread)
        give = press_of(server, "Emil", thread.history()[-1], da("button.give"))
        choices = await server.person("Mette").autocomplete(thread, "mod hide", "answer", "")
        await server.hands("Mette").slash(thread, "mod hide", answer=choices[0]["value"])
        (result,) = await press(server, give)
        assert da("error.answer_gone") in text_of(result)
        assert da("board.nobody") in await server.board()

    async def test_a_button_of_a_forgotten_kind_is_explained(self, server: Server) -> None:
        listed = response(await server.hands("Jonas").slash(server.lobby, "coach"))
        (result,) = await press(server, Press("Jonas", listed, "from_an_older_version:abc"))
        assert da("error.question_gone") in text_of(result)


async def test_commands_in_the_wrong_channel_are_explained(server: Server) -> None:
    for who, command, key in (
        ("Malik", "assist answer", "not_in_thread"),
        ("Søren", "line reply", "not_in_case"),
        ("Søren", "line close", "not_in_case"),
        ("Mette", "mod hide", "not_in_thread"),
        ("Mette", "mod restore", "nothing_chosen"),
    ):
        result = await server.hands(who).slash(server.lobby, command)
        assert da(f"error.{key}") in text_of(result)
        assert result.ephemeral


@pytest.mark.parametrize("age", ["0", "17", "-5", "xx", "٣", "  "])
async def test_a_coachs_age_must_be_one(server: Server, age: str) -> None:
    hands = server.hands("Karen")
    form = await hands.slash(server.staff, "admin coach add", member=server.person("Oliver"))
    refused = await hands.fill(form, name="Oliver", age=age, topics="Alt", experience="Meget langt liv")
    assert da("error.coach_age", minimum=18, maximum=99) in text_of(refused)
    assert "Meget langt liv" in text_of(refused)
    assert "Oliver" not in text_of(await hands.slash(server.staff, "coach"))


async def test_the_preview_shows_what_will_stand_there(server: Server) -> None:
    preview = await server.preview(body=mentions(server), title="**Hej** @everyone")
    # The warning about the mentions is for him alone.
    card, _ = response(preview).embeds
    await server.hands("Jonas").press(response(preview), da("ask.publish"))
    (thread,) = server.posts()
    assert server.hands("Malik").starter(thread).embeds[0].to_dict() == card.to_dict()
    assert button_labels(server.env, thread.history()[0])
    assert HELPERS_NAME not in text_of(preview)


async def drop_topic(server: Server, name: str) -> None:
    """A manager takes a topic away."""
    choices = await server.person("Karen").autocomplete(server.staff, "admin forum drop-topic", "topic", name)
    await server.hands("Karen").slash(server.staff, "admin forum drop-topic", topic=choices[0]["value"])
