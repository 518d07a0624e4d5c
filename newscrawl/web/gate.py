"""Who may ask: the host name that a request carries, its key and the key's scopes, and how often it comes."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from pymongo.errors import PyMongoError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from newscrawl.records import ApiKey, KeyScope
from newscrawl.store.keys import find_key, fits, note_use, split_token
from newscrawl.web.problems import Problem
from newscrawl.web.reader import Reader
from newscrawl.web.settings import WebSettings

BELIEVED = 1.0  # seconds for which a key that was looked up is believed: a revoked one ends within them
NOTED_EVERY = 60.0  # seconds between two notes that a key was used
MOST_KNOWN = 1000
GUESSES = parse("60/minute")
"""Requests of one address without a key that holds. They keep nobody out who has one, also behind the same proxy."""

RANKS: dict[KeyScope, int] = {"feeds": 0, "read": 1, "operate": 2}
_SCOPES: tuple[tuple[str, KeyScope], ...] = (
    ("/feeds/", "feeds"),
    ("/api/v1/runs", "operate"),
    ("/runs", "operate"),
)
"""Beginning of a path to the scope that it takes; any other takes `read`."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="newscrawl", Basic realm="newscrawl", charset="UTF-8"'}


def scope_of(path: str) -> KeyScope:
    """The scope that an address takes."""
    return next((scope for begin, scope in _SCOPES if path.startswith(begin)), "read")


def host_name(header: str) -> str:
    """The name in a Host header, in small letters, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower().rstrip(".")


def token_of(headers: Headers) -> str | None:
    """The key that a request carries: as a bearer, as `X-API-Key`, or as the password of a browser or feed reader."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    return headers.get("x-api-key")


@dataclass(slots=True)
class _Known:
    key: ApiKey
    token: str
    until: float
    noted_at: float = -math.inf


class Gate:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self.settings = settings
        self.names = settings.allowed_names
        self.rate = parse(settings.rate) if settings.rate else None
        self.limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self.known: dict[str, _Known] = {}
        self.notes: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through. Raises Problem."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            self._check_host(headers.get("host", ""))
            address = (scope.get("client") or ("", 0))[0]
            if self.settings.needs_keys:
                await self._check_key(scope, headers, address)
            elif self.rate is not None:
                await self._count(self.rate, "address", address)
        await self.app(scope, receive, send)

    def _check_host(self, header: str) -> None:
        if self.names is not None and host_name(header) not in self.names:
            raise Problem(
                421,
                "wrong-host",
                "This server is not known by the name that the request asks for; NEWSCRAWL_SERVE_NAMES adds names.",
            )

    async def _check_key(self, scope: Scope, headers: Headers, address: str) -> None:
        token = token_of(headers)
        key = await self._key(scope["app"].state.reader, token)
        if key is None:
            await self._count(GUESSES, "guess", address)
            told = "The key is not known, or holds no more" if token else "A key is needed"
            detail = f"{told}: send one as `Authorization: Bearer KEY`; `newscrawl keys add` makes one."
            raise Problem(401, "no-key", detail, headers=CHALLENGE)
        if self.rate is not None:
            await self._count(self.rate, "key", key.name)
        needed = scope_of(scope["path"])
        if max(RANKS[own] for own in key.scopes) < RANKS[needed]:
            raise Problem(403, "scope", f"The key {key.name} has not the scope `{needed}`, which this address takes.")

    async def _key(self, reader: Reader, token: str | None) -> ApiKey | None:
        """The key that fits, from memory for some seconds. None: there is none."""
        parts = split_token(token) if token else None
        if parts is None or token is None:
            return None
        name, secret = parts
        known, now = self.known.get(name), time.monotonic()
        if known is None or known.token != token or now > known.until:
            found = await find_key(reader.database, name)
            if found is None or not fits(found, secret, datetime.now(UTC)):
                return None
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            noted = known.noted_at if known is not None else -math.inf
            known = self.known[name] = _Known(found, token, now + BELIEVED, noted)
        if now - known.noted_at > NOTED_EVERY:
            known.noted_at = now
            self._note(reader, name)
        return known.key

    def _note(self, reader: Reader, name: str) -> None:
        async def note() -> None:
            with contextlib.suppress(PyMongoError):  # such as that of a user that may only read
                await note_use(reader.connection.database, name, datetime.now(UTC))

        task = asyncio.create_task(note())
        self.notes.add(task)
        task.add_done_callback(self.notes.discard)

    async def _count(self, rate: RateLimitItem, kind: str, who: str) -> None:
        """Count one request. Raises Problem where it is one too many."""
        if await self.limiter.hit(rate, kind, who):
            return
        ends = (await self.limiter.get_window_stats(rate, kind, who)).reset_time
        wait = max(1, math.ceil(ends - time.time()))
        raise Problem(
            429,
            "too-many-requests",
            f"More than {rate.amount} requests in {rate.get_expiry()} seconds; go on in {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )
