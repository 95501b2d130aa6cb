"""Who a member is, behind seals. The only place where a seal is turned back into a member.

A question's asker is sealed with authenticated encryption under a key that is not in the database,
with fresh randomness for each seal: two seals of one boy cannot be told from those of two boys.
Members who need a stable row (players) are found by a keyed hash.
"""

import base64
import hashlib
import hmac
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_log = logging.getLogger(__name__)
_KEY_BYTES = 32
FINGERPRINT_BYTES = 4
_NONCE_BYTES = 12


class Purpose(StrEnum):
    """Why a seal is opened; each opening is counted under its purpose."""

    COMPARE = "compare"
    SHOW_PLAYER = "show_player"
    READ_LINE = "read_line"
    NOTIFY = "notify"
    GUARD = "guard"
    REVEAL = "reveal"
    ROTATE = "rotate"
    EXPORT = "export"
    ERASE = "erase"


# Whom a seal holds after its member was erased.
NOBODY = 0
# No Discord id has this bit: what stands below it in a seal is a note, not a member.
_NOTE = 1 << 63
_ID_BYTES = 8
# A seal has room for two ids, so that one that holds an erased member for a reveal is as long as any.
_ROOM = 2 * _ID_BYTES


class SealKind(StrEnum):
    """What a seal holds; a part of what it is bound to."""

    MEMBER = "member"
    TEXT = "text"


class KeyFormatError(ValueError):
    """Keys are missing or malformed; ``problems`` holds (variable, what was found), never a key."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(name for name, _ in problems))
        self.problems = problems


class UnknownKeyError(Exception):
    """A seal was made under a key that this process does not hold, or it was tampered with."""


@dataclass(frozen=True)
class Keys:
    """The sealing keys, the current one first, and the key of the member hash."""

    seal: tuple[bytes, ...] = field(repr=False)
    member: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Keys":
        """Fresh random keys."""
        return cls((secrets.token_bytes(_KEY_BYTES),), secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def parse(cls, seal: str, member: str) -> "Keys":
        """Read base64 keys; ``seal`` may hold several, separated by commas, the current one first.

        Raises KeyFormatError naming every variable that is wrong.
        """
        problems: list[tuple[str, str]] = []
        seal_keys = tuple(_decode("MITASSIST_SEAL_KEYS", part, problems) for part in seal.split(","))
        member_key = _decode("MITASSIST_MEMBER_KEY", member, problems)
        if problems:
            raise KeyFormatError(problems)
        return cls(seal_keys, member_key)

    def environment(self) -> dict[str, str]:
        """The keys as lines for ``.env``."""
        return {
            "MITASSIST_SEAL_KEYS": ",".join(base64.b64encode(key).decode() for key in self.seal),
            "MITASSIST_MEMBER_KEY": base64.b64encode(self.member).decode(),
        }


def _decode(name: str, text: str, problems: list[tuple[str, str]]) -> bytes:
    if not text.strip():
        problems.append((name, "nothing"))
        return b""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        problems.append((name, "something that is not base64"))
        return b""
    if len(key) != _KEY_BYTES:
        problems.append((name, f"a key of {len(key)} bytes"))
    return key


class Identity:
    """Seals members and texts, compares, and computes member keys."""

    def __init__(self, keys: Keys) -> None:
        self._ciphers = {_fingerprint(key): AESGCM(key) for key in keys.seal}
        self._current = _fingerprint(keys.seal[0])
        self._member_key = keys.member
        # Sealing keys are changed from time to time; the chain must outlive that.
        self._chain_key = hmac.digest(keys.member, b"key of the audit chain", hashlib.sha256)
        # Seals are also opened in worker threads, and adding to a counter is not one step.
        self._counting = threading.Lock()
        self._openings: Counter[Purpose] = Counter()

    @property
    def openings(self) -> Counter[Purpose]:
        """How many seals this process has opened until now, by purpose."""
        with self._counting:
            return self._openings.copy()

    @property
    def current(self) -> bytes:
        """The fingerprint of the key that new seals are made under; every seal begins with its key's."""
        return self._current

    @property
    def fingerprints(self) -> frozenset[bytes]:
        """Those of all the keys held."""
        return frozenset(self._ciphers)

    def key_check(self) -> bytes:
        """A value that tells the member key from another, and tells nothing else."""
        return hmac.digest(self._member_key, b"check", hashlib.sha256)

    def member_key(self, guild_id: int, user_id: int) -> bytes:
        """A stable 32-byte pseudonym of a member in one server; useless without the key."""
        message = b"member" + guild_id.to_bytes(8) + user_id.to_bytes(8)
        return hmac.digest(self._member_key, message, hashlib.sha256)

    def voter_key(self, question_token: str, user_id: int) -> bytes:
        """A member's pseudonym as a voter in one question; no two questions share one.

        With a key for the whole server, whoever votes most in a question would point at its asker.
        """
        message = b"voter" + question_token.encode() + user_id.to_bytes(8)
        return hmac.digest(self._member_key, message, hashlib.sha256)

    def follower_key(self, question_token: str, user_id: int) -> bytes:
        """A member's pseudonym as a follower of one question; not the one that he votes there under.

        The asker votes in his own question, so one key for both would say which follower he is.
        """
        message = b"follower" + question_token.encode() + user_id.to_bytes(8)
        return hmac.digest(self._member_key, message, hashlib.sha256)

    def chain_mac(self, message: bytes) -> bytes:
        """What proves that an entry of the audit chain was written by someone who holds the keys."""
        return hmac.digest(self._chain_key, message, hashlib.sha256)

    def seal_member(self, user_id: int, context: str) -> bytes:
        """Seal a member's id to one row; ``context`` (the row's token) keeps it from being moved."""
        return self._seal(_padded(user_id.to_bytes(_ID_BYTES)), f"{SealKind.MEMBER}:{context}")

    def seal_nobody(self, context: str, note: int = 0, held: int = NOBODY) -> bytes:
        """What takes the place of an erased member's seal.

        Without the key it cannot be told from any other: where seals just vanished, those that vanished
        together would be known to be of one boy. ``note`` (below 2**63) is for whoever erases. ``held`` is
        a member whom a running request can still open: for every other purpose there is nobody.
        """
        plain = (_NOTE | note).to_bytes(_ID_BYTES) + held.to_bytes(_ID_BYTES)
        return self._seal(plain, f"{SealKind.MEMBER}:{context}")

    def note_in(self, seal: bytes, context: str) -> int | None:
        """The note in a seal of nobody; None for a seal that holds a member. Raises UnknownKeyError."""
        opened = self._id_in(seal, context, Purpose.ERASE)
        return opened ^ _NOTE if opened & _NOTE else None

    def is_member(self, seal: bytes | None, context: str, user_id: int) -> bool:
        """Whether the seal holds this member. A destroyed seal holds nobody."""
        if seal is None:
            return False
        opened = self._id_in(seal, context, Purpose.COMPARE)
        return hmac.compare_digest(opened.to_bytes(_ID_BYTES), user_id.to_bytes(_ID_BYTES))

    def mine(self, seals: Iterable[tuple[str, bytes | None]], user_id: int) -> set[str]:
        """The contexts among ``(context, seal)`` whose seal holds this member.

        A seal that no key opens is passed over: one lost key must not close everyone's inbox.
        """
        found: set[str] = set()
        lost = 0
        for context, seal in seals:
            try:
                if self.is_member(seal, context, user_id):
                    found.add(context)
            except UnknownKeyError:
                lost += 1
        if lost:
            _log.error("%d seals cannot be opened: is a key missing in MITASSIST_SEAL_KEYS?", lost)
        return found

    def open_member(self, seal: bytes, context: str, purpose: Purpose) -> int:
        """The member behind a seal, or `NOBODY`. Raises UnknownKeyError when no key fits."""
        plain = self._open(seal, f"{SealKind.MEMBER}:{context}", purpose)
        opened, held = (int.from_bytes(part) for part in (plain[:_ID_BYTES], plain[_ID_BYTES:]))
        if opened & _NOTE:
            return held if purpose is Purpose.REVEAL else NOBODY
        return opened

    def seal_text(self, text: str, context: str) -> bytes:
        """Seal a private text to one row."""
        return self._seal(text.encode(), f"{SealKind.TEXT}:{context}")

    def seal_blank(self, seal: bytes, context: str) -> bytes:
        """What takes the place of a sealed text that shall be gone: without the key it looks the same."""
        length = len(seal) - len(self.seal_text("", context))
        return self.seal_text(" " * length, context)

    def open_text(self, seal: bytes, context: str, purpose: Purpose = Purpose.READ_LINE) -> str:
        """The text behind a seal. Raises UnknownKeyError when no key fits."""
        return self._open(seal, f"{SealKind.TEXT}:{context}", purpose).decode()

    def reseal(self, seal: bytes, kind: SealKind, context: str) -> bytes:
        """The same under the current key; nobody sees what is in it. Raises UnknownKeyError."""
        bound_to = f"{kind}:{context}"
        plain = self._open(seal, bound_to, Purpose.ROTATE)
        # Those of the first version were shorter, and would tell which were made before an erasure.
        return self._seal(_padded(plain) if kind is SealKind.MEMBER else plain, bound_to)

    def _id_in(self, seal: bytes, context: str, purpose: Purpose) -> int:
        return int.from_bytes(self._open(seal, f"{SealKind.MEMBER}:{context}", purpose)[:_ID_BYTES])

    def _seal(self, plain: bytes, context: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, plain, context.encode())

    def _open(self, seal: bytes, context: str, purpose: Purpose) -> bytes:
        with self._counting:
            self._openings[purpose] += 1
        cipher = self._ciphers.get(seal[:FINGERPRINT_BYTES])
        if cipher is None:
            raise UnknownKeyError("sealed under a key that is not in MITASSIST_SEAL_KEYS")
        nonce_end = FINGERPRINT_BYTES + _NONCE_BYTES
        nonce, sealed = seal[FINGERPRINT_BYTES:nonce_end], seal[nonce_end:]
        try:
            return cipher.decrypt(nonce, sealed, context.encode())
        except (InvalidTag, ValueError) as error:  # a ValueError means that it was cut short
            raise UnknownKeyError("the seal does not belong to this row") from error


def _padded(plain: bytes) -> bytes:
    return plain.ljust(_ROOM, b"\0")


def _fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"fingerprint" + key).digest()[:FINGERPRINT_BYTES]


def new_token() -> str:
    """An opaque random name (22 URL-safe characters) for anything that leaves the database."""
    return secrets.token_urlsafe(16)
