"""Every article once, from a server that fails 30 % of all requests in ten ways: `make flaky`.

A replica publishes new articles all the time, and newscrawl crawls it again and again for an hour, with no delay and
short time-outs. Then the server is well, what failed is due at once instead of an hour later, and newscrawl crawls once
or twice more. After that every article that was published has to be stored once, with the whole of its text and
without a version that was not. Prints a table; exits with 1 where that is not so.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from flaky_server import Flaky, every, serve_flaky
from harness import MACHINE, Bench
from rich.console import Console
from rich.table import Table

from newscrawl.replica import Replica, ReplicaArticle

SHARE = 0.3  # of all requests
FIRST = 90  # articles that are published at the beginning
RATE = 30  # articles a minute after that
LONGEST_RUN = 900.0  # seconds
LAST_RUNS = 2
TIMEOUTS = {"NEWSCRAWL_TIMEOUT": "4", "NEWSCRAWL_FIRST_BYTE_TIMEOUT": "2", "NEWSCRAWL_CONCURRENCY": "8"}

LOOK: dict[str, Any] = {"box": None, "header_style": "bold", "pad_edge": False}

console = Console(width=150)


class Left(NamedTuple):
    """What is left at the end. All of it is to be 0."""

    missing: int
    doubled: int
    wrong_text: int
    wrong_versions: int
    observations_missing: int
    observations_doubled: int
    waiting: int


def is_whole(article: ReplicaArticle, stored: dict[str, Any]) -> bool:
    """The stored document has the headline and every paragraph of the article."""
    return stored["headline"] == article.headline and all(text in stored["body"] for text in article.paragraphs)


def left(run: Bench, *, quietly: bool = False) -> Left:
    """Count what is stored, and what should be."""
    truth = {article.url: article for article in run.server.replica.articles}
    stored = run.database["articles"].find({"url": {"$in": list(truth)}}, {"url": 1, "headline": 1, "body": 1})
    wrong = [truth[document["url"]] for document in stored if not is_whole(truth[document["url"]], document)]
    assert isinstance(run.server, Flaky)
    for article in () if quietly else wrong[:9]:
        answers = [answer for path, found in run.server.answers.items() if article.slug in path for answer in found]
        console.print(f"not the whole text: {article.path}, answered {', '.join(answers)}", highlight=False)
    return Left(
        *run.missing_and_doubled(),
        len(wrong),
        run.database["revisions"].count_documents({}),  # no article changes: an earlier version was a broken page
        *run.observations_missing_and_doubled(),
        run.spooled(),
    )


def crawl(run: Bench, *options: str) -> int:
    """One crawl; its exit code. Ends the program where it does not end, or writes a traceback."""
    process = run.start(MACHINE, *options)
    try:
        output, errors = process.communicate(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"a crawl did not end within {LONGEST_RUN:.0f} s") from None
    finally:
        process.kill()  # does nothing to one that has ended
    if "Traceback" in output + errors:
        raise SystemExit(f"a crawl wrote a traceback\n{output}{errors}")
    return process.returncode


def make_due(run: Bench) -> int:
    """Let everything that failed be due now, as it would be later by itself; how many that are."""
    now = datetime.now(UTC)
    return (
        run.database["failures"]
        .update_many({"next_try_at": {"$ne": None}}, {"$set": {"next_try_at": now}})
        .matched_count
    )


def disturbed(run: Bench, server: Flaky, minutes: float) -> Counter[int]:
    """Crawl again and again while articles appear; how often each exit code came."""
    codes: Counter[int] = Counter()
    end = time.monotonic() + minutes * 60
    last = time.monotonic()

    def publish() -> None:
        server.replica.unpublished = max(0, server.replica.unpublished - 1)

    with every(60 / RATE, publish):
        while time.monotonic() < end:
            codes[crawl(run)] += 1
            if time.monotonic() - last > 60:
                last = time.monotonic()
                stored = run.database["articles"].count_documents({})
                published = len(server.replica.articles) - server.replica.unpublished
                line = f"{codes.total()} runs, {published} articles published, {stored} stored"
                console.print(f"{line}, {(end - last) / 60:.0f} minutes to go", style="dim", highlight=False)
    server.replica.unpublished = 0
    return codes


def reasons(run: Bench) -> str:
    """What failures the database holds, by reason."""
    kinds = Counter(document["reason"] for document in run.database["failures"].find({}, {"reason": 1}))
    return ", ".join(f"{reason} {number}" for reason, number in kinds.most_common()) or "none"


def main(
    minutes: Annotated[float, typer.Option(help="Time for which the server is ill.")] = 60,
    seed: Annotated[int, typer.Option(help="Seed of the faults.")] = 20261127,
) -> None:
    """Crawl a server that fails, and count what is stored."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    articles = FIRST + round(RATE * minutes)
    replica = Replica(articles)
    replica.unpublished = articles - FIRST
    with tempfile.TemporaryDirectory(prefix="newscrawl-flaky-") as name, serve_flaky(replica, seed, SHARE) as server:
        folder = Path(name) / "run"
        folder.mkdir()
        run = Bench(folder, server)
        run.environment |= TIMEOUTS
        try:
            codes = disturbed(run, server, minutes)
            before, failed = left(run, quietly=True), reasons(run)
            asked, faults = server.asked, Counter(server.faults)
            server.share = 0
            for _ in range(LAST_RUNS):
                due = make_due(run)
                code = crawl(run, "--now")
                console.print(
                    f"a run with a server that is well: {due} failures due, exit code {code}", highlight=False
                )
            after, failed_after = left(run), reasons(run)
        finally:
            run.close()
    ways = ", ".join(f"{fault} {number}" for fault, number in sorted(faults.items()))
    share = faults.total() / max(1, asked)
    console.print(
        f"{articles} articles; {asked} requests, {faults.total()} failed ({share:.1%}): {ways}", highlight=False
    )
    ends = ", ".join(f"{code} {number} times" for code, number in sorted(codes.items()))
    console.print(f"{codes.total()} runs in {minutes:g} minutes, exit codes: {ends}", highlight=False)
    table = Table("", *(name.replace("_", " ") for name in Left._fields), "failures", **LOOK)
    table.add_row("while it was ill", *map(str, before), failed)
    table.add_row("at the end", *map(str, after), failed_after)
    console.print(table)
    console.print(
        f"measured in {time.monotonic() - began:.0f} s on {os.cpu_count()} cores, seed {seed}", highlight=False
    )
    raise SystemExit(int(any(after)))


if __name__ == "__main__":
    typer.run(main)
