"""Many made-up news sites at one port of this machine, a site an address: 127.1.0.0, 127.1.0.1 and so on.

A process of its own, small and fast: the server is not what is measured. It writes its port on stdout, and gives
at `http://127.0.0.1:PORT/log` what it was asked as JSON: of each site the number of requests and of articles, and when
the first and the last article was asked for, in seconds of this machine's clock.

A site has `/robots.txt`, `/news` with links to all of its articles, and `/sitemap.xml`, an index of sitemaps of 50,000
links at most, which the site has as many of as `--links` says. Every article is unlike every other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import defaultdict
from typing import Any, cast
from xml.sax.saxutils import escape

WORDS = (
    "council river bridge hospital harvest minister railway village budget teacher market winter captain museum"
    " engine border library orchard pilot garden senate island copper lantern weaver doctor theatre mountain harbour"
    " verdict journey kitchen student factory ocean window summer meadow painter tunnel archive forest station"
).split()
PARAGRAPHS = 6
EACH = 50_000  # links of one sitemap


def address_of(number: int) -> str:
    """The address of a site."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def site_file(number: int, port: int, *, delay: float = 0.0, source: str = "listings", path: str = "/news") -> str:
    """The site file of a site. `source`: `listings` or `sitemaps`; `path`: where it is."""
    base = f"http://{address_of(number)}:{port}"
    return (
        f'publisher = "Site {number}"\nhome = "{base}/"\narticle = "/news/[a-z0-9-]+$"\n[crawl]\ndelay = {delay}\n'
        f'[[editions]]\nname = "en"\nlanguage = "en"\n{source} = ["{base}{path}"]\n'
    )


def article(host: str, name: str, words: int) -> bytes:
    """An article page, the same each time."""
    dice = random.Random(f"{host}{name}")
    title = " ".join(dice.choices(WORDS, k=7)).capitalize()
    text = "".join(f"<p>{' '.join(dice.choices(WORDS, k=words)).capitalize()}.</p>" for _ in range(PARAGRAPHS))
    about = {
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": f"2026-11-{dice.randrange(1, 28):02}T{dice.randrange(24):02}:15:00+00:00",
    }
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<script type="application/ld+json">{json.dumps(about)}</script></head><body><header><nav><a href="/">Home</a>'
        f"</nav></header><main><article><h1>{title}</h1>{text}</article></main></body></html>"
    ).encode()


class Sites:
    """What the sites answer, and what they were asked."""

    def __init__(self, articles: int, links: int, words: int) -> None:
        self.articles, self.links, self.words = articles, links, words
        self.seen: dict[str, dict[str, float]] = defaultdict(lambda: {"requests": 0, "articles": 0})
        self.seconds: dict[int, int] = defaultdict(int)
        """Requests of each second."""

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        """Status, type and body."""
        if host == "127.0.0.1":
            return 200, "application/json", json.dumps({"sites": self.seen, "seconds": self.seconds}).encode()
        seen, now = self.seen[host], time.time()
        seen["requests"] += 1
        self.seconds[int(now)] += 1
        seen.setdefault("began", now)
        seen["ended"] = now
        if path.startswith("/news/"):
            seen["articles"] += 1
            seen.setdefault("first", now)
            seen["last"] = now
            return 200, "text/html; charset=utf-8", article(host, path, self.words)
        if path == "/news":
            cards = "".join(
                f'<li><h3><a href="/news/story-{n}">Story {n} of the town and its people</a></h3></li>'
                for n in range(self.articles)
            )
            page = f"<html><head><title>News</title></head><body><main><ul>{cards}</ul></main></body></html>"
            return 200, "text/html; charset=utf-8", page.encode()
        if path == "/robots.txt":
            return 200, "text/plain", b"User-agent: *\nDisallow: /closed/\n"
        if path.startswith("/sitemap"):
            return 200, "application/xml", self._sitemap(path)
        return 404, "text/plain", b"not here"

    def _sitemap(self, path: str) -> bytes:
        number = path.removeprefix("/sitemap-").removesuffix(".xml")
        head = '<?xml version="1.0" encoding="UTF-8"?>'
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if not number.isdigit():
            inner = "".join(
                f"<sitemap><loc>{{base}}/sitemap-{n}.xml</loc></sitemap>" for n in range(-(-self.links // EACH))
            )
            return f"{head}<sitemapindex {space}>{inner}</sitemapindex>".encode()
        first = int(number) * EACH
        urls = "".join(
            f"<url><loc>{{base}}/news/{escape(link_name(n))}</loc></url>"
            for n in range(first, min(first + EACH, self.links))
        )
        return f"{head}<urlset {space}>{urls}</urlset>".encode()


def link_name(number: int) -> str:
    """The name of an article in a sitemap, as long as those of real sites."""
    dice = random.Random(number)
    return f"{'-'.join(dice.choices(WORDS, k=5))}-{number}"


class Connection(asyncio.Protocol):
    """One connection: requests without bodies, one after the other."""

    def __init__(self, sites: Sites, latency: float) -> None:
        self.sites, self.latency = sites, latency
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio calls it."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio calls it."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            named = next((line[5:].strip() for line in lines if line.lower().startswith("host:")), "")
            answer = self._answer(named, lines[0].split(" ")[1])
            if self.latency:
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def _answer(self, named: str, path: str) -> bytes:
        status, kind, body = self.sites.answer(named.partition(":")[0], path)
        if path.startswith("/sitemap"):
            body = body.replace(b"{base}", f"http://{named}".encode())
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until the process is ended."""
    sites = Sites(arguments.articles, arguments.links, arguments.words)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(sites, arguments.latency), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def arguments_of() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20, help="of a site")
    parser.add_argument("--links", type=int, default=0, help="of the sitemaps of a site")
    parser.add_argument("--words", type=int, default=60, help="of a paragraph")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds until an answer")
    return parser.parse_args()


if __name__ == "__main__":
    import uvloop

    uvloop.run(cast(Any, serve(arguments_of())))
