"""What of a text gives its writer away."""

import pytest

from bot.services.telltales import Telltale, TelltaleKind, spot

SENTENCE = "Det tog mig et halvt år at fatte, at hun ikke ville mig"


def kinds(text: str, *names: str, player: str | None = None, own: tuple[str, ...] = ()) -> list[str]:
    return [str(found.kind) for found in spot(text, names, player, own)]


@pytest.mark.parametrize(
    "text",
    [
        "Spørg <@1300000000000000011>",
        "Det sagde <@!13>",
        "@malik ved det",
        "hej @everyone",
        "jeg så @… i går",
    ],
)
def test_a_mention_is_found(text: str) -> None:
    assert kinds(text) == ["mention"]


@pytest.mark.parametrize("text", ["Skriv til en@ven.dk", "Kl. 8 @ skolen", "<#123>", "Ingen her"])
def test_what_is_no_mention_is_not(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jeg hedder jonas", "Jonas"),
        ("JONAS er mig", "Jonas"),
        ("Jónas er mig", "Jonas"),
        ("Det er Soren.", "Søren"),
        ("Mit navn er Åge", "Age"),
        ("Jonas' kæreste", "Jonas"),
        ("Kalles bror", "Kalle"),
        ("Folk kalder mig kalle-kanin", "Kalle Kanin"),
        ("Kanin er jeg", "Kalle Kanin"),
        ("Jeg er jonas_2009", "jonas_2009"),
        ("Jonas her", "jonas_2009"),
        ("Hej\nJonas\nher", "Jonas"),
    ],
)
def test_a_name_is_found_whatever_its_dress(text: str, name: str) -> None:
    assert set(kinds(text, name)) == {"name"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jonassen bor der", "Jonas"),
        ("Bo bor der", "Bo"),
        ("Min bror er sej", "Den Seje"),
        ("Den bil er vild", "Den Vilde"),
        ("2009 var et godt år", "jonas_2009"),
        ("Intet", "🔥🔥🔥"),
        ("Intet", ""),
    ],
)
def test_other_words_are_no_name(text: str, name: str) -> None:
    assert kinds(text, name) == []


def test_a_player_name_is_found_as_a_whole() -> None:
    assert kinds("Nordlys skriver igen", player="Nordlys") == ["player_name"]
    assert kinds("Den bil", player="Den Blå") == []


def test_a_sentence_published_before_is_found() -> None:
    answer = f"Hør her. {SENTENCE}! Held og lykke."
    assert spot(f"Nå. {SENTENCE.upper()}", (), None, [answer]) == [
        Telltale(TelltaleKind.SENTENCE, SENTENCE.upper())
    ]
    assert kinds("Held og lykke.", own=(answer,)) == []
    assert kinds(SENTENCE + " mere", own=(answer,)) == []


def test_each_is_told_once() -> None:
    found = spot("Jonas og jonas og JONAS", ["Jonas", "jonas", "Jonas "], None, ())
    assert [one.found for one in found] == ["Jonas"]


def test_a_long_text_of_nothing_is_read_quickly() -> None:
    assert spot("a " * 2000, ["a b c d e f"], "x" * 32, ["b. " * 700] * 300) == []
