"""The files that people and the bot send, under addresses that the page may load."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from simcord.backend import Backend

#: What a browser may show in place. Anything else (SVG, HTML) could run scripts and is only downloaded.
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True)
class StoredFile:
    """A file of the simulated Discord."""

    name: str
    data: bytes

    @property
    def content_type(self) -> str | None:
        """Its kind, by its name."""
        return mimetypes.guess_type(self.name)[0]


class Files:
    """Opaque local addresses for the files on simcord's pretended CDN."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._key = secrets.token_bytes(16)
        self._urls: dict[str, str] = {}

    def path(self, url: str) -> str | None:
        """The local address of a file, or None for one that lies elsewhere."""
        if self._backend.cdn.get(url) is None:
            return None
        token = hashlib.blake2b(url.encode(), key=self._key, digest_size=16).hexdigest()
        self._urls[token] = url
        return f"/api/file/{token}"

    def get(self, token: str) -> StoredFile | None:
        """The file behind a local address, if there is one."""
        url = self._urls.get(token)
        data = self._backend.cdn.get(url) if url is not None else None
        return StoredFile(url.rsplit("/", 1)[-1], data) if url is not None and data is not None else None

    def media(self, url: Any, attachments: list[dict[str, Any]]) -> dict[str, Any] | None:
        """An image of an embed or component: its local path, or the host it would come from."""
        if not isinstance(url, str) or not url:
            return None
        if url.startswith("attachment://"):
            name = url.removeprefix("attachment://")
            url = next((str(file["url"]) for file in attachments if file["filename"] == name), "")
        path = self.path(url)
        return {"path": path} if path else {"host": urlsplit(url).hostname or "ukendt"}
