"""`newscrawl demo`: a small news site on this machine, crawled for real into a real database."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, err, fail, out, show_table

if TYPE_CHECKING:
    from newscrawl.records import Run
    from newscrawl.store.connect import Connection

PORT = 8008
"""Where the demo's site is served when the port is free; its articles keep this address in any case."""


class Stored(NamedTuple):
    """What the database holds of the demo: number of articles, one of them, failures by reason."""

    articles: int
    example: dict[str, Any] | None
    failures: dict[str, int]


def demo() -> None:
    """Crawl a small news site on this machine and show what newscrawl makes of it. Nothing to set up.

    newscrawl demo

    newscrawl articles list --site demo
    """
    from newscrawl.cli.crawl import exit_code
    from newscrawl.cli.progress import progress
    from newscrawl.crawl.options import Options
    from newscrawl.crawl.process import crawl
    from newscrawl.replica import Replica, serve, site_file
    from newscrawl.settings import ConfigurationError, read_settings
    from newscrawl.site import read_site
    from newscrawl.store.connect import DatabaseDown

    try:
        own = read_settings(delay=0, concurrency=8, retries=0)  # the site is this machine's own
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    with tempfile.TemporaryDirectory(prefix="newscrawl-demo-") as folder, _serve(serve, Replica(bad=True)) as server:
        path = Path(folder) / "demo.toml"
        path.write_text(site_file(server.base_url, bad=True), encoding="utf-8")
        site = read_site(path)
        articles = len(server.replica.articles)
        err.print(f"Serving a made-up news site of {articles} articles at {server.base_url}", highlight=False)
        err.print("Crawling it over HTTP: listings, feeds and sitemaps in three languages, and some broken pages …")
        try:
            with progress(every=1) as report:
                outcome = crawl([site], own, Options(no_revisits=True), on_progress=report)
        except DatabaseDown as error:
            fail(str(error), Exit.DEPENDENCY)
        except OSError as error:
            fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    runs = list(outcome.runs.values())
    if not runs or runs[0].reason != "finished":
        raise typer.Exit(128 + outcome.signal if outcome.signal else int(exit_code(runs, 1)))
    stored = with_database(_look)
    _show(runs[0], stored)
    if not stored.articles:
        raise typer.Exit(int(Exit.FAILED))


def _serve(serve: Any, replica: Any) -> Any:
    try:
        with serve(replica, port=PORT):
            pass
    except OSError:
        return serve(replica, port=0)
    return serve(replica, port=PORT)


async def _look(connection: Connection) -> Stored:
    database = connection.database
    rich = {"site": "demo", "language": "en", "related.0": {"$exists": True}}
    # The port may be another each time: the path tells which page it was.
    failed = {urlsplit(doc["url"]).path: doc["reason"] async for doc in database["failures"].find({"site": "demo"})}
    return Stored(
        await database["articles"].count_documents({"site": "demo"}),
        await database["articles"].find_one(rich, sort=[("order", -1)]),
        Counter(failed.values()),
    )


def _show(run: Run, stored: Stored) -> None:
    from newscrawl.cli.render import render

    if stored.example is not None:
        out.rule("one article, as stored")
        out.print(render(stored.example), crop=False)
    out.rule("what happened")
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0
    counts = run.counts
    unchanged = counts.get("known", 0) + counts.get("unchanged", 0)
    show_table(
        ("articles", "", ""),
        [
            ("stored", stored.articles, "each once, in the database"),
            ("new", counts.get("new", 0), "stored by this run"),
            ("unchanged", unchanged, "met again in the listings, known, and not fetched"),
            ("duplicates refused", counts.get("duplicates", 0), "the same article under a further address"),
            ("failed", sum(stored.failures.values()), "addresses in `failures`, each with its reason:"),
            *((f"  {reason}", number, WORDS.get(reason, "")) for reason, number in sorted(stored.failures.items())),
        ],
    )
    remarks = {reason: number for reason, number in run.errors.items() if reason not in stored.failures}
    if remarks:
        out.print("Stored, though something was wrong with the page:", highlight=False)
        show_table(("", "", ""), [(f"  {name}", number, WORDS.get(name, "")) for name, number in remarks.items()])
    out.print(f"{counts.get('requests', 0)} requests in {seconds:.1f} s.", highlight=False)
    if not counts.get("new"):
        out.print("This run stored nothing new: every article was known. Run it as often as you like.")
    _next_steps(stored.example)


WORDS = {
    "http-404": "the page is gone",
    "http-500": "the server failed; tried again in an hour",
    "no-headline": "an article page without a headline",
    "empty-body": "an answer without a page",
    "robots-forbidden": "robots.txt closes the address, so it was not fetched",
    "date-in-future": "a date in the year 2199: left empty, the printed text kept",
    "counter-out-of-range": "10^30 views: left empty, the printed text kept",
    "undecodable-bytes": "bytes that are no UTF-8: marked with U+FFFD",
}
"""Reasons of the demo's broken pages, for people."""


def _next_steps(example: dict[str, Any] | None) -> None:
    command = Path(sys.argv[0])
    name = os.path.relpath(command) if command.parent.name == "bin" and ".venv" in command.parts else "newscrawl"
    steps = [
        ("articles list --site demo", "the newest articles"),
        (f"articles show {example['url']}" if example else "runs list", "one of them; --json gives every field"),
        ("serve", "all of them in a browser, and as an API, at http://127.0.0.1:8765/"),
        ("failures list --site demo", "what was refused, and why"),
        ("db start", "keep the database running; it prints the address for mongosh, Compass or a driver"),
        ("crawl unn --since 2d", "a real site"),
    ]
    out.print("\nNext:", highlight=False)
    for words, purpose in steps:
        out.print(f"  {name} {words}\n      {purpose}", markup=False, highlight=False, soft_wrap=True)
