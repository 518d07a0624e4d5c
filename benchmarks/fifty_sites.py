"""Fifty replicas on fifty addresses of the loopback, rendered beforehand: what `peers_crawl.py` crawls.

`python fifty_sites.py ARTICLES SITES` serves them, says on a line of JSON where, and ends with its input. The pages are
answered from memory by one asyncio process, so that the site costs little and each crawler finds the same one.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from http import HTTPStatus

from newscrawl.replica import Replica, site_file
from newscrawl.replica.pages import news_sitemap
from newscrawl.replica.server import Answer, Site

MAP = "/map.xml"
"""A sitemap of all articles, for peers that read one; no page leads to it."""
IDENTITY = re.compile(r"127(\\?)\.0\1\.0\1\.1\b")


@dataclass(frozen=True)
class Served:
    """One replica. `host`: its address, such as 127.0.0.7; `base_url`: with its port."""

    host: str
    base_url: str
    replica: Replica

    @property
    def site_file(self) -> str:
        """newscrawl's file of the site."""
        last = self.host.rpartition(".")[2]
        return IDENTITY.sub(lambda found: found[0][:-1] + last, site_file(self.base_url))

    @property
    def addresses(self) -> list[str]:
        """Of its articles."""
        return [self.base_url + article.path for article in self.replica.articles]


def served(articles: int, sites: int, port: int) -> list[Served]:
    """The replicas; the same arguments make the same articles, a different site has different ones."""
    found = []
    for number in range(sites):
        host = f"127.0.0.{number + 1}"
        share = articles * (number + 1) // sites - articles * number // sites
        found.append(Served(host, f"http://{host}:{port}", Replica(share, seed=number + 1)))
    return found


class Pages:
    """Answers by host and target, each rendered once."""

    def __init__(self, sites: list[Served]) -> None:
        self._sites = {one.host: Site(one.replica, one.base_url) for one in sites}
        self._sites["localhost"] = self._sites[sites[0].host]
        self._ready: dict[tuple[str, str], bytes] = {}
        for one in sites:
            for article in one.replica.articles:
                self.answer(one.host, article.path)
            whole = news_sitemap(one.replica.articles, one.base_url).encode()
            self._ready[one.host, MAP] = as_sent(Answer(body=whole, kind="application/xml; charset=utf-8"))

    def answer(self, host: str, target: str) -> bytes:
        """The whole answer as it is sent."""
        if (host, target) not in self._ready:
            site = self._sites.get(host)
            answer = site.answer(host, target) if site else Answer(404)
            if site and answer.status == 404:
                answer = site.answer("localhost", target)  # old addresses lead to those of today
            self._ready[host, target] = as_sent(answer)
        return self._ready[host, target]


def as_sent(answer: Answer) -> bytes:
    """Status line, headers and body."""
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.kind}",
        f"Content-Length: {len(answer.body)}",
        *([f"Location: {answer.location}"] if answer.location else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


class Connection(asyncio.Protocol):
    """One connection, kept open as HTTP/1.1 has it."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._rest = pages, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request, GET or HEAD."""
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            head, *headers = request.decode("latin-1").split("\r\n")
            method, target, _ = head.split(" ", 2)
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
            answer = self._pages.answer(fields.get("host", "").partition(":")[0], target)
            assert self._transport is not None
            self._transport.write(answer if method == "GET" else answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
            if fields.get("connection", "").lower() == "close":
                self._transport.close()


async def serve(articles: int, sites: int) -> None:
    """Serve until the input ends."""
    loop = asyncio.get_running_loop()
    pages: list[Pages] = []
    server = await loop.create_server(lambda: Connection(pages[0]), "0.0.0.0", 0, backlog=1024)
    pages.append(Pages(served(articles, sites, server.sockets[0].getsockname()[1])))
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
