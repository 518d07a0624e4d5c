"""Memory of a crawl against the number of articles that are known already: `make bench-memory`.

The same replica is crawled beside few and beside many stored articles of the same site. The peak of the crawler's
resident memory, and the time of its run, must not grow with the database.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from harness import Bench
from rich.console import Console
from rich.table import Table

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.text import fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.replica import Replica, serve

BATCH = 5000
GROWTH = 1.2  # of the peak, from the fewest known articles to the most
FIRST = datetime(2016, 1, 1, tzinfo=UTC)

console = Console(width=120)


def stored_articles(base_url: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """Documents of articles as a crawl stores them, of the site `replica`, none of which it shows any more."""
    body = "\n\n".join(["The council of the town met on Tuesday and talked about the bridge over the river."] * 8)
    for number in range(first, last):
        at = FIRST + timedelta(minutes=number)
        url = f"{base_url}/news/old-{number}"
        article = Article(
            url=url,
            aliases=[f"{base_url}/old/{number}"],
            site="replica",
            language="en",
            headline=f"Old story {number}",
            body=body,
            fingerprint=fingerprint(str(number)),
            published=Timestamp(raw=at.isoformat(), at=at, precision="second"),
            first_seen_at=at,
            last_seen_at=at,
            changed_at=at,
        )
        yield {"_id": article_id(url), **article.model_dump()}


def fill(run: Bench, already: int, known: int) -> None:
    """Store articles until there are so many."""
    batch: list[dict[str, Any]] = []
    for document in stored_articles(run.server.base_url, already, known):
        batch.append(document)
        if len(batch) == BATCH:
            run.database["articles"].insert_many(batch, ordered=False)
            batch = []
    if batch:
        run.database["articles"].insert_many(batch, ordered=False)


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
    known: Annotated[list[int], typer.Option(help="Known articles; give it several times.")] = [10_000, 1_000_000],  # noqa: B006
) -> None:
    """Crawl beside few and beside many known articles."""
    table = Table(
        "known articles",
        "peak of a first run, MiB",
        "seconds",
        "of a second run",
        "seconds",
        box=None,
        header_style="bold",
        pad_edge=False,
    )
    peaks: list[float] = []
    with serve(Replica(articles)) as server, tempfile.TemporaryDirectory(prefix="newscrawl-memory-") as name:
        folder = Path(name) / "run"
        folder.mkdir()
        run = Bench(folder, server)
        try:
            crawl(run)  # compiles, and makes the collections
            already = 0
            for number in sorted(known):
                console.print(f"{number} articles …", style="dim")
                own = {"_id": {"$in": [article_id(article.url) for article in server.replica.articles]}}
                run.database["articles"].delete_many(own)
                for collection in ("listings", "failures", "views", "revisions"):
                    run.database[collection].drop()
                fill(run, already, number)
                already = number
                figures = (*crawl(run), *crawl(run))
                peaks.append(max(figures[0], figures[2]))
                if (missing := run.missing_and_doubled()[0]) > 0:
                    raise SystemExit(f"{missing} articles are missing")
                table.add_row(f"{number:,}", *(f"{figure:.1f}" for figure in figures))
        finally:
            run.close()
    console.print(table)
    growth = peaks[-1] / peaks[0]
    verdict = "ok" if growth <= GROWTH else "FALLS SHORT"
    console.print(f"growth of the peak: {growth:.2f}, wanted {GROWTH} at most: {verdict}", highlight=False)
    raise SystemExit(int(growth > GROWTH))


if __name__ == "__main__":
    typer.run(main)
