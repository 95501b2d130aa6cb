"""The private line between an asker and his coach."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.deliveries import CaseTextDelivery
from bot.services.identity import new_token
from bot.services.publishing import Failure
from bot.services.wording import ANSWER_MAX
from db.models import LineMessage, Post
from tests.db.club import ASKER, COACH, GUILD, HELPER, SECOND_COACH, Club, Published, refusal


async def _line(club: Club) -> tuple[Published, str, int]:
    question = await club.ask()
    token, thread_id = await club.on_the_line(question)
    await club.deliver_all()
    return question, token, thread_id


async def test_both_ends_write_and_each_reads_the_other(club: Club) -> None:
    question, token, _ = await _line(club)
    post_id = await club.services.lines.from_asker(question.token, ASKER, new_token(), "Er du\u200b der?")
    assert post_id is not None
    delivery = await club.services.publishing.claim(post_id)
    assert isinstance(delivery, CaseTextDelivery)
    assert delivery.body == "Er du der?"
    assert str(ASKER) not in repr(delivery)
    await club.services.lines.from_coach(token, COACH, new_token(), "Ja.")
    line = await club.services.lines.read(question.token, ASKER)
    assert (line.coach, line.open) == ("Søren", True)
    assert [(entry.from_coach, entry.text, entry.new) for entry in line.entries] == [
        (False, "Er du der?", False),
        (True, "Ja.", True),
    ]


async def test_what_is_read_is_no_longer_new(club: Club) -> None:
    question, token, _ = await _line(club)
    await club.services.lines.from_coach(token, COACH, new_token(), "Ja.")
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert (item.unread, item.coach) == (1, "Søren")
    assert (await club.look(question.token, ASKER)).unread == 1
    await club.services.lines.read(question.token, ASKER)
    # Whether Discord showed it to him is another matter.
    assert (await club.look(question.token, ASKER)).unread == 1
    await club.read_line(question.token)
    (entry,) = (await club.services.lines.read(question.token, ASKER)).entries
    assert not entry.new
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.unread == 0


@pytest.mark.parametrize("length", [10, 1500, ANSWER_MAX])
async def test_a_long_line_is_read_page_by_page_from_the_first_he_has_not_seen(
    club: Club, length: int
) -> None:
    question, token, _ = await _line(club)
    wrote = [f"Brev {number} ".ljust(length, "x") for number in range(40)]
    for text in wrote:
        await club.services.lines.from_coach(token, COACH, new_token(), text)
    unread, read = 40, list[str]()
    while unread:
        line = await club.read_line(question.token)
        assert all(entry.new for entry in line.entries)
        read += [entry.text for entry in line.entries]
        unread -= len(line.entries)
        assert (await club.look(question.token, ASKER)).unread == unread
    assert read == wrote
    last = await club.read_line(question.token)
    assert last.page == last.pages - 1
    assert last.entries[-1].text == wrote[-1]
    first = await club.services.lines.read(question.token, ASKER, 0)
    assert (first.page, first.pages, first.entries[0].text) == (0, last.pages, wrote[0])
    assert (await club.services.lines.read(question.token, ASKER, 99)).page == last.page


async def test_texts_are_sealed_where_they_lie(club: Club) -> None:
    question, token, _ = await _line(club)
    await club.services.lines.from_asker(question.token, ASKER, new_token(), "hemmelighed")
    await club.services.lines.from_coach(token, COACH, new_token(), "hemmelighed")
    for message in await club.rows(select(LineMessage)):
        assert b"hemmelighed" not in message.sealed_body
    assert all("hemmelighed" not in (post.body or "") for post in await club.rows(select(Post)))


async def test_forms_sent_twice_are_one_message(club: Club) -> None:
    question, token, _ = await _line(club)
    first, second = new_token(), new_token()
    lines = club.services.lines
    await asyncio.gather(*(lines.from_coach(token, COACH, first, "Ja.") for _ in range(5)))
    posts = await asyncio.gather(*(lines.from_asker(question.token, ASKER, second, "Tak") for _ in range(5)))
    assert len([post_id for post_id in posts if post_id is not None]) == 1
    assert len((await lines.read(question.token, ASKER)).entries) == 2


@pytest.mark.parametrize(("text", "key"), [("\u200b", "empty"), ("x" * 2001, "too_long")])
async def test_refused_text_is_given_back_to_both_ends(club: Club, text: str, key: str) -> None:
    question, token, _ = await _line(club)
    with refusal(key) as refused:
        await club.services.lines.from_coach(token, COACH, new_token(), text)
    assert refused.value.typed == text
    with refusal(key) as refused:
        await club.services.lines.from_asker(question.token, ASKER, new_token(), text)
    assert refused.value.typed == text


async def test_nobody_else_gets_on_the_line(club: Club) -> None:
    question, token, thread_id = await _line(club)
    lines = club.services.lines
    with refusal("not_your_case") as refused:
        await lines.from_coach(token, SECOND_COACH, new_token(), "Hej")
    assert refused.value.typed == "Hej"
    with refusal("not_your_case"):
        await lines.case_in(thread_id, SECOND_COACH)
    with refusal("not_your_case"):
        await lines.check_coach(token, HELPER)
    for nosy in (HELPER, COACH):
        with refusal("not_asker"):
            await lines.read(question.token, nosy)
        with refusal("not_asker"):
            await lines.check_asker(question.token, nosy)
        with refusal("not_asker"):
            await lines.from_asker(question.token, nosy, new_token(), "Hej")


async def test_coach_finds_his_case_by_its_thread_and_by_any_message_in_it(club: Club) -> None:
    question, token, thread_id = await _line(club)
    post_id = await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej")
    post = await club.one(select(Post).where(Post.id == post_id))
    case = await club.services.lines.case_in(thread_id, COACH)
    for known in (case, token, post.token):
        await club.services.lines.check_coach(known, COACH)
    with refusal("not_in_case"):
        await club.services.lines.case_in(club.snowflake(), COACH)


async def test_line_opens_when_the_coach_accepts(club: Club) -> None:
    question = await club.ask()
    with refusal("no_line"):
        await club.services.lines.read(question.token, ASKER)
    token, _ = await club.call(question)
    with refusal("no_line") as refused:
        await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej")
    assert refused.value.typed == "Hej"
    with refusal("accept_first"):
        await club.services.lines.from_coach(token, COACH, new_token(), "Hej")
    with refusal("case_over"):
        await club.services.lines.check_coach("unknown", COACH)


async def test_closed_line_can_be_read_and_not_written(club: Club) -> None:
    question, token, _ = await _line(club)
    await club.services.lines.from_coach(token, COACH, new_token(), "Ja.")
    await club.services.summons.close_as_asker(question.token, ASKER)
    line = await club.services.lines.read(question.token, ASKER)
    assert not line.open
    assert [entry.text for entry in line.entries] == ["Ja."]
    with refusal("line_closed"):
        await club.services.lines.check_asker(question.token, ASKER)
    with refusal("line_closed") as refused:
        await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej")
    assert refused.value.typed == "Hej"
    with refusal("case_over") as refused:
        await club.services.lines.from_coach(token, COACH, new_token(), "Hej")
    assert refused.value.typed == "Hej"


async def test_message_that_discord_refused_is_marked_as_such(club: Club) -> None:
    question, _, _ = await _line(club)
    for text in ("Kom frem", "Kom ikke frem"):
        post_id = await club.services.lines.from_asker(question.token, ASKER, new_token(), text)
        assert post_id is not None
        if text == "Kom frem":
            await club.deliver(post_id)
        else:
            await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    entries = (await club.services.lines.read(question.token, ASKER)).entries
    assert [(entry.text, entry.failed) for entry in entries] == [("Kom frem", False), ("Kom ikke frem", True)]
