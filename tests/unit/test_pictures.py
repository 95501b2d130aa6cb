"""A picture that is made anew says nothing but what can be seen in it; anything else is refused."""

import contextlib
import io
import re
import struct
import zlib
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin

from bot.errors import MemberError
from bot.services import pictures

CANARY = b"KALLE-KANIN-55.6761N"
RED, WHITE, BLUE = (220, 20, 20), (255, 255, 255), (20, 20, 220)

# Pillow warns of an odd EXIF block and reads on; the warning names a tag's number and nothing else.
ODD_EXIF = pytest.mark.filterwarnings("ignore::UserWarning")


def drawn(width: int = 64, height: int = 48) -> Image.Image:
    """A picture with a corner that tells which way is up."""
    picture = Image.new("RGB", (width, height), BLUE)
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=RED)
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture


def exif(orientation: int = 1) -> bytes:
    """What a telephone writes: maker, place, and an older, smaller version of the picture."""
    thumbnail = saved(drawn(16, 16), "JPEG", comment=CANARY)
    maker = CANARY + b"\0"
    at = 8 + (2 + 3 * 12 + 4) + (2 + 4 * 12 + 4) + (2 + 2 * 12 + 4)
    ifd0, gps, ifd1 = 8, 8 + 42, 8 + 42 + 54
    return (
        b"Exif\0\0II*\0"
        + struct.pack("<I", ifd0)
        + struct.pack("<H", 3)
        + struct.pack("<HHII", 0x010F, 2, len(maker), at)
        + struct.pack("<HHII", 0x0112, 3, 1, orientation)
        + struct.pack("<HHII", 0x8825, 4, 1, gps)
        + struct.pack("<I", ifd1)
        + struct.pack("<H", 4)
        + struct.pack("<HHI4s", 1, 2, 2, b"N\0\0\0")
        + struct.pack("<HHII", 2, 5, 3, at + len(maker) + len(thumbnail))
        + struct.pack("<HHI4s", 3, 2, 2, b"E\0\0\0")
        + struct.pack("<HHII", 4, 5, 3, at + len(maker) + len(thumbnail))
        + struct.pack("<I", 0)
        + struct.pack("<H", 2)
        + struct.pack("<HHII", 0x0201, 4, 1, at + len(maker))
        + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
        + struct.pack("<I", 0)
        + maker
        + thumbnail
        + struct.pack("<6I", 55, 1, 40, 1, 34, 1)
    )


def profile() -> bytes:
    """A colour profile; Pillow takes it as it is."""
    return b"\0\0\1\0lcms" + CANARY


def png(**options: object) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", CANARY.decode())
    notes.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{CANARY.decode()}</x:xmpmeta>")
    return saved(drawn(), "PNG", pnginfo=notes, exif=exif(), icc_profile=profile(), **options)


XMP = b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>"
TELLING: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(drawn(), "JPEG", exif=exif(), comment=CANARY, icc_profile=profile(), xmp=XMP),
    "png": png,
    "webp": lambda: saved(drawn(), "WEBP", exif=exif(), icc_profile=profile(), xmp=XMP),
    "gif": lambda: saved(drawn(), "GIF", comment=CANARY),
    "animation": lambda: saved(
        drawn(),
        "WEBP",
        save_all=True,
        append_images=[Image.new("RGB", (64, 48), WHITE)],
        exif=exif(),
        xmp=XMP,
    ),
}


def chunks(webp: bytes) -> list[bytes]:
    """The parts of a WebP file; anything behind its end is a part too."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack("<I", webp[4:8])[0] == len(webp) - 8
    names: list[bytes] = []
    at = 12
    while at < len(webp):
        name, size = struct.unpack("<4sI", webp[at : at + 8])
        names.append(name)
        at += 8 + size + size % 2
    return names


def assert_says_nothing(made: bytes) -> None:
    """Pixels, and not a byte of anything else."""
    assert chunks(made) == [b"VP8 "]
    picture = opened(made)
    assert (picture.format, picture.mode, dict(picture.getexif())) == ("WEBP", "RGB", {})
    assert set(picture.info) <= {"loop", "background", "duration", "timestamp"}, picture.info
    assert b"Exif" not in made
    assert b"ICC" not in made


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    seen = cast("tuple[int, int, int]", pixel)
    return all(abs(part - wanted) < 24 for part, wanted in zip(seen, colour, strict=True))


def refused(data: bytes) -> str:
    with pytest.raises(MemberError) as error:
        pictures.remake(data)
    assert error.value.__cause__ is None
    return error.value.key


@pytest.mark.parametrize("kind", TELLING)
def test_nothing_but_the_pixels_survives(kind: str) -> None:
    sent = TELLING[kind]() + CANARY
    assert CANARY in sent[: -len(CANARY)], "the test is no test without it"
    made = pictures.remake(sent)
    assert CANARY not in made
    assert_says_nothing(made)
    assert opened(made).size == (64, 48)
    assert near(opened(made).getpixel((8, 8)), RED)
    assert near(opened(made).getpixel((56, 40)), BLUE)


def test_the_thumbnail_and_the_place_were_there() -> None:
    """A test of the test: Pillow reads in what is sent what must not come out."""
    sent = Image.open(io.BytesIO(TELLING["jpeg"]()))
    assert sent.getexif()[0x010F] == CANARY.decode()
    assert sent.getexif().get_ifd(0x8825)[2] == (55.0, 40.0, 34.0)
    assert sent.info["comment"] == CANARY
    assert exif().count(b"\xff\xd8\xff") == 1
    assert set(chunks(TELLING["webp"]())) >= {b"EXIF", b"ICCP", b"XMP "}


@given(st.binary(min_size=8, max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_text_put_anywhere_comes_out(text: bytes) -> None:
    text = b"\xa7" + text + b"\xa7"
    for sent in (
        saved(drawn(), "JPEG", comment=text) + text,
        saved(drawn(), "GIF", comment=text[:255]) + text,
        saved(drawn(), "WEBP", xmp=text) + text,
        saved(drawn(), "PNG", icc_profile=text) + text,
    ):
        made = pictures.remake(sent)
        assert text not in made
        assert_says_nothing(made)


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (64, 48), (8, 8)),
        (2, (64, 48), (56, 8)),
        (3, (64, 48), (56, 40)),
        (4, (64, 48), (8, 40)),
        (5, (48, 64), (8, 8)),
        (6, (48, 64), (40, 8)),
        (7, (48, 64), (40, 56)),
        (8, (48, 64), (8, 56)),
    ],
)
def test_a_picture_held_askew_is_turned_upright(
    orientation: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    made = opened(pictures.remake(saved(drawn(), "JPEG", exif=exif(orientation), quality=95)))
    assert made.size == size
    assert near(made.getpixel(red), RED)


@ODD_EXIF
def test_a_picture_with_an_unreadable_orientation_is_taken_as_it_is() -> None:
    made = pictures.remake(saved(drawn(), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 40))
    assert opened(made).size == (64, 48)


def test_what_was_made_transparent_is_not_in_the_file() -> None:
    hidden = drawn()
    hidden.putalpha(Image.new("L", hidden.size, 0))
    for kind in ("PNG", "WEBP"):
        made = opened(pictures.remake(saved(hidden, kind, **({"exact": True} if kind == "WEBP" else {}))))
        assert all(near(made.getpixel((x, y)), WHITE) for x in range(0, 64, 7) for y in range(0, 48, 7))


def test_of_an_animation_the_first_picture_is_kept() -> None:
    later = [Image.new("RGB", (64, 48), WHITE)]
    for kind in ("GIF", "WEBP", "PNG"):
        made = opened(pictures.remake(saved(drawn(), kind, save_all=True, append_images=later)))
        assert getattr(made, "n_frames", 1) == 1
        assert near(made.getpixel((8, 8)), RED)


@pytest.mark.parametrize(
    ("sent", "made"),
    [
        ((4000, 3000), (1600, 1200)),
        ((1000, 5000), (320, 1600)),
        ((1600, 1600), (1600, 1600)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_large_picture_is_made_smaller(sent: tuple[int, int], made: tuple[int, int]) -> None:
    for kind in ("JPEG", "PNG"):
        assert opened(pictures.remake(saved(Image.new("RGB", sent, RED), kind))).size == made


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    shades = Image.radial_gradient("L").reduce(4)
    if mode == "I;16":
        source = Image.frombytes("I;16", (64, 64), b"".join(bytes((0, v)) for v in shades.tobytes()))
    else:
        source = shades.convert(mode)
    made = opened(pictures.remake(saved(source, "JPEG" if mode == "CMYK" else "PNG")))
    assert made.getpixel((32, 32)) != made.getpixel((0, 0))
    assert near(made.convert("L").convert("RGB").getpixel((32, 16)), (96, 96, 96)) or mode in ("1", "P")


def _png_header(width: int, height: int) -> bytes:
    """A small file that says it holds this many pixels."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")


def _webp_header(width: int, height: int) -> bytes:
    """A WebP animation on a canvas of this size."""
    small = saved(drawn(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), WHITE)])
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return small[:24] + canvas + small[30:]


def _gif_that_grows() -> bytes:
    """A GIF whose first picture is larger than the GIF."""
    data = bytearray(saved(drawn(), "GIF"))
    at = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    data[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    return bytes(data)


@pytest.mark.parametrize(
    "bomb",
    [
        _png_header(60_000, 60_000),
        _png_header(5_001, 5_000),
        _png_header(25_000_001, 1),
        _webp_header(16_000, 16_000),
        _gif_that_grows(),
        saved(drawn(), "PNG") + b"\0" * pictures.BYTES_MAX,
    ],
    ids=["huge", "just too many pixels", "one long line", "webp", "gif", "too many bytes"],
)
def test_a_bomb_is_refused_before_it_goes_off(bomb: bytes) -> None:
    assert refused(bomb) == "error.picture_big"


def test_the_largest_picture_is_taken() -> None:
    assert opened(pictures.remake(saved(Image.new("RGB", (5000, 5000), RED), "JPEG"))).size == (1600, 1600)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        HTML,
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"\xff\xd8\xff\xe0" + HTML,
        b"GIF89a" + HTML,
        b"RIFF\x40\0\0\0WEBPVP8 " + HTML,
        b"%PDF-1.7\n%%EOF",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        saved(drawn(), "BMP"),
        saved(drawn(), "TIFF"),
        saved(drawn(), "PPM"),
        saved(drawn(), "JPEG")[:-200],
        saved(drawn(), "PNG")[:60],
        saved(drawn(), "GIF")[:100],
        saved(drawn(), "WEBP")[:60],
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    assert refused(data) == "error.picture_unusable"


@ODD_EXIF
@given(
    st.sampled_from(list(TELLING)),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=6)), max_size=8),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_picture_is_refused_or_made_anew(kind: str, damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(TELLING[kind]())
    for at, put in damage:
        data[at % len(data) : at % len(data) + len(put)] = put
    with contextlib.suppress(MemberError):
        assert_says_nothing(pictures.remake(bytes(data)))


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    assert refused(noise) == "error.picture_unusable"


def test_a_file_name_is_random() -> None:
    names = {pictures.new_name() for _ in range(100)}
    assert len(names) == 100
    assert all(re.fullmatch(r"[0-9a-f]{22}\.webp", name) for name in names)
