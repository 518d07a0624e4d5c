"""Answers that are given again: kept for some seconds, compared by ETag, compressed once.

Kept as long as no article has come or changed, and never longer than the setting `serve_cache`. Pure ASGI: a kept
answer passes neither routing nor validation.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newscrawl.web.settings import WebSettings

EVENTS = "/api/v1/events"
MOST_KEPT, MOST_BYTES = 2000, 64 * 2**20
LARGEST_KEPT = 2 * 2**20  # bytes of one answer
LARGEST_HELD = 16 * 2**20  # bytes of an answer that is held back for its ETag; longer ones are passed on as they come
LEAST_COMPRESSED = 500  # bytes
LONG = 64 * 2**10  # bytes from which a thread compresses
LEVEL = 5
_TEXTS = (
    "text/",
    "image/svg+xml",
    *(f"application/{kind}" for kind in ("json", "problem+json", "feed+json", "schema+json", "rss+xml", "atom+xml")),
    *(f"application/{kind}" for kind in ("javascript", "manifest+json", "xml")),
)

Key = tuple[str, str, bytes]


@dataclass(slots=True)
class Answer:
    """One whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    seq: int
    made_at: float = field(default_factory=time.monotonic)
    compressed: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + len(self.compressed or b"")


class Answers:
    """ASGI middleware in front of the routes."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self.life = settings.own.serve_cache
        self.kept: OrderedDict[Key, Answer] = OrderedDict()
        self.size = 0
        self.making: dict[Key, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"] == EVENTS:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = (headers.get("host", ""), scope["path"], scope["query_string"])
        answer = self._known(key, scope)
        if answer is None:
            async with self._one_at_a_time(key):
                answer = self._known(key, scope)
                if answer is None:
                    answer = await self._made(key, scope, receive, send)
        if answer is not None:
            await self._give(key, answer, scope, headers, send)

    def _known(self, key: Key, scope: Scope) -> Answer | None:
        answer = self.kept.get(key)
        if answer is None:
            return None
        if time.monotonic() - answer.made_at > self.life or answer.seq != _seq(scope):
            self._drop(key)
            return None
        self.kept.move_to_end(key)
        return answer

    def _drop(self, key: Key) -> None:
        self.size -= self.kept.pop(key).size

    @asynccontextmanager
    async def _one_at_a_time(self, key: Key) -> AsyncIterator[None]:
        """Requests for the same answer wait for the first one, and find it made."""
        lock = self.making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self.making.pop(key, None)

    async def _made(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """The answer of the routes; None where it was too long to be held back, and is sent already."""
        seq, start, parts, size, is_passed_on = _seq(scope), None, [], 0, False

        async def hold(message: Message) -> None:
            nonlocal start, size, is_passed_on
            if is_passed_on:
                await send(message)
            elif message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LARGEST_HELD and scope["method"] == "GET":
                    is_passed_on = True
                    assert start is not None
                    await send(start)
                    await send({**message, "body": b"".join(parts)})

        await self.app({**scope, "method": "GET"}, receive, hold)
        if is_passed_on or start is None:
            return None
        answer = Answer(start["status"], start["headers"], b"".join(parts), seq)
        own = MutableHeaders(raw=answer.headers)
        if answer.status == 200 and "no-store" not in own.get("cache-control", ""):
            if "etag" not in own:
                own["ETag"] = f'W/"{hashlib.blake2b(answer.body, digest_size=16).hexdigest()}"'
            own.setdefault("Cache-Control", "private, no-cache")
            if "nonce" not in scope.get("state", {}) and answer.size <= LARGEST_KEPT:
                self._keep(key, answer)
        return answer

    def _keep(self, key: Key, answer: Answer) -> None:
        if self.life <= 0:
            return
        if key in self.kept:
            self._drop(key)
        self.kept[key] = answer
        self.size += answer.size
        while len(self.kept) > MOST_KEPT or self.size > MOST_BYTES:
            self._drop(next(iter(self.kept)))

    async def _give(self, key: Key, answer: Answer, scope: Scope, asked: Headers, send: Send) -> None:
        headers = MutableHeaders(raw=[*answer.headers])
        is_text = headers.get("content-type", "").startswith(_TEXTS)
        if is_text:
            headers.add_vary_header("Accept-Encoding")
        if answer.status == 200 and _has_it(asked, headers):
            for name in ("content-length", "content-type"):
                if name in headers:
                    del headers[name]
            await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
            await send({"type": "http.response.body", "body": b""})
            return
        body = answer.body
        if is_text and len(body) >= LEAST_COMPRESSED and "gzip" in asked.get("accept-encoding", ""):
            body = await self._compressed(key, answer)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _compressed(self, key: Key, answer: Answer) -> bytes:
        if answer.compressed is None:
            if len(answer.body) > LONG:
                compressed = await asyncio.to_thread(gzip.compress, answer.body, LEVEL, mtime=0)
            else:
                compressed = gzip.compress(answer.body, LEVEL, mtime=0)
            if answer.compressed is None:
                answer.compressed = compressed
                if self.kept.get(key) is answer:
                    self.size += len(compressed)
        return answer.compressed


def _seq(scope: Scope) -> int:
    return int(scope["app"].state.reader.seq)


def _has_it(asked: Headers, headers: Headers) -> bool:
    """Whether whoever asks has this very answer (RFC 9110, 13.2.2)."""
    if (tags := asked.get("if-none-match")) is not None:
        own = headers.get("etag", "").removeprefix("W/")
        return bool(own) and (tags.strip() == "*" or own in (tag.strip().removeprefix("W/") for tag in tags.split(",")))
    since, changed = asked.get("if-modified-since"), headers.get("last-modified")
    if since is None or changed is None:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
