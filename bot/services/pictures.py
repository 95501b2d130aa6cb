"""Pictures that members send, made anew from nothing but what can be seen in them.

A picture file tells more than it shows: where and when it was taken and with which telephone, an older
and smaller version of itself, names, whatever was put behind its end. None of it is carried over.
"""

import contextlib
import io
import secrets
import struct
import zlib

from PIL import ExifTags, Image

from bot.errors import MemberError

MEGABYTES_MAX = 8
MEGAPIXELS_MAX = 25
BYTES_MAX = MEGABYTES_MAX * 1024 * 1024
_PIXELS_MAX = MEGAPIXELS_MAX * 1_000_000
# Larger than any screen shows it in a chat; what is smaller is left as it is.
_SIDE_MAX = 1600
_QUALITY = 85
_READ = ("PNG", "JPEG", "WEBP", "GIF")
# What Pillow raises for a file that is broken or is something else. A bomb is an error above twice the
# limit and a warning below it, which is an error where warnings are.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, zlib.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow's own guard, for a file that grows after its header was read; for the whole process.
Image.MAX_IMAGE_PIXELS = _PIXELS_MAX


def remake(data: bytes) -> bytes:
    """A new WebP file with the pixels of this picture (of an animation the first), and nothing else.

    One format for all, so that it does not tell what the file was. Takes up to a second and is not to be
    called on the event loop. Raises MemberError ``picture_big`` and ``picture_unusable``.
    """
    check_size(len(data))
    try:
        with Image.open(io.BytesIO(data), formats=_READ) as source:
            # Only the header has been read so far: a small file can hold a huge picture.
            if source.width * source.height > _PIXELS_MAX:
                raise _too_big()
            source.draft(None, (_SIDE_MAX, _SIDE_MAX))
            source.load()
            pixels = _flat(source)
            turn = _UPRIGHT.get(_orientation(source))
    except _BOMB:
        raise _too_big() from None
    except _BROKEN:
        # Without the cause, which can quote the file.
        raise MemberError("picture_unusable") from None
    pixels.thumbnail((_SIDE_MAX, _SIDE_MAX), Image.Resampling.LANCZOS)
    if turn is not None:
        pixels = pixels.transpose(turn)
    fresh = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    out = io.BytesIO()
    fresh.save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()


def check_size(size: int) -> None:
    """Raises MemberError ``picture_big`` for a file of so many bytes, before anyone fetches it."""
    if size > BYTES_MAX:
        raise _too_big()


def new_name() -> str:
    """A random file name. Hexadecimal: Discord changes other names, and the card must find the file."""
    return f"{secrets.token_hex(11)}.webp"


def _too_big() -> MemberError:
    return MemberError("picture_big", megabytes=MEGABYTES_MAX, megapixels=MEGAPIXELS_MAX)


def _flat(source: Image.Image) -> Image.Image:
    """The picture on white: what was made transparent to hide it must not be in the file."""
    if source.mode == "I;16":
        # Sixteen bits of grey: the upper eight. Pillow would make almost everything white.
        return Image.frombytes("L", source.size, source.tobytes()[1::2]).convert("RGB")
    if not source.has_transparency_data:
        return source.convert("RGB")
    layer = source if source.mode == "RGBA" else source.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper


def _orientation(source: Image.Image) -> int:
    """How the camera was held; upright where that cannot be read."""
    with contextlib.suppress(*_BROKEN):
        held = source.getexif().get(ExifTags.Base.Orientation)
        return held if isinstance(held, int) else 1
    return 1
