"""Posting one message to a receiver: to a vetted address, within a time, by HTTP that is checked.

Vetted is the address that a connection is really made to, as in the crawl, so that no name and no change of its mind
leads inside. Redirects are not followed. Certificates are verified whatever the settings of the crawl say.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import aiohttp
import certifi

from newscrawl.crawl.pace import retry_after
from newscrawl.normalize.addresses import NO_ADDRESS, forbidden
from newscrawl.normalize.text import clean
from newscrawl.webhooks.retrying import Failure

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

PATIENCE = 15.0  # seconds for one attempt, by Standard Webhooks
MOST_READ = 1024  # bytes of an answer: its status counts
MOST_SAID = 200  # characters of it that an operator is shown
INSIDE = frozenset(
    {"loopback", "private (RFC 1918)", "private (RFC 4193)", "shared address space (RFC 6598)", "this host (RFC 1122)"}
)
"""Kinds of addresses that a webhook may have which is allowed to be within the network. The metadata services of clouds
are none of them."""

_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


def address_problem(url: str, *, allows_private: bool) -> str | None:
    """What is wrong with the address of a receiver, as far as it tells by itself; None: nothing."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        return f"it is no address: {error}"
    if parts.scheme not in ("http", "https") or not host:
        return "it is no http or https address"
    if parts.fragment or any(character.isspace() for character in url):
        return "it has a fragment or a blank, which no receiver is sent"
    return _inside(host, allows_private=allows_private)


def _inside(address: str, *, allows_private: bool) -> str | None:
    """Why an address may not be connected to. A name may: what it leads to is vetted when it is known."""
    why = forbidden(address)
    if why in (None, NO_ADDRESS) or (allows_private and why in INSIDE):
        return None
    remedy = "; --allow-private lets a receiver be there" if why in INSIDE and not allows_private else ""
    return f"{address} is {why}{remedy}"


class Sender:
    """Posts messages. To be entered: it keeps connections open between them."""

    def __init__(self, version: str, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._agent = f"newscrawl/{version} (webhooks)"
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions.values():
            await session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, allows_private: bool) -> Failure | None:
        """Why a message was not acknowledged; None: it was, by a status of 200 to 299."""
        refused: list[str] = []
        _refused.set(refused)
        if problem := address_problem(url, allows_private=allows_private):
            return Failure(problem)
        try:
            async with asyncio.timeout(self.patience):
                answer = await self._session(allows_private).post(
                    url,
                    data=body,
                    headers={**headers, "Content-Type": "application/json", "User-Agent": self._agent},
                    allow_redirects=False,
                )
                async with answer:
                    return await _judged(answer)
        except TimeoutError:
            return Failure(f"it has not answered within {self.patience:g} s")
        except (aiohttp.ClientError, ValueError, OSError) as error:
            return Failure(refused[0] if refused else _said(error))

    def _session(self, allows_private: bool) -> aiohttp.ClientSession:
        """One for receivers outside alone, one for those that may be within: they share no connection."""
        if allows_private not in self._sessions:

            def vetted(found: AddrInfoType) -> socket.socket:
                family, kind, protocol, _name, place = found
                problem = _inside(str(place[0]), allows_private=allows_private)
                if problem is not None:
                    if (said := _refused.get()) is not None:
                        said.append(f"it leads to an address that is not public: {problem}")
                    raise OSError(problem)
                return socket.socket(family, kind, protocol)

            tls = ssl.create_default_context()
            tls.load_verify_locations(certifi.where())
            self._sessions[allows_private] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=tls, socket_factory=vetted),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
            )
        return self._sessions[allows_private]


async def _judged(answer: aiohttp.ClientResponse) -> Failure | None:
    if 200 <= answer.status < 300:
        return None  # whatever it says beside that, or does not
    if 300 <= answer.status < 400:
        where = clean(answer.headers.get("Location", ""))[:MOST_SAID]
        return Failure(f"it answered {answer.status} and sends on to {where or 'nowhere'}: redirects are not followed")
    said = ""
    with contextlib.suppress(aiohttp.ClientError, OSError):
        said = clean((await answer.content.read(MOST_READ)).decode("utf-8", "replace"))[:MOST_SAID]
    asked = retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
    return Failure(f"it answered {answer.status}{f': {said}' if said else ''}", answer.status, asked)


def _said(error: Exception) -> str:
    """What an error of a connection tells, without the path of the address, which may be a secret."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"{error.host} has no address"
        case aiohttp.ClientConnectorCertificateError():
            return f"the connection to {error.host} is not secure: {error.certificate_error}"
        case aiohttp.ClientConnectorSSLError():
            return f"the connection to {error.host} is not secure: {error.os_error}"
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            return f"no connection to {error.host}:{error.port}: {os.strerror(number) if number else error.os_error}"
        case aiohttp.ClientResponseError():
            return f"the answer is no sound HTTP: {error.message[:MOST_SAID]}"
        case aiohttp.InvalidURL():
            return "it is no address"
        case _:
            return f"the connection was lost: {type(error).__name__}"
