"""Memory of a crawl against the number of articles that are known already: `make bench-memory`.

The same replica is crawled beside few and beside ten million stored articles of the same site; half an hour, and 20 GB
of disk. The peak of the crawler's resident memory must not grow with the database: the known of a page are asked for by
one query with the page's own identities, and nothing of the database is held beyond that page.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from harness import DATABASE, Bench
from pymongo import MongoClient
from results import Cell, Result, Wanted, console, loaded, machine

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.text import fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.replica import Replica, serve
from newscrawl.store.connect import connect
from newscrawl.store.schema import INDEXES, apply_schema

BATCH = 5000
GROWTH = 1.2  # of the peak, from the fewest known articles to the most
FIRST = datetime(2006, 1, 1, tzinfo=UTC)


def stored_articles(base_url: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """Documents of articles as a crawl stores them, of the site `replica`, none of which it shows any more."""
    body = "\n\n".join(["The council of the town met on Tuesday and talked about the bridge over the river."] * 8)
    same = Article(url=base_url, site="replica", language="en", headline="Old", body=body, fingerprint="").model_dump()
    for number in range(first, last):
        at = FIRST + timedelta(minutes=number)
        url = f"{base_url}/news/old-{number}"
        own = {
            "_id": article_id(url),
            "url": url,
            "aliases": [f"{base_url}/old/{number}"],
            "headline": f"Old story {number}",
            "fingerprint": fingerprint(str(number)),
            "published": Timestamp(raw=at.isoformat(), at=at, precision="second").model_dump(),
            **dict.fromkeys(("first_seen_at", "last_seen_at", "changed_at"), at),
        }
        yield {**same, **own}


def fill(run: Bench, already: int, known: int) -> None:
    """Store articles until there are so many. Indexes are built when all are there, which is far faster."""
    articles, began = run.database["articles"], time.monotonic()
    articles.drop_indexes()
    with MongoClient(run.local.uri, w=1, journal=False) as client:
        unwaited = client[DATABASE]["articles"]
        made = stored_articles(run.server.base_url, already, known)
        while batch := list(islice(made, BATCH)):
            unwaited.insert_many(batch, ordered=False)
    console.print(f"{known:,} articles after {time.monotonic() - began:.0f} s; indexes …", style="dim")
    asyncio.run(prepare(run))
    console.print(f"{len(INDEXES['articles'])} indexes after {time.monotonic() - began:.0f} s", style="dim")


async def prepare(run: Bench) -> None:
    """Make the indexes."""
    connection = await connect(run.local.uri, folder=run.folder, database=DATABASE)
    try:
        await apply_schema(connection)
    finally:
        await connection.close()


def crawl(run: Bench) -> tuple[float, float]:
    """Crawl to the end; the crawler's peak of resident memory in MiB, and its seconds."""
    began = time.monotonic()
    process = run.start()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"the crawl ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    return used.ru_maxrss * unit / 2**20, time.monotonic() - began


def main(
    articles: Annotated[int, typer.Option(help="Articles of the replica.")] = 500,
    known: Annotated[list[int], typer.Option(help="Known articles; give it several times.")] = [10_000, 10_000_000],  # noqa: B006
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl beside few and beside many known articles."""
    begun_on, rows, peaks = machine(), list[list[Cell]](), list[float]()
    with serve(Replica(articles)) as server, tempfile.TemporaryDirectory(prefix="newscrawl-memory-") as name:
        folder = Path(name) / "run"
        folder.mkdir()
        run = Bench(folder, server)
        try:
            crawl(run)  # compiles, and makes the collections
            own = {"_id": {"$in": [article_id(article.url) for article in server.replica.articles]}}
            already = 0
            for number in sorted(known):
                run.database["articles"].delete_many(own)
                for collection in ("listings", "failures", "views", "revisions"):
                    run.database[collection].drop()
                fill(run, already, number)
                already = number
                figures = (*crawl(run), *crawl(run))
                peaks.append(max(figures[0], figures[2]))
                if (missing := articles - run.database["articles"].count_documents(own)) > 0:
                    raise SystemExit(f"{missing} articles are missing")
                rows.append([f"{number:,}", *figures])
        finally:
            run.close()
    growth = peaks[-1] / peaks[0]
    result = Result(
        name="memory",
        title="Known articles",
        runs=1,
        columns=["known articles", "peak of a first run, MiB", "seconds", "of a second run", "seconds"],
        rows=rows,
        wanted=[Wanted("growth of the peak", f"{growth:.2f} times", f"{GROWTH} or less", growth <= GROWTH)],
        notes=[f"{articles} new articles in the first run, none in the second."],
        measured={"known": sorted(known), "peaks_mib": [round(peak, 1) for peak in peaks]},
        machine=loaded(begun_on),
    )
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
