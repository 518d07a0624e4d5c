"""Many small news sites in one process, each at a loopback address of its own, that note when they were asked for what.

A site has a listing of some articles. `python benchmarks/fleet_sites.py FOLDER SITES ARTICLES DELAY` writes their
site files to the folder, serves them until it is ended, and appends every request to `FOLDER/requests.tsv`: seconds,
address of the site, path.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path

from wide_server import WORDS

PARAGRAPHS, WORDS_EACH = 3, 60


def address_of(number: int) -> str:
    """The loopback address of a site."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def site_file(number: int, port: int, delay: float) -> str:
    """The site file of a site."""
    base = f"http://{address_of(number)}:{port}"
    return (
        f'publisher = "Town {number}"\nhome = "{base}/"\ncountry = "GB"\ntimezone = "UTC"\n'
        f"article = ['^{base}/news/']\n[crawl]\ndelay = {delay}\nconcurrency = 1\n"
        f'[[editions]]\nname = "en"\nlanguage = "en"\nlistings = ["{base}/news"]\n'
    )


def listing(number: int, articles: int) -> str:
    """The page that shows the articles of a site, newest first."""
    cards = "".join(
        f'<article><h2><a href="/news/{number}-{article}">Bridge report {article} of town {number}</a></h2></article>'
        for article in range(articles)
    )
    return f"<html><head><title>Town {number}</title></head><body><main>{cards}</main></body></html>"


def page(number: int, article: int, port: int) -> str:
    """The page of an article."""
    base = f"http://{address_of(number)}:{port}"
    headline = f"Bridge report {article} of town {number}"
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": f"2026-01-{article % 28 + 1:02}T{number % 24:02}:00:00Z",
        "author": {"@type": "Person", "name": "Ada Reeve"},
    }
    dice = random.Random(f"{number} {article}")  # no article is like another: copies have a benchmark of their own
    texts = (" ".join(dice.choices(WORDS, k=WORDS_EACH)).capitalize() for _ in range(PARAGRAPHS))
    body = "".join(f"<p>{text}.</p>" for text in texts)
    return (
        f'<html lang="en"><head><title>{headline}</title><link rel="canonical" href="{base}/news/{number}-{article}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
        f"<body><article><h1>{headline}</h1>{body}</article></body></html>"
    )


def answer(number: int, path: str, articles: int, port: int) -> tuple[int, str]:
    """Status and body for a path of a site."""
    if path == "/news":
        return 200, listing(number, articles)
    site, _, article = path.removeprefix("/news/").partition("-")
    if path.startswith("/news/") and site == str(number) and article.isdigit() and int(article) < articles:
        return 200, page(number, int(article), port)
    return 404, ""


async def serve(folder: Path, sites: int, articles: int, delay: float) -> None:
    """Serve until the process is ended."""
    numbers = {address_of(number): number for number in range(sites)}
    log = (folder / "requests.tsv").open("a", buffering=1)
    port = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while line := await reader.readline():
                path = line.split(b" ")[1].decode()
                while (await reader.readline()).strip():
                    pass
                log.write(f"{time.time():.4f}\t{host}\t{path}\n")
                status, body = answer(numbers[host], path, articles, port)
                data = body.encode()
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\n"
                    f"Content-Length: {len(data)}\r\n\r\n".encode()
                    + data
                )
                await writer.drain()
        except (ConnectionError, IndexError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    first = await asyncio.start_server(speak, address_of(0), 0)
    port = first.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(speak, address_of(number), port) for number in range(1, sites)]
    for number in range(sites):
        (folder / f"town-{number}.toml").write_text(site_file(number, port, delay), encoding="utf-8")
    (folder / "ready").write_text(str(port))
    await asyncio.gather(*(server.serve_forever() for server in (first, *others)))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
