"""What members type, before anyone else sees it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import MemberError
from bot.services.wording import NAME_KEY_MAX, clean, clean_line, name_key

# Characters that tricks are made of, beside any others.
TRICKS = [*"@<>!&#`*_~|\n\t \r\u00a0\u200b\u200d\u202e\u0301\u0308\u034f\u20dd", "@here", "@everyone", "<@1>"]
TEXT = st.lists(st.sampled_from(TRICKS) | st.text(max_size=3), max_size=40).map("".join)


def _cleaned(text: str) -> str | None:
    try:
        return clean(text, 10_000)
    except MemberError:
        return None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n\t\r\n",
        "\u200b\u200b",
        "\u200d\ufeff\u2060",
        "\u00ad",
        "\u3164",
        "\u115f\u1160",
        "\u2800",
        "\u202e\u2066",
        "\u0301\u0301",
        "\u00a0\u2003",
        "\x00",
    ],
)
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(MemberError) as refused:
        clean(text, 100)
    assert (refused.value.key, refused.value.typed) == ("error.empty", text)


def test_longest_text_fits_and_one_more_does_not() -> None:
    assert clean("å" * 4000, 4000) == "å" * 4000
    with pytest.raises(MemberError) as refused:
        clean("x" * 4001, 4000)
    assert (refused.value.key, refused.value.typed) == ("error.too_long", "x" * 4001)
    assert refused.value.values == {"limit": 4000, "length": 4001}


def test_what_is_taken_out_does_not_count() -> None:
    assert clean("x" * 4000 + "\u200b" * 50 + "   ", 4000) == "x" * 4000


@pytest.mark.parametrize(
    "text",
    [
        "Jeg er **helt** væk, *måske* ~~ikke~~ ||sådan|| `kode`",
        "> citat\n- liste\n# overskrift",
        "```\nkode\n```",
        "æøå ÆØÅ é ü ß",
        "שלום, מה שלומך?",
        "مرحبا كيف حالك",
        "हिन्दी में",
        "ภาษาไทย",
        "👨‍👩‍👧‍👦 👍🏽 ❤️‍🔥 🏳️‍🌈 1️⃣",
        "🫩",  # newer than the tables of older Pythons
        "en\n\nto",
        "kl. 12:00 <3 a@b.dk <#123> </ask:5>",
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert clean(text, 4000) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  hej  ", "hej"),
        ("hej   \r\ndu\r", "hej\ndu"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n \n \n \nb", "a\n\nb"),
        ("a\tb", "a b"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("ab\u202ecd\u2066ef\u200f", "abcdef"),
        ("שלום\u202e hej", "שלום hej"),
        ("a\x00b\x1bc\x7f", "abc"),
    ],
)
def test_what_is_untidy_is_tidied(text: str, shown: str) -> None:
    assert clean(text, 4000) == shown


@pytest.mark.parametrize("mark", ["\u0301", "\u0336", "\u0488", "\u20dd"])
@pytest.mark.parametrize("between", ["", "\u200d", "\u034f", "\u200b"])
def test_zalgo_is_thinned(mark: str, between: str) -> None:
    result = clean("z" + f"{mark}{between}" * 50 + "a", 4000)
    assert len([char for char in result if unicodedata.category(char).startswith("M")]) <= 3
    assert result[0] in "zź"
    assert result[-1] == "a"


@pytest.mark.parametrize(
    "text",
    [
        "<@123456789012345678>",
        "<@!123456789012345678>",
        "<@&123456789012345678>",
        "@everyone",
        "@here",
        "@every\u200bone",
        "@\u200beveryone",
        "<@\u200b1>",
        "<\u202e@1>",
        "@@everyoneeveryone",
        "<@<@1>2>",
        "@he@herere",
    ],
)
def test_nobody_is_mentioned(text: str) -> None:
    result = clean(f"hej {text} du", 4000)
    assert result.startswith("hej ")
    for mention in ("@everyone", "@here", "<@1", "<@!", "<@&", "<@2"):
        assert mention not in result


@given(text=TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    result = _cleaned(text)
    if result is not None:
        assert _cleaned(result) == result


@given(text=TEXT)
def test_cleaning_never_makes_a_text_longer(text: str) -> None:
    result = _cleaned(text)
    # A few letters are two when they are written in full, as NFC does.
    assert result is None or len(result) <= len(unicodedata.normalize("NFC", text))


@given(text=TEXT)
def test_cleaned_text_pings_nobody_and_hides_nothing(text: str) -> None:
    result = _cleaned(text) or "x"
    assert result == result.strip()
    assert "@everyone" not in result
    assert "@here" not in result
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in result if char != "\n")
    assert not any(unicodedata.bidirectional(char) in ("RLO", "LRO", "RLI", "RLE", "PDF") for char in result)


@given(text=TEXT)
def test_line_is_one_line(text: str) -> None:
    if _cleaned(text) is not None:
        result = clean_line(text, 10_000)
        assert result == " ".join(result.split())
        assert clean_line(result, 10_000) == result


def test_line_joins_what_stood_on_several() -> None:
    assert clean_line(" a\n\n b \u2028 c \u200b d ", 100) == "a b c d"


def test_refused_line_gives_back_what_was_typed() -> None:
    with pytest.raises(MemberError) as refused:
        clean_line("  x \n y  ", 2)
    assert refused.value.typed == "  x \n y  "


@pytest.mark.parametrize(
    ("one", "other"),
    [("Nordlys", "NORDLYS"), ("Nord lys", "nord-lys"), ("Ås", "as"), ("ﬁsk", "fisk"), ("Straße", "STRASSE")],
)
def test_names_that_read_alike_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(name=st.text(max_size=32))
def test_key_of_a_name_fits_its_column(name: str) -> None:
    assert len(name_key(name)) <= NAME_KEY_MAX
