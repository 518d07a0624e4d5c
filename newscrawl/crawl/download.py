"""The download of one address: at its host's pace, from a vetted address, within limits, without its codings.

Scrapy's own handlers read what a server sends until memory ends, connect wherever a name leads, and know nothing of
what a server asks for. This one is built on aiohttp, whose parser is strict about the framing of answers.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from socket import socket
from typing import TYPE_CHECKING, Self

import aiohttp
import certifi
import yarl
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from newscrawl.crawl.archiving import ARCHIVED, Archiving, Sent
from newscrawl.crawl.codings import ACCEPTED, CodingError, decode_body
from newscrawl.crawl.gate import gate
from newscrawl.crawl.pace import THROTTLED, Pace, retry_after
from newscrawl.crawl.refusals import Broken, Refused, TooSlow
from newscrawl.crawl.traffic import Traffic, host_of
from newscrawl.normalize.addresses import NO_ADDRESS, AllowList, forbidden, own_addresses
from newscrawl.settings import Settings, settings

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType
    from scrapy.crawler import Crawler

TRUNCATE_AT = "truncate_at"
"""Key of a request's `meta`: bytes after which the download ends, with what has come and the flag `truncated`."""

CRAWL_DELAY = "crawl_delay"
"""Key of a request's `meta`: seconds between two requests that the robots.txt of its host asks for, capped."""

LONGEST_HEADER = 64 * 2**10  # bytes of one header: policies of some sites have ten thousand
_HEADERS_TOO_LONG = re.compile(r"Got more than|Too many (?:headers|trailers)", re.I)  # aiohttp's own words
UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError)
TROUBLE = (*UNREACHABLE, DownloadFailedError, DownloadTimeoutError, ResponseDataLossError)


@dataclass
class _Target:
    """The host that a connection is wanted to, and what was found to be no address to connect to."""

    host: str
    port: int
    is_proxy: bool = False
    refused: str | None = None
    connected: list[str] = field(default_factory=list)
    """Addresses that a connection was begun to."""


_target: ContextVar[_Target | None] = ContextVar("newscrawl_target", default=None)


class Download:
    """Scrapy's download handler for http and https."""

    lazy = True

    def __init__(
        self,
        own: Settings,
        allowed: AllowList,
        *,
        delay: float = 0.0,
        concurrency: int = 1,
        traffic: Traffic | None = None,
        archiving: Archiving | None = None,
    ) -> None:
        """`delay`: seconds between two requests to one domain. `concurrency`: requests to it at a time. `traffic`: what
        is told of each request. `archiving`: what keeps the answers as they came.
        """
        self.own, self.allowed = own, allowed
        self.delay, self.concurrency = delay, concurrency
        self.traffic = traffic or Traffic()
        self.archiving = archiving
        self._open: aiohttp.ClientSession | None = None
        self._addresses: dict[tuple[str, int], set[str]] = {}
        """Addresses that the connections to a host and port lead to."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        own, spider = settings(), crawler.spider
        site = spider.site  # type: ignore[union-attr]
        return cls(
            own,
            allow_list(own, [site.home, *site.sources, *(f"http://{host}/" for host in site.hosts)]),
            delay=crawler.settings.getfloat("DOWNLOAD_DELAY"),
            concurrency=crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
            traffic=spider.traffic,  # type: ignore[union-attr]
            archiving=Archiving(crawler.spider),  # type: ignore[arg-type]
        )

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._open is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=_tls(self.own.verify_tls), socket_factory=self._socket)
            self._open = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
        return self._open

    async def close(self) -> None:
        """Close every connection, and the archive."""
        if self._open is not None:
            await self._open.close()
        if self.archiving is not None:
            await self.archiving.close()

    # --- who is connected to ---------------------------------------------------------------------

    def _socket(self, found: AddrInfoType) -> socket:
        """A socket for an address that is about to be connected to. Raises OSError where that is forbidden."""
        family, kind, protocol, _name, place = found
        target = _target.get()
        if target is not None and not target.is_proxy:
            address = str(place[0])
            why = forbidden(address)
            if why is not None and (target.host, address, target.port) not in self.allowed:
                target.refused = (
                    f"{address} is {why}"
                    if address == target.host
                    else f"{target.host} leads to {address}, which is {why}"
                )
                raise OSError(target.refused)
            target.connected.append(address)
        return socket(family, kind, protocol)

    def _vet_beyond_proxy(self, target: _Target) -> None:
        """A proxy connects for us: what is told by its number is vetted all the same. Raises Refused."""
        why = forbidden(target.host)
        if why not in (None, NO_ADDRESS) and (target.host, target.host, target.port) not in self.allowed:
            raise Refused("forbidden-address", f"{target.host} is {why}")

    # --- one download ----------------------------------------------------------------------------

    async def download_request(self, request: Request) -> Response:
        """The answer to a request. Raises Refused, Broken and Scrapy's exceptions of downloads."""
        circuit = gate().circuit(request.url)
        turn = gate().turn(
            request.url,
            delay=self.delay,
            floor=request.meta.get(CRAWL_DELAY, 0.0),
            concurrency=self.concurrency,
            not_before=request.meta.get("not_before", 0.0),
            max_wait=self.own.max_wait,
        )
        async with turn as pace:
            began, host = time.monotonic(), self.traffic.took_off(request.url)
            try:
                response = await gate().fly(self._fetch(request))
            except TROUBLE as error:
                pace.failed()
                circuit.failed(request.url, datetime.now(UTC), has_connected=not isinstance(error, UNREACHABLE))
                raise
            finally:
                self.traffic.landed(host)
            self.traffic.download.add(time.monotonic() - began)
            self._learn(request.url, response, pace, began)
            return response

    def _learn(self, url: str, response: Response, pace: Pace, began: float) -> None:
        """What an answer says of how its host wants to be asked."""
        now, circuit = datetime.now(UTC), gate().circuit(url)
        if response.status in THROTTLED:
            self.traffic.throttled_at[host_of(url)] = now
            said = response.headers.get("Retry-After")
            asked = retry_after(said.decode("latin-1") if said else None, now)
            pace.refused(time.monotonic(), asked)
            circuit.failed(url, now, has_connected=True)
            if asked is not None and asked > self.own.max_wait:
                circuit.asked_to_wait(datetime.fromtimestamp(now.timestamp() + asked, UTC))
        elif response.status >= 500:
            pace.failed()
            circuit.failed(url, now, has_connected=True)
        elif response.status < 400:
            pace.answered(time.monotonic() - began)
            circuit.succeeded()
        else:
            pace.rejected()
            circuit.succeeded()

    async def _fetch(self, request: Request) -> Response:
        own, url = self.own, yarl.URL(request.url, encoded=True)
        request.meta.pop(ARCHIVED, None)  # of the answer that redirected here
        if url.user is not None or url.password is not None:
            url = url.with_user(None)  # credentials of an address that a page gave are not ours to use
        proxy = request.meta.get("proxy")
        target = _Target((url.host or "").lower(), url.port or 0, is_proxy=bool(proxy))
        if proxy:
            self._vet_beyond_proxy(target)
        _target.set(target)
        headers = [(k, v) for k, v in request.headers.to_tuple_list() if k.lower() != "proxy-authorization"]
        began = time.monotonic()
        seconds = min(own.timeout, request.meta.get("download_timeout") or own.timeout)
        try:
            async with asyncio.timeout(seconds):
                async with asyncio.timeout(own.first_byte_timeout) as first_byte:
                    answer = await self._session.request(
                        request.method,
                        url,
                        data=request.body or None,
                        headers=[*headers, ("Accept-Encoding", ACCEPTED)],
                        timeout=aiohttp.ClientTimeout(total=None, sock_connect=own.first_byte_timeout),
                        allow_redirects=False,
                        proxy=proxy,
                    )
                request.meta["download_latency"] = time.monotonic() - began
                async with answer:
                    return await self._read(request, answer, target)
        except TimeoutError as error:
            if first_byte.expired():
                said = f"the server has not begun to answer after {own.first_byte_timeout:g} seconds"
                raise TooSlow("first-byte-timeout", said) from error
            said = f"the server has not finished its answer after {seconds:g} seconds"
            raise TooSlow("timeout", said) from error
        except aiohttp.ClientError as error:
            raise _as_scrapy_says(error, target) from error

    def _address(self, target: _Target, answer: aiohttp.ClientResponse) -> str | None:
        """The address that answered. Of a connection that has ended, only where the host has no other."""
        if target.is_proxy:
            return None
        known = self._addresses.setdefault((target.host, target.port), set())
        known.update(target.connected)
        if (connection := answer.connection) is not None and connection.transport is not None:
            return str(connection.transport.get_extra_info("peername", (None,))[0])
        return next(iter(known)) if len(known) == 1 else None

    async def _read(self, request: Request, answer: aiohttp.ClientResponse, target: _Target) -> Response:
        own, address = self.own, self._address(target, answer)
        size = sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
        if size > own.max_header_bytes:
            raise Refused(
                "headers-too-large", f"the headers have {size} bytes; at most {own.max_header_bytes} are read"
            )
        headers = Headers([(name.decode("latin-1"), value) for name, value in answer.raw_headers])
        codings = b",".join(headers.getlist("Content-Encoding")).decode("latin-1")
        cut: int | None = request.meta.get(TRUNCATE_AT)
        body, is_cut = await self._body(answer, None if codings else cut)
        if self.archiving is not None:
            await self.archiving.keep(request, Sent(answer, body, is_cut, address))
        sent = size + len(body)
        try:
            body = decode_body(body, codings, max_bytes=own.max_decompressed_bytes)
        except CodingError as error:
            kind = Broken if error.reason == "damaged-coding" else Refused
            raise kind(error.reason, str(error)) from None
        self.traffic.received(answer.status, sent, size + len(body))
        is_cut = is_cut or (cut is not None and len(body) > cut)
        body = body[:cut]
        headers.pop("Content-Encoding", None)
        return responsetypes.from_args(headers=headers, url=request.url, body=body)(
            url=request.url,
            status=answer.status,
            headers=headers,
            body=body,
            flags=["truncated"] if is_cut else [],
            protocol="HTTP/1.1",
        )

    async def _body(self, answer: aiohttp.ClientResponse, cut: int | None) -> tuple[bytes, bool]:
        """The body as it is sent, and whether it was cut after `cut` bytes. Raises Refused where it is too large."""
        most = self.own.max_bytes if cut is None else cut
        if cut is None and (answer.content_length or 0) > most:
            raise Refused("too-large", f"the answer has {answer.content_length} bytes; at most {most} are read")
        body = bytearray()
        async for piece in answer.content.iter_any():
            body += piece
            if len(body) > most and cut is None:
                raise Refused("too-large", f"the answer has more than {most} bytes")
            if len(body) > most:
                return bytes(body[:most]), True
        return bytes(body), False


def allow_list(own: Settings, named: Iterable[str]) -> AllowList:
    """What the operator allows; where he says nothing, servers of this machine that he names in these addresses."""
    return own_addresses(named) if own.allow_hosts is None else AllowList(own.allow_hosts)


@lru_cache(maxsize=2)
def _tls(is_verified: bool) -> ssl.SSLContext:
    """System's authorities, and Mozilla's, because small systems come without. One for all sites of a process: to read
    them takes 20 ms and a megabyte.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if not is_verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _as_scrapy_says(error: aiohttp.ClientError, target: _Target) -> Exception:
    """The exception by which the rest of the crawler knows what went wrong."""
    if target.refused is not None:
        return Refused("forbidden-address", f"{target.refused}; name it in NEWSCRAWL_ALLOW_HOSTS if it may be reached")
    match error:
        case aiohttp.InvalidURL():
            return Refused("no-address", f"this is no address: {error}")
        case aiohttp.ClientConnectorDNSError():
            return CannotResolveHostError(f"{target.host} has no address: {error.os_error}")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Broken("tls-error", f"the connection is not secure: {error}")
        case aiohttp.ClientConnectorError():
            return DownloadConnectionRefusedError(f"no connection to {target.host}: {error.os_error}")
        case aiohttp.ClientPayloadError():
            return ResponseDataLossError(f"the answer ends too early: {error}")
        case aiohttp.ClientResponseError() if _HEADERS_TOO_LONG.match(error.message):
            return Refused("headers-too-large", f"the headers are too long: {error.message[:200]}")
        case aiohttp.ClientResponseError():
            return Broken("broken-http", f"the answer is no sound HTTP: {error.message[:200]}")
        case _:
            return DownloadFailedError(f"the connection was lost: {str(error) or type(error).__name__}")
