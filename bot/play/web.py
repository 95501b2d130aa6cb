"""The rehearsal's web server: the page, and a small JSON interface to the hub, on loopback only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any

from aiohttp import web

from bot.play.files import SHOWN_TYPES
from bot.play.hub import Hub

_HOST = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost"})
_BODY_LIMIT = 16 * 1024 * 1024
_KEEPALIVE_SECONDS = 15.0
_COALESCE_SECONDS = 0.05

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

_HUB = web.AppKey("hub", Hub)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PortBusy(OSError):  # noqa: N818  (reads as what it says: "port busy")
    """Another program listens on the rehearsal's port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken by another program; choose another with --port")


class Server:
    """The running web server."""

    def __init__(self, runner: web.AppRunner, port: int) -> None:
        self._runner = runner
        self.port = port

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{_HOST}:{self.port}/"

    async def close(self) -> None:
        """Stop listening and drop all connections."""
        await self._runner.cleanup()


async def serve(hub: Hub, port: int) -> Server:
    """Serve the page on loopback; port 0 takes any free one.

    Raises:
        PortBusy: another program listens there.
    """
    app = web.Application(middlewares=[_guard], client_max_size=_BODY_LIMIT)
    app[_HUB] = hub
    app.router.add_get("/", _page)
    app.router.add_get("/page/{name}", _page)
    app.router.add_get("/api/people", _people)
    app.router.add_get("/api/view", _view)
    app.router.add_post("/api/act", _act)
    app.router.add_get("/api/events", _events)
    app.router.add_get("/api/file/{token}", _file)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port).start()
    except OSError as error:
        await runner.cleanup()
        raise PortBusy(port) from error
    return Server(runner, int(runner.addresses[0][1]))


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep other sites in the same browser out: they reach loopback too, but under another name or origin."""
    try:
        response = await _guarded(request, handler)
    except web.HTTPException as refusal:
        refusal.headers.update(_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
    hosts = {f"{name}:{port}" for name in _NAMES}
    if request.host not in hosts:
        raise web.HTTPForbidden(text="Kun denne maskine har adgang.")
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin not in {f"http://{host}" for host in hosts}:
        raise web.HTTPForbidden(text="Kun siden selv må handle.")
    return await handler(request)


async def _page(request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name", "index.html")
    kind = _PAGE_TYPES.get(name.rpartition(".")[2])
    file = resources.files("bot.play") / "page" / name
    if kind is None or "/" in name or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8")


async def _people(request: web.Request) -> web.StreamResponse:
    return web.json_response(request.app[_HUB].people())


async def _view(request: web.Request) -> web.StreamResponse:
    try:
        person_id = int(request.query["person"])
        channel_id = int(request.query["channel"]) if request.query.get("channel") else None
        return web.json_response(request.app[_HUB].view(person_id, channel_id))
    except (KeyError, ValueError) as error:
        raise web.HTTPNotFound(text="Ukendt person eller kanal.") from error


async def _act(request: web.Request) -> web.StreamResponse:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body: Any = await request.json()
        person_id, action = int(body["person"]), dict[str, Any](body["action"])
    except (KeyError, TypeError, ValueError) as error:
        raise web.HTTPBadRequest(text="Ugyldig handling.") from error
    try:
        return web.json_response(await request.app[_HUB].act(person_id, action))
    except KeyError as error:
        raise web.HTTPNotFound(text="Ukendt person.") from error


async def _events(request: web.Request) -> web.StreamResponse:
    """Tell the page, as server-sent events, that something may look different."""
    response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
    await response.prepare(request)
    revisions = request.app[_HUB].watch()
    upcoming = asyncio.ensure_future(anext(revisions))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=_KEEPALIVE_SECONDS)
            if done:
                await response.write(f"data: {json.dumps(upcoming.result())}\n\n".encode())
                await asyncio.sleep(_COALESCE_SECONDS)
                upcoming = asyncio.ensure_future(anext(revisions))
            else:
                await response.write(b": still here\n\n")
    except ConnectionError:
        return response
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await revisions.aclose()


async def _file(request: web.Request) -> web.StreamResponse:
    file = request.app[_HUB].files.get(request.match_info["token"])
    if file is None:
        raise web.HTTPNotFound
    kind = file.content_type if file.content_type in SHOWN_TYPES else "application/octet-stream"
    response = web.Response(body=file.data, content_type=kind)
    if kind not in SHOWN_TYPES:
        response.headers["Content-Disposition"] = "attachment"
    return response
