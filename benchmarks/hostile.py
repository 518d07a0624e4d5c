"""newscrawl against the hostile server in $NEWSCRAWL_SHARED, by its real command line and database: `make hostile`.

First each category of cases is crawled alone and its items are scored, then all of them are crawled at once; the memory
of the crawler with its worker processes is watched, the database's apart. At last a good site is crawled beside each
category in one process, and its run is compared with its run alone. Prints tables; exits with 1 where a `must` case
fails, the address that must not be reached was reached, memory goes beyond 600 MB, or the good site is held back by
more than 5 s.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from harness import Bench
from hostile_crawls import AT_ONCE, DELAY, Alone, Crawls
from rich.console import Console
from rich.table import Table
from shared_folder import shared_folder
from torture import torture

from newscrawl.replica import Replica, serve

MOST_MEMORY = 600 * 10**6  # bytes
MOST_DELAY = 5.0  # seconds that a good site may be held back
GOOD = 60  # articles of the good site
WORDS = ("pass", "FAIL", "warn", "n/a")

console = Console(width=150)


def first_part(crawls: Crawls) -> bool:
    """Each category alone. True where everything is as it has to be."""
    results: dict[str, Alone] = {}
    for category in crawls.sites:
        console.print(f"{category} …", style="dim")
        results[category] = crawls.alone(category)
    items = [item for result in results.values() for item in result.items]
    verdicts = crawls.server.score(items, {category: result.report for category, result in results.items()})
    canary = [hit for result in results.values() for hit in result.report["canary_hits"]]
    table = Table(
        "category",
        *WORDS,
        "peak, MB",
        "database, MB",
        "seconds",
        "requests",
        "",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    total: Counter[str] = Counter()
    for category, result in results.items():
        counts = Counter(verdict.word for verdict in verdicts if verdict.category == category)
        total += counts
        sizes = [f"{size / 10**6:.0f}" for size in (result.peak, result.peak_database)]
        cells = [*(str(counts[word]) for word in WORDS), *sizes, f"{result.seconds:.0f}", str(result.requests)]
        table.add_row(category, *cells, ", ".join(result.ends))
    peak = max(result.peak for result in results.values())
    table.add_row("all", *(str(total[word]) for word in WORDS), f"{peak / 10**6:.0f}", style="bold")
    console.print(table)
    for verdict in verdicts:
        if verdict.word != "pass":
            console.print(f"{verdict.word} {verdict.case}: {verdict.why[:300]}", highlight=False, soft_wrap=True)
    is_well = not (total["FAIL"] or total["n/a"] or any(result.ends for result in results.values()))
    if len(results) > 1:
        console.print("all at once …", style="dim")
        found = crawls.together()
        canary += found.canary_hits
        peak = max(peak, found.peak)
        console.print(
            f"all at once, {AT_ONCE} requests at a time: {found.requests} requests,"
            f" peak {found.peak / 10**6:.0f} MB, database {found.peak_database / 10**6:.0f} MB",
            highlight=False,
        )
    console.print(f"requests to the address that must not be reached: {canary or 'none'}", highlight=False)
    return is_well and not canary and peak < MOST_MEMORY


def second_part(crawls: Crawls) -> bool:
    """A good site beside each category. True where none holds it back."""
    console.print("a good site alone …", style="dim")
    alone = crawls.beside(None)
    table = Table(
        "beside", "seconds", "held back", "longest gap", "peak, MB", "", box=None, pad_edge=False, header_style="bold"
    )
    table.add_row("nothing", f"{alone.seconds:.1f}", "", f"{alone.longest_gap:.1f}", f"{alone.peak / 10**6:.0f}")
    is_well = True
    for category in crawls.sites:
        console.print(f"a good site beside {category} …", style="dim")
        found = crawls.beside(category)
        held_back = found.seconds - alone.seconds
        is_kept = max(held_back, found.longest_gap - alone.longest_gap) <= MOST_DELAY and not found.missing
        is_well = is_well and is_kept and found.peak < MOST_MEMORY
        figures = (f"{found.seconds:.1f}", f"{held_back:+.1f}", f"{found.longest_gap:.1f}", f"{found.peak / 10**6:.0f}")
        table.add_row(category, *figures, "ok" if is_kept else f"HELD BACK, {found.missing} articles missing")
    console.print(table)
    return is_well


def main(
    only: Annotated[str | None, typer.Option(help="Categories, separated by commas.")] = None,
    part: Annotated[int | None, typer.Option(min=1, max=2, help="1: the cases; 2: a good site beside them.")] = None,
    keep: Annotated[Path | None, typer.Option(help="An empty folder for logs and database, which then stay.")] = None,
) -> None:
    """Crawl the hostile server and count what happened."""
    source = shared_folder("torture/server.py") / "torture"
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newscrawl-hostile-")))
        (folder / "run").mkdir(parents=True)
        server = stack.enter_context(torture(source, folder / "torture"))
        good = stack.enter_context(serve(Replica(GOOD)))
        bench = Bench(folder / "run", good)
        stack.callback(bench.close)
        chosen = only.split(",") if only else None
        cases = [case for case in server.cases() if chosen is None or case["category"] in chosen]
        console.print(f"{len(cases)} cases, delay {DELAY} s, one request to a host at a time", highlight=False)
        crawls = Crawls(bench, server, cases)
        parts = [run(crawls) for number, run in ((1, first_part), (2, second_part)) if part in (None, number)]
    console.print(f"measured in {time.monotonic() - began:.0f} s on {os.cpu_count()} cores", highlight=False)
    raise SystemExit(int(not all(parts)))


if __name__ == "__main__":
    typer.run(main)
