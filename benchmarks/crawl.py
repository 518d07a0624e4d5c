"""The figures of the main job, measured through the real command line, HTTP and database: `make bench`.

A replica of 500 articles is crawled with delays 0. Prints a table; exits with 1 where a figure falls short.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import Bench, Figure
from rich.console import Console
from rich.table import Table

from newscrawl.normalize.urls import article_id
from newscrawl.replica import Replica, ReplicaArticle, serve

ARTICLES = 500
KILLS = 20
SEED = 20260106

console = Console()


@contextmanager
def bench() -> Iterator[Bench]:
    """A replica and an empty database."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-bench-") as folder, serve(Replica(ARTICLES)) as server:
        run = Bench(Path(folder), server)
        try:
            yield run
        finally:
            run.close()


def three_runs(run: Bench) -> list[Figure]:
    """Stored = articles that exist, over three runs; what known articles cost; how fast it goes."""
    run.crawl()
    first = run.database["runs"].find_one(sort=[("started_at", 1)]) or {}
    seconds = (first["ended_at"] - first["started_at"]).total_seconds()
    database_commands: list[int] = []
    pages: list[int] = []
    fetched = 0
    new = 0
    for _ in range(2):
        with profiled(run) as commands:
            run.crawl()
        queries = [c for c in commands if c["op"] in ("query", "command") and c["ns"].endswith(".articles")]
        database_commands.append(len(queries))
        pages.append(len(run.server.visited))
        fetched += run.articles_fetched()
        last = run.database["runs"].find_one(sort=[("started_at", -1)]) or {}
        new += last["counts"].get("new", 0)
    missing, doubled = run.missing_and_doubled()
    unrecognised = [alias for article in run.server.replica.articles for alias in unknown_aliases(run, article)]
    rate = ARTICLES / seconds
    return [
        Figure("articles stored over three runs", str(ARTICLES - missing), str(ARTICLES), missing == 0),
        Figure("stored twice", str(doubled), "0", doubled == 0),
        Figure("stored anew by the second and third run", str(new), "0", new == 0),
        Figure("aliases met and not recognised", str(len(unrecognised)), "0", not unrecognised),
        Figure("known articles fetched again", str(fetched), "0", fetched == 0),
        Figure(
            "queries of articles / listings read, second run",
            f"{database_commands[0]} / {pages[0]}",
            "at most 1 each",
            database_commands[0] <= pages[0],
        ),
        Figure(
            "queries of articles / listings read, third run",
            f"{database_commands[1]} / {pages[1]}",
            "at most 1 each",
            database_commands[1] <= pages[1],
        ),
        Figure("articles a second, first run", f"{rate:.0f}", "10 or more", rate >= 10),
    ]


def unknown_aliases(run: Bench, article: ReplicaArticle) -> list[str]:
    """Addresses of an article that the site has shown and that do not lead to its document."""
    shown = [path for path in feed_addresses(run) if article.slug in path and path.endswith(article.slug)]
    prefix = "" if article.edition == "uk" else f"/{article.edition}"
    own = [address for address in shown if f"{prefix}/amp/" in address or f"/{article.edition}/news/" in address]
    identity = article_id(article.url)
    return [
        address
        for address in own
        if not run.database["articles"].count_documents({"_id": identity, "aliases": address}, limit=1)
    ]


_feeds: dict[str, list[str]] = {}


def feed_addresses(run: Bench) -> list[str]:
    """AMP and old-host addresses in the replica's feeds."""
    if run.server.base_url not in _feeds:
        from urllib.request import urlopen

        from newscrawl.extract.feed import read_feed

        found: list[str] = []
        for edition in ("uk", "ru", "en"):
            address = f"{run.server.base_url}/rss/news_{edition}.xml"
            with urlopen(address) as answer:
                found += [card.url for card in read_feed(answer.read(), address).cards]
        _feeds[run.server.base_url] = [url for url in found if "/amp/" in url or "//localhost" in url]
    return _feeds[run.server.base_url]


@contextmanager
def profiled(run: Bench) -> Iterator[list[dict[str, Any]]]:
    """The database's own log of the commands inside the context."""
    run.database.command("profile", 0)
    run.database["system.profile"].drop()
    run.database.command("profile", 2)
    commands: list[dict[str, Any]] = []
    yield commands
    run.database.command("profile", 0)
    commands += [c for c in run.database["system.profile"].find() if c.get("appName") == "newscrawl"]


def killed_crawler(run: Bench) -> list[Figure]:
    """kill -9 of the crawler at random instants, then a run to the end."""
    run.forget()
    dice = random.Random(SEED)
    killed = 0
    for _ in range(KILLS):
        process = run.start()
        run.wait_for(1, process)
        time.sleep(dice.uniform(0, 1.5))
        killed += process.poll() is None
        process.kill()
        process.communicate()
    run.crawl()
    missing, doubled = run.missing_and_doubled()
    return [
        Figure("kills of the crawler in mid-crawl", str(killed), f"{KILLS // 2} or more", killed >= KILLS // 2),
        Figure("missing after the kills and a run to the end", str(missing), "0", missing == 0),
        Figure("doubled", str(doubled), "0", doubled == 0),
    ]


def killed_database(run: Bench) -> list[Figure]:
    """kill -9 of the embedded server during a crawl, which starts it again and goes on."""
    run.forget()
    process = run.start()
    kills = 0
    for requests in (60, 250, 400):
        run.wait_for(requests, process)
        pid = run.local.pid()
        if process.poll() is None and pid is not None:
            os.kill(pid, signal.SIGKILL)
            kills += 1
            while run.local.pid() == pid:
                time.sleep(0.001)
    process.communicate(timeout=120)
    run.local.start(keep=True)
    run.crawl()
    missing, doubled = run.missing_and_doubled()
    return [
        Figure("kills of mongod in mid-crawl", str(kills), "1 or more", kills >= 1),
        Figure("missing after them and a run to the end", str(missing), "0", missing == 0),
        Figure("doubled", str(doubled), "0", doubled == 0),
    ]


def main() -> int:
    """Measure everything and print it. Gives the exit code."""
    began = time.monotonic()
    figures: list[Figure] = []
    parts: tuple[Callable[[Bench], list[Figure]], ...] = (three_runs, killed_crawler, killed_database)
    with bench() as run:
        for part in parts:
            console.print(f"{part.__name__.replace('_', ' ')} …", style="dim")
            figures += part(run)
    table = Table("figure", "measured", "wanted", "", box=None, header_style="bold", pad_edge=False)
    for figure in figures:
        table.add_row(figure.name, figure.measured, figure.wanted, "ok" if figure.ok else "FALLS SHORT")
    console.print(table)
    console.print(f"measured in {time.monotonic() - began:.0f} s on {os.cpu_count()} cores", highlight=False)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
