"""The screen as a whole: spellings, personal data, and that it is quick, pure and never fails."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening import screen_lines
from bot.services.safety import Risk, explain, screen
from bot.services.safety.normalise import fold, folded, pieces
from tests.unit.walls import ROOT

_SPELLINGS = [
    "jeg vil dø",
    "JEG VIL DØ",
    "jeg vil døøøøø",
    "jeg vil doe",
    "jegvildø",
    "j e g v i l d ø",
    "jeg vil d\u200bø",
    "jeg vil begå s3lvm0rd",
    "jeg vil begå s.e.l.v.m.o.r.d",
    "jeg vil begå slevmord",
    "jeg vil begaa selvmord",
    "i wanna kms",
    "im gonna unalive myself",
]
_HARMLESS = [
    "jeg dør af grin",
    "dræbte ham i fortnite",
    "fik en overdosis af kaffe",
    "vi tager en selvmordsmission i CS",
    "vil gerne skære ned på sukker",
    "jeg har IKKE selvmordstanker",
    "hvordan spørger man en pige ud",
]
_BLAND = """
Kun én gang
Det er mig
the file name
Læs mere
Min far drikker igen
Tag én aflevering. Den korteste.
Jeg har ikke kørekort endnu.
Ja
Nej tak
Det ved jeg ikke
Jeg skriver til dig i aften
Vi ses i morgen
Han kommer hjem på søndag
Det var hårdt for mig også
Spørg hende, hvad hun selv vil.
Jeg sad alene i frikvarteret hele 8. klasse. Nu har jeg tre gode venner.
Hvor lang tid skal jeg vente?
Jeg kan ikke sove før en kamp
Prøv at sige det til din klasselærer
Hun svarer ikke på mine beskeder
Jeg blev færdig med opgaven i nat
Det er snart overstået
Jeg har tænkt over det i to uger
Hvem kan jeg ringe til om SU?
Mit hold tabte 4-0 og træneren var rasende
Min kæreste har slået op
Hvad gør man, når ens bedste ven flytter?
Jeg er ikke god nok til matematik
Send den, før du fortryder
Gå en tur. Tag hunden med.
Jeg tog toget hjem i stedet
Kan du huske koden til døren?
Vi mødes ved broen klokken fem
Jeg skal have blodprøve på fredag
Tak for svaret, det hjalp
Mor og far skændes om penge
Min storebror har lånt min cykel uden at spørge
I går fik jeg endelig sagt det
Det er svært at være ny på en skole
Hvor meget protein skal man have?
Jeg vil gerne stoppe til fodbold
Er der nogen, der har prøvet efterskole?
Alle kigger, når jeg skal læse op
Den sidste uge har været lang
Sluk telefonen klokken ti
how do I ask for more shifts
my parents won't let me go to the concert
I finally told her
see you at practice
New topic
Delete this channel
Your answer was sent
Vælg et emne
Dit svar er slået op
Skriv mindst ti tegn
Jeg fik nej. Det gik.
Han er flink, når man lærer ham at kende
Bare vent til i morgen
Så fandt jeg et job i Netto
Du er ikke den eneste
""".strip().splitlines()
_LEVELS = [
    ("Jeg tager mit liv i aften. Jeg har pillerne klar.", Risk.ACUTE),
    ("jeg gør det i nat, har skrevet afskedsbrev", Risk.ACUTE),
    ("Min far slår mig hver dag", Risk.ACUTE),
    ("Jeg orker ikke mere. Nogle gange vil jeg bare ikke vågne igen.", Risk.CONCERN),
]
_DATA = [
    ("mit cpr er 140107-9471", "cpr", "140107-9471"),
    ("cpr nul et nul to nul tre bindestreg fire fem seks syv", "cpr", None),
    ("ring på +45 22 90 61 37", "phone", "+45 22 90 61 37"),
    ("mit nummer er to otte fire en syv ni nul tre", "phone", "to otte fire en syv ni nul tre"),
    ("tast enogtyve fyrre femten otteogtres", "phone", "enogtyve fyrre femten otteogtres"),
    ("ring på +46 70 123 45 67", "phone", "+46 70 123 45 67"),
    ("skriv til kasper snabel-a hotmail punktum dk", "email", "kasper snabel-a hotmail punktum dk"),
    ("noah.lind(at)outlook(dot)dk", "email", "noah.lind(at)outlook(dot)dk"),
    ("bor Tagensvej 188, 3. th, 2400 København NV", "address", "Tagensvej 188, 3. th, 2400 København NV"),
    ("kom til Skovbakken 27 i Vejle", "address", "Skovbakken 27"),
    ("ham der hedder Jonas Krag Mølgaard", "full_name", "Jonas Krag Mølgaard"),
    ("går på Rosborg Gymnasium i år", "school_or_workplace", "Rosborg Gymnasium"),
    ("jeg arbejder i Rema 1000 i Nykøbing", "school_or_workplace", "Rema 1000 i Nykøbing"),
    ("mit snap er felix_grd skriv", "social_handle", "felix_grd"),
    ("han hedder @jenny_love2007 på insta", "social_handle", "@jenny_love2007"),
    ("se https://www.tiktok.com/@bmxbastian nu", "url_profile", "https://www.tiktok.com/@bmxbastian"),
    ("bilen med plade CX 41 882 kørte", "plate", "CX 41 882"),
    ("kortet 4571 9345 9495 5503 virker", "card_number", "4571 9345 9495 5503"),
]
_NO_DATA = [
    "ring 112 eller 116 111, eller 70 201 201",
    "skriv til noreply@mitid.dk",
    "ordrenummer 45127789 er ikke kommet",
    "fortnite map kode 6570-5231-1418",
    "det er den 14.03.2025 kl. 18.00",
    "den koster 12.500 kr",
    "Mette Frederiksen og Lionel Messi",
    "jeg bor i København på Vesterbro",
    "jeg hedder Oskar og går i 8. klasse på en folkeskole",
    "se https://www.dr.dk/nyheder/indland",
    "er ansat i Netto",
]


@pytest.mark.parametrize("text", _SPELLINGS, ids=range(len(_SPELLINGS)))
def test_however_it_is_spelled(text: str) -> None:
    assert max(finding.risk for finding in explain(text)) is Risk.ACUTE
    assert screen(text).risk is Risk.ACUTE


@pytest.mark.parametrize("text", _HARMLESS, ids=range(len(_HARMLESS)))
def test_what_is_only_said_so(text: str) -> None:
    assert screen(text).risk is Risk.NONE


@pytest.mark.parametrize("text", _BLAND, ids=range(len(_BLAND)))
def test_nobody_is_called_to_what_everybody_says(text: str) -> None:
    assert screen(text).risk is Risk.NONE


@pytest.mark.parametrize(("text", "risk"), _LEVELS, ids=range(len(_LEVELS)))
def test_what_is_meant_is_taken_for_what_it_is(text: str, risk: Risk) -> None:
    assert screen(text).risk is risk


def test_an_idiom_does_not_hide_what_is_meant() -> None:
    assert screen("jeg dør af grin over den film. men jeg vil begå selvmord i nat").risk is Risk.ACUTE


def test_reasons_are_given_for_the_level() -> None:
    assert "suicidal_thoughts" in screen("jeg vil dø i nat").reasons
    assert screen("hej").reasons == screen("jeg dør af grin").reasons == ()


@pytest.mark.parametrize(
    ("text", "kind", "piece"), _DATA, ids=[f"{kind}-{n}" for n, (_, kind, _) in enumerate(_DATA)]
)
def test_personal_data_is_found_where_it_stands(text: str, kind: str, piece: str | None) -> None:
    (found,) = screen(text).personal_data
    assert (found.kind.value, text[found.start : found.end]) == (kind, found.text)
    assert piece is None or found.text == piece


@pytest.mark.parametrize("text", _NO_DATA, ids=range(len(_NO_DATA)))
def test_what_is_no_personal_data(text: str) -> None:
    assert screen(text).personal_data == ()


def test_folding_keeps_danish_letters_apart() -> None:
    assert [fold(word) for word in ("DØ", "å", "é", "s\u00adkær")] == ["doe", "aa", "e", "skaer"]


def test_a_text_is_taken_apart_into_words_and_ends_of_sentences() -> None:
    assert pieces("🔪 Jeg vil, d.ø. d ø d e! 3.5 kl. 7") == [
        *("🔪", "Jeg", "vil", "d", "ø", ".", "d ø d e", "!", "3", "5", "kl", ".", "7")
    ]
    assert [folded(word) for word in ("s.e.l.v", "d ø d e", "s*e_x")] == ["selv", "doede", "sex"]


@given(st.text(max_size=300))
def test_any_text_is_judged_and_every_piece_is_in_it(text: str) -> None:
    screening = screen(text)
    assert all(text[found.start : found.end] == found.text != "" for found in screening.personal_data)
    assert screen(text) == screening


def test_threads_do_not_disturb_each_other() -> None:
    texts = [*_SPELLINGS, *_HARMLESS] * 3
    alone = [screen(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(screen, texts)) == alone


def test_lines_are_judged_one_by_one_and_bad_ones_are_named() -> None:
    output, errors = StringIO(), StringIO()
    lines = ['{"text": "ring 22 33 44 55"}', "", "nonsense", '{"x": 1}', "[]", '{"text": "hej"}']
    assert not screen_lines(lines, output, errors)
    first, second = map(json.loads, output.getvalue().splitlines())
    assert first == {
        "risk": "none",
        "reasons": [],
        "personal_data": [{"type": "phone", "text": "22 33 44 55", "start": 5, "end": 16}],
    }
    assert second == {"risk": "none", "reasons": [], "personal_data": []}
    assert [line.partition(":")[0] for line in errors.getvalue().splitlines()] == [
        "Line 3",
        "Line 4",
        "Line 5",
    ]
    assert "nonsense" not in errors.getvalue()


def test_the_command_needs_no_configuration_and_goes_on_after_bad_bytes() -> None:
    sent = b'\xff\n{"text": "jeg vil d\xc3\xb8"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "bot", "screen"], input=sent, capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["risk"] == "acute"
    assert done.stderr.decode().startswith("Line 1: ")
