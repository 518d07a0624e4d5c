"""One download from servers that lie, stall and send too much: each limit has its reason, nothing internal is reached."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
)
from scrapy.http import HtmlResponse, Request, Response

from newscrawl.crawl import gate as gates
from newscrawl.crawl.download import Download
from newscrawl.crawl.reasons import reason_of
from newscrawl.crawl.refusals import Stopped
from newscrawl.settings import read_settings, scrapy_settings
from newscrawl.site import Site
from newscrawl.spiders.loader import spider_of

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PAGE = b"<html><body><h1>Bridge closed</h1></body></html>"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


@dataclass
class RawServer:
    """A server that answers every request with the bytes of `answer`, or as the function does. `heads`: as received."""

    port: int = 0
    answer: bytes | Answer = b""
    heads: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/news/1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            self.times.append(time.monotonic())
            self.asked.set()
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.closed.set()
            writer.close()


@asynccontextmanager
async def raw_server(host: str = "127.0.0.1") -> AsyncIterator[RawServer]:
    server = RawServer()
    listening = await asyncio.start_server(server.serve, host, 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with raw_server() as raw:
        yield raw


@pytest.fixture
def settings_are(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace settings of the downloads of this test."""

    def replace(**options: Any) -> None:
        own = read_settings(**{"delay": 0, "allow_hosts": "127.0.0.1"} | options)
        monkeypatch.setattr("newscrawl.crawl.download.settings", lambda: own)

    replace()
    return replace


@pytest.fixture
async def fetch(
    settings_are: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Awaitable[Response]]]:
    """Download one address."""
    monkeypatch.setattr(gates, "_gate", None)
    handlers: list[Download] = []

    async def download(url: str, site: Site | None = None, **meta: Any) -> Response:
        if not handlers:
            site = site or Site.generic("https://example.com/")
            own = read_settings(delay=0)
            crawler = Crawler(spider_of(site), scrapy_settings(own))
            crawler.spider = spider_of(site)()
            handlers.append(Download.from_crawler(crawler))
        request = Request(url, meta=meta, headers={"User-Agent": "test (a@example.com)"}, dont_filter=True)
        return await handlers[0].download_request(request)

    yield download
    for handler in handlers:
        await handler.close()


Fetch = Callable[..., Awaitable[Response]]


async def reason(download: Awaitable[Response]) -> str:
    """The reason for which a download is refused."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  the reason is what the tests are about
        await download
    return reason_of(caught.value)


def whole(body: bytes, *headers: bytes) -> bytes:
    """An answer with a body."""
    return HTML + b"".join(h + b"\r\n" for h in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


# --- what is sound ------------------------------------------------------------------------------


async def test_a_sound_answer_is_given_as_it_is(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(PAGE, b"ETag: abc")
    response = await fetch(server.url)
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.headers["ETag"]) == (200, PAGE, b"abc")


async def test_a_coded_answer_is_given_decoded(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(gzip.compress(PAGE), b"Content-Encoding: gzip")
    response = await fetch(server.url)
    assert response.body == PAGE
    assert "Content-Encoding" not in response.headers
    assert b"gzip, deflate, br, zstd" in server.heads[0]


async def test_the_address_is_sent_as_it_is_written(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(PAGE)
    await fetch(f"http://127.0.0.1:{server.port}/%7Ea/b%2Fc?q=%C3%A4&x=a+b")
    assert server.heads[0].startswith(b"GET /%7Ea/b%2Fc?q=%C3%A4&x=a+b HTTP/1.1")


async def test_credentials_in_an_address_are_not_sent(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(PAGE)
    await fetch(f"http://user:secret@127.0.0.1:{server.port}/")
    assert b"authorization" not in server.heads[0].lower()


async def test_early_hints_are_passed_over(server: RawServer, fetch: Fetch) -> None:
    server.answer = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50 + whole(PAGE)
    assert (await fetch(server.url)).body == PAGE


async def test_forty_cookies_of_four_thousand_bytes_are_no_reason_to_refuse_a_page(
    server: RawServer, fetch: Fetch
) -> None:
    server.answer = whole(PAGE, *[b"Set-Cookie: b%d=" % n + b"x" * 4000 for n in range(60)])
    assert (await fetch(server.url)).status == 200


# --- too much -----------------------------------------------------------------------------------


async def test_an_answer_that_says_that_it_is_too_large_is_not_read(
    server: RawServer, fetch: Fetch, settings_are: Any
) -> None:
    settings_are(max_bytes=1024)
    server.answer = HTML + b"Content-Length: 1025\r\n\r\n"
    assert await reason(fetch(server.url)) == "too-large"


async def test_an_endless_answer_is_cut_off_at_the_limit(server: RawServer, fetch: Fetch, settings_are: Any) -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HTML + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")
            await writer.drain()

    settings_are(max_bytes=2**20)
    server.answer = endless
    assert await reason(fetch(server.url)) == "too-large"
    await asyncio.wait_for(server.closed.wait(), 5)


async def test_a_small_answer_that_inflates_to_too_much_is_refused(
    server: RawServer, fetch: Fetch, settings_are: Any
) -> None:
    settings_are(max_decompressed_bytes=2**20)
    server.answer = whole(gzip.compress(bytes(2**20 + 1)), b"Content-Encoding: gzip")
    assert await reason(fetch(server.url)) == "decompressed-too-large"


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: " % n + b"v" * 4000 + b"\r\n" for n in range(120)),
        b"".join(b"X-%d: v\r\n" % n for n in range(5000)),
        b"X: " + b"v" * 2**20 + b"\r\n",
        b"X" * 2**20 + b": v\r\n",
    ],
    ids=["long ones", "many", "one of a megabyte", "a name of a megabyte"],
)
async def test_headers_without_end_are_refused(
    server: RawServer, fetch: Fetch, settings_are: Any, headers: bytes
) -> None:
    settings_are(max_header_bytes=256 * 2**10)
    server.answer = HTML + headers + b"Content-Length: 2\r\n\r\nok"
    assert await reason(fetch(server.url)) == "headers-too-large"


async def test_a_request_may_ask_for_the_beginning_alone(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(b"User-agent: *\n" * 1000)
    response = await fetch(server.url, truncate_at=100)
    assert (len(response.body), response.flags) == (100, ["truncated"])


# --- too slow -----------------------------------------------------------------------------------


async def test_a_server_that_never_answers_is_left(server: RawServer, fetch: Fetch, settings_are: Any) -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    settings_are(first_byte_timeout=0.2, timeout=5)
    server.answer = silent
    assert await reason(fetch(server.url)) == "first-byte-timeout"


@pytest.mark.parametrize(
    ("beginning", "why"),
    [(b"HTTP/1.1 200 OK\r\n", "first-byte-timeout"), (HTML + b"Content-Length: 100000\r\n\r\n", "timeout")],
)
async def test_a_server_that_drips_is_left_in_time(
    server: RawServer, fetch: Fetch, settings_are: Any, beginning: bytes, why: str
) -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(b"X: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    settings_are(first_byte_timeout=0.3, timeout=0.5)
    server.answer = drip
    began = time.monotonic()
    assert await reason(fetch(server.url)) == why
    assert time.monotonic() - began < 3


# --- damaged ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "connection-lost"),
        (b"\x16\x03\x01 SSH-2.0-banner\r\n\r\n", "broken-http"),
        (whole(PAGE)[:-10], "cut-short"),
        (HTML + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n" + PAGE, "broken-http"),
        (whole(gzip.compress(PAGE, mtime=0)[:-10], b"Content-Encoding: gzip"), "damaged-coding"),
        (whole(PAGE, b"Content-Encoding: gzip"), "damaged-coding"),
        (whole(PAGE, b"Content-Encoding: foo"), "unknown-coding"),
        (whole(PAGE, b"Content-Encoding: gzip, br, gzip"), "too-many-codings"),
    ],
)
async def test_a_damaged_answer_is_no_page(server: RawServer, fetch: Fetch, answer: bytes, why: str) -> None:
    server.answer = answer
    assert await reason(fetch(server.url)) == why


async def test_bytes_behind_the_end_never_become_the_next_answer(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(PAGE) + whole(b"SMUGGLED")
    assert (await fetch(server.url)).body == PAGE
    assert b"SMUGGLED" not in (await fetch(server.url)).body


async def test_what_may_be_sound_the_next_time_is_worth_another_attempt(server: RawServer, fetch: Fetch) -> None:
    server.answer = whole(PAGE)[:-10]
    with pytest.raises(ResponseDataLossError):
        await fetch(server.url)
    server.answer = whole(gzip.compress(PAGE)[:-10], b"Content-Encoding: gzip")
    with pytest.raises(DownloadFailedError):
        await fetch(server.url)


# --- where it leads -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.2", "2130706434", "0x7f000002", "127.2", "[::ffff:127.0.0.2]", "0.0.0.0"])
async def test_no_spelling_of_an_internal_address_is_connected_to(fetch: Fetch, host: str) -> None:
    async with raw_server("127.0.0.2") as internal:
        internal.answer = whole(b"INTERNAL SECRET")
        assert await reason(fetch(f"http://{host}:{internal.port}/")) in ("forbidden-address", "no-address", "dns")
        assert internal.heads == []


async def test_a_name_that_leads_inside_is_not_followed(
    server: RawServer, fetch: Fetch, settings_are: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_are(allow_hosts="10.0.0.0/8")
    server.answer = whole(PAGE)
    real = socket.getaddrinfo

    def rebound(host: Any, *arguments: Any, **options: Any) -> Any:
        return real("127.0.0.1" if host == "news.example.com" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    assert await reason(fetch(f"http://news.example.com:{server.port}/")) == "forbidden-address"
    assert server.heads == []


async def test_without_a_word_of_the_operator_only_what_the_site_file_names_on_this_machine_is_reached(
    server: RawServer, fetch: Fetch, settings_are: Any
) -> None:
    settings_are(allow_hosts=None)
    server.answer = whole(PAGE)
    site = Site(name="own", publisher="Own", home=f"http://127.0.0.1:{server.port}/")
    assert (await fetch(server.url, site)).status == 200
    async with raw_server() as other:
        assert await reason(fetch(other.url)) == "forbidden-address"


async def test_an_empty_allow_list_allows_nothing(server: RawServer, fetch: Fetch, settings_are: Any) -> None:
    settings_are(allow_hosts="")
    site = Site(name="own", publisher="Own", home=f"http://127.0.0.1:{server.port}/")
    assert await reason(fetch(server.url, site)) == "forbidden-address"


async def test_a_host_without_an_address_and_a_closed_port_are_told(fetch: Fetch) -> None:
    with pytest.raises(CannotResolveHostError):
        await fetch("http://no-such-host.invalid/")
    async with raw_server() as gone:
        port = gone.port
    with pytest.raises(DownloadConnectionRefusedError):
        await fetch(f"http://127.0.0.1:{port}/")


# --- the pace -----------------------------------------------------------------------------------


async def test_one_request_at_a_time_reaches_a_host(server: RawServer, fetch: Fetch) -> None:
    under_way, most = 0, 0

    async def busy(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        writer.write(whole(PAGE))

    server.answer = busy
    await asyncio.gather(*(fetch(server.url) for _ in range(8)))
    assert most == 1


async def test_retry_after_holds_the_whole_host(server: RawServer, fetch: Fetch) -> None:
    server.answer = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    await fetch(server.url)
    server.answer = whole(PAGE)
    await fetch(f"http://127.0.0.1:{server.port}/another")
    assert server.times[1] - server.times[0] >= 0.99


async def test_a_host_that_asks_for_an_hour_is_left_to_later_runs(server: RawServer, fetch: Fetch) -> None:
    server.answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
    await fetch(server.url)
    assert await reason(fetch(server.url)) == "host-asks-to-wait"
    assert len(server.heads) == 1


async def test_a_host_that_is_down_is_not_asked_again_and_again(fetch: Fetch) -> None:
    async with raw_server() as gone:
        url = gone.url
    reasons = [await reason(fetch(f"{url}?{number}")) for number in range(10)]
    assert reasons == ["connection-refused"] * 6 + ["host-down"] * 4


async def test_the_end_of_a_run_frees_those_who_wait_and_those_under_way(server: RawServer, fetch: Fetch) -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server.answer = silent
    downloads = [asyncio.ensure_future(fetch(server.url)) for _ in range(3)]
    await server.asked.wait()
    gates.gate().stop(grace=0.1)
    ended = await asyncio.wait_for(asyncio.gather(*downloads, return_exceptions=True), 5)
    assert all(isinstance(error, Stopped) for error in ended)
    assert len(server.heads) == 1
