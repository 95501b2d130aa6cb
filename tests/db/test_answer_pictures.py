"""The picture of an answer is kept until Discord has it, or will never have it, and no longer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.services.deliveries import AnswerDelivery
from bot.services.identity import new_token
from bot.services.publishing import LEASE, Failure
from db.models import Answer, Post, PostState
from tests.db.club import ASKER, GUILD, HELPER, Club, Published

PICTURE = b"RIFF\x10\0\0\0WEBPVP8 pixels"


async def answered(
    club: Club, question: Published, *, form: str | None = None, text: str = "Sådan her"
) -> int:
    return await club.services.answers.answer(
        question.token, HELPER, form or new_token(), text, "Nordlys", PICTURE
    )


async def claimed(club: Club, post_id: int) -> AnswerDelivery:
    delivery = await club.services.publishing.claim(post_id)
    assert isinstance(delivery, AnswerDelivery)
    return delivery


async def row(club: Club, post_id: int) -> tuple[PostState, bytes | None]:
    post = await club.one(select(Post).where(Post.id == post_id))
    return post.state, post.picture


async def test_the_picture_goes_with_its_answer_and_is_dropped(club: Club) -> None:
    post_id = await answered(club, await club.ask())
    assert await row(club, post_id) == (PostState.PENDING, PICTURE)
    assert (await claimed(club, post_id)).picture == PICTURE
    await club.services.publishing.sent(post_id, club.snowflake())
    assert await row(club, post_id) == (PostState.SENT, None)


async def test_an_answer_without_one_has_none(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    assert (await claimed(club, post_id)).picture is None


async def test_a_form_sent_twice_keeps_one_picture(club: Club) -> None:
    question, form = await club.ask(), new_token()
    assert await answered(club, question, form=form) == await answered(club, question, form=form)
    assert len(await club.rows(select(Answer))) == 1
    assert [post.picture for post in await club.rows(select(Post).where(Post.form == form))] == [PICTURE]


async def test_a_try_that_may_have_got_through_keeps_it_for_the_next(club: Club) -> None:
    post_id = await answered(club, await club.ask())
    await claimed(club, post_id)
    club.clock.move(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    again = await claimed(club, post_id)
    assert again.envelope.retry
    assert again.picture == PICTURE
    await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
    assert await row(club, post_id) == (PostState.PENDING, PICTURE)


async def test_a_refusal_for_good_drops_it(club: Club) -> None:
    post_id = await answered(club, await club.ask())
    await claimed(club, post_id)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert await row(club, post_id) == (PostState.FAILED, None)


async def test_an_answer_that_is_cancelled_drops_it(club: Club) -> None:
    question = await club.ask()
    post_id = await answered(club, question)
    await club.services.questions.withdraw(question.token, ASKER)
    await club.services.publishing.claim(post_id)
    assert await row(club, post_id) == (PostState.CANCELLED, None)


async def test_a_thread_that_is_gone_drops_it(club: Club) -> None:
    question = await club.ask()
    post_id = await answered(club, question)
    await club.services.questions.mark_gone(question.thread_id)
    assert await club.services.publishing.claim(post_id) is None
    assert await row(club, post_id) == (PostState.CANCELLED, None)


@pytest.mark.parametrize("removed", [True, False])
async def test_moderation_never_brings_it_back(club: Club, removed: bool) -> None:
    question = await club.ask()
    post_id = await answered(club, question)
    await claimed(club, post_id)
    await club.services.publishing.sent(post_id, club.snowflake())
    (choice,) = await club.services.answers.choices(question.thread_id)
    await club.services.moderation.remove_answer(GUILD, choice.token)
    if not removed:
        await club.services.moderation.restore_answer(GUILD, choice.token)
    assert await row(club, post_id) == (PostState.SENT, None)
