"""Seals open for the right key and row only, and tell nothing when closed."""

import logging
import os
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.identity import Identity, KeyFormatError, Keys, Purpose, UnknownKeyError, new_token

# The first bit of a Discord id will be 0 until the year 2084.
SNOWFLAKES = st.integers(min_value=1, max_value=2**63 - 1)
KEYS = Keys.new()
IDENTITY = Identity(KEYS)


@given(member=SNOWFLAKES, other=SNOWFLAKES)
def test_seal_holds_its_member_and_nobody_else(member: int, other: int) -> None:
    seal = IDENTITY.seal_member(member, "row")
    assert IDENTITY.is_member(seal, "row", member)
    assert IDENTITY.is_member(seal, "row", other) == (member == other)
    assert IDENTITY.open_member(seal, "row", Purpose.SHOW_PLAYER) == member


@given(member=SNOWFLAKES, other=SNOWFLAKES)
def test_seals_of_one_member_look_like_those_of_two(member: int, other: int) -> None:
    first, second, third = (IDENTITY.seal_member(who, "row") for who in (member, member, other))
    assert len({first, second, third}) == 3
    assert len(first) == len(second) == len(third)
    # The fingerprint of the key is all that any two have in common at the front.
    assert first[:4] == third[:4]
    assert first[4:16] != second[4:16]


@given(text=st.text())
def test_text_comes_back_as_it_was(text: str) -> None:
    assert IDENTITY.open_text(IDENTITY.seal_text(text, "row"), "row") == text


def test_destroyed_seal_holds_nobody() -> None:
    assert not IDENTITY.is_member(None, "row", 1)


def test_seal_moved_to_another_row_does_not_open() -> None:
    seal = IDENTITY.seal_member(1, "row")
    with pytest.raises(UnknownKeyError):
        IDENTITY.is_member(seal, "other row", 1)


def test_members_seal_is_no_text() -> None:
    with pytest.raises(UnknownKeyError):
        IDENTITY.open_text(IDENTITY.seal_member(1, "row"), "row")


@pytest.mark.parametrize("position", [0, 4, 15, 16, -1])
def test_seal_that_was_tampered_with_does_not_open(position: int) -> None:
    seal = bytearray(IDENTITY.seal_member(1, "row"))
    seal[position] ^= 1
    with pytest.raises(UnknownKeyError):
        IDENTITY.is_member(bytes(seal), "row", 1)


@pytest.mark.parametrize("length", [0, 3, 4, 8, 15, 16, 20])
def test_seal_that_was_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(UnknownKeyError):
        IDENTITY.is_member(IDENTITY.seal_member(1, "row")[:length], "row", 1)


def test_other_key_opens_nothing() -> None:
    with pytest.raises(UnknownKeyError, match="MITASSIST_SEAL_KEYS"):
        Identity(Keys.new()).is_member(IDENTITY.seal_member(1, "row"), "row", 1)


def test_new_key_first_and_old_one_kept_opens_old_and_new() -> None:
    new = Keys.new()
    rotated = Identity(Keys((new.seal[0], KEYS.seal[0]), KEYS.member))
    old_seal, new_seal = IDENTITY.seal_member(1, "row"), rotated.seal_member(1, "row")
    assert rotated.is_member(old_seal, "row", 1)
    assert rotated.is_member(new_seal, "row", 1)
    assert Identity(Keys(new.seal, KEYS.member)).is_member(new_seal, "row", 1)
    assert rotated.member_key(1, 2) == IDENTITY.member_key(1, 2)
    with pytest.raises(UnknownKeyError):
        IDENTITY.is_member(new_seal, "row", 1)


def test_a_members_own_are_found_among_many() -> None:
    seals: list[tuple[str, bytes | None]] = [(str(n), IDENTITY.seal_member(n % 3, str(n))) for n in range(9)]
    seals.append(("destroyed", None))
    assert IDENTITY.mine(seals, 1) == {"1", "4", "7"}
    assert IDENTITY.mine(seals, 9) == set()


def test_seal_that_no_key_opens_does_not_hide_the_others(caplog: pytest.LogCaptureFixture) -> None:
    lost = Identity(Keys.new()).seal_member(1, "lost")
    with caplog.at_level(logging.ERROR):
        assert IDENTITY.mine([("lost", lost), ("kept", IDENTITY.seal_member(1, "kept"))], 1) == {"kept"}
    assert "MITASSIST_SEAL_KEYS" in caplog.text


def test_each_opening_is_counted_under_its_purpose() -> None:
    identity = Identity(KEYS)
    seal = identity.seal_member(1, "row")
    identity.is_member(seal, "row", 1)
    identity.open_member(seal, "row", Purpose.SHOW_PLAYER)
    identity.open_text(identity.seal_text("x", "row"), "row")
    assert identity.openings == {Purpose.COMPARE: 1, Purpose.SHOW_PLAYER: 1, Purpose.READ_LINE: 1}


def test_no_opening_is_lost_between_threads() -> None:
    """A counter whose steps let another thread in between loses most of these."""
    identity, threads, each = Identity(KEYS), 4, 50
    seal = identity.seal_member(1, "row")
    identity._openings = _Yielding()  # pyright: ignore[reportPrivateUsage] # what it counts with

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(identity.mine, [("row", seal)] * each, 1) for _ in range(threads)]:
            done.result()
    assert identity.openings == {Purpose.COMPARE: threads * each}


class _Yielding(Counter[Purpose]):
    """A counter that lets other threads run between reading and writing, as any may."""

    def __getitem__(self, purpose: Purpose) -> int:
        found = super().__getitem__(purpose)
        os.sched_yield()
        return found


@given(guild=SNOWFLAKES, other=SNOWFLAKES, member=SNOWFLAKES)
def test_member_key_is_stable_and_of_one_server(guild: int, other: int, member: int) -> None:
    key = IDENTITY.member_key(guild, member)
    assert key == Identity(KEYS).member_key(guild, member)
    assert len(key) == 32
    assert (key == IDENTITY.member_key(other, member)) == (guild == other)
    assert key != Identity(Keys.new()).member_key(guild, member)
    assert member.to_bytes(8) not in key


def test_voter_key_is_of_one_question_and_is_not_the_member_key() -> None:
    first, second = new_token(), new_token()
    assert IDENTITY.voter_key(first, 1) == IDENTITY.voter_key(first, 1)
    keys = {IDENTITY.voter_key(first, 1), IDENTITY.voter_key(second, 1), IDENTITY.voter_key(first, 2)}
    assert len(keys | {IDENTITY.member_key(1, 1)}) == 4


def test_a_member_follows_under_another_key_than_he_votes() -> None:
    """The asker votes: with one key for both, the database would say which follower he is."""
    first, second = new_token(), new_token()
    keys = {
        IDENTITY.follower_key(first, 1),
        IDENTITY.follower_key(second, 1),
        IDENTITY.follower_key(first, 2),
    }
    assert len(keys | {IDENTITY.voter_key(first, 1), IDENTITY.member_key(1, 1)}) == 5


def test_keys_survive_the_env_file() -> None:
    two = Keys((KEYS.seal[0], Keys.new().seal[0]), KEYS.member)
    found = two.environment()
    assert Keys.parse(found["MITASSIST_SEAL_KEYS"], found["MITASSIST_MEMBER_KEY"]) == two
    assert Keys.parse(found["MITASSIST_SEAL_KEYS"].replace(",", " , "), found["MITASSIST_MEMBER_KEY"]) == two
    assert Keys.new() != Keys.new()


def test_every_wrong_key_is_named() -> None:
    with pytest.raises(KeyFormatError) as refused:
        Keys.parse("???", "")
    assert refused.value.problems == [
        ("MITASSIST_SEAL_KEYS", "something that is not base64"),
        ("MITASSIST_MEMBER_KEY", "nothing"),
    ]


def test_keys_do_not_show_themselves() -> None:
    for shown in (repr(KEYS), str(KEYS), repr(IDENTITY), f"{IDENTITY.openings}"):
        for key in (*KEYS.seal, KEYS.member):
            assert repr(key)[2:-1] not in shown
            assert key.hex() not in shown


def test_tokens_are_random_and_fit_a_custom_id() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {22}
    assert secrets.compare_digest(new_token(), new_token()) is False
