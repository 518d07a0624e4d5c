"""newscrawl against the hostile server in $NEWSCRAWL_SHARED, by its real command line and database: `make hostile`.

First each category of cases is crawled alone, its items are scored, and the memory of the crawler with its worker
processes is watched (the database's apart). Then a good site is crawled beside each category in one process, and its
run is compared with its run alone. Prints both tables; exits with 1 where a `must` case fails, the address that must
not be reached was reached, memory goes beyond 600 MB, or the good site is held back by more than 5 s.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from harness import MACHINE, Bench
from resident import Watch
from rich.console import Console
from rich.table import Table
from torture import Document, Torture, item_of, sites_of, torture

from newscrawl.replica import Replica, serve, site_file

MOST_MEMORY = 600 * 10**6  # bytes
MOST_DELAY = 5.0  # seconds that a good site may be held back
DELAY = 0.2  # seconds between two requests, of both
GOOD = 60  # articles of the good site
PATIENCE = 1200.0  # seconds for one category
STOPPING = 20.0  # seconds from SIGTERM to SIGKILL
AGAIN = frozenset({"state"})
"""Categories whose second run matters: what changes between two visits."""
WORDS = ("pass", "FAIL", "warn", "n/a")

console = Console(width=150)


class Alone(NamedTuple):
    """One category, crawled alone."""

    items: list[Document]
    report: Document
    peak: int
    """Bytes of the crawler and its workers."""
    peak_database: int
    seconds: float
    requests: int
    ends: list[str]
    """How the crawl's processes ended, where that is wrong."""


class Beside(NamedTuple):
    """A run of the good site, beside a category or alone: its seconds, and the longest gap between two requests."""

    seconds: float
    longest_gap: float
    peak: int


class Crawls:
    """Crawls of hostile sites with one database server, each with a database of its own."""

    def __init__(self, bench: Bench, server: Torture, cases: list[Document]) -> None:
        self.bench, self.server = bench, server
        self.sites: dict[str, dict[str, str]] = {}
        for category in dict.fromkeys(case["category"] for case in cases):
            found = sites_of([case for case in cases if case["category"] == category], server.origin)
            self.sites[category] = found
            for name, text in found.items():
                (bench.folder / "sites" / f"{name}.toml").write_text(text, encoding="utf-8")
        good = site_file(bench.server.base_url).replace("delay = 0\n", f"delay = {DELAY}\n")
        (bench.folder / "sites" / "replica.toml").write_text(good, encoding="utf-8")

    @contextmanager
    def crawl(self, database: str, *sites: str, allowed: str = "127.0.0.1") -> Iterator[subprocess.Popen[bytes]]:
        """A crawl in a session of its own, until the context ends. Its output goes to a file."""
        environment = self.bench.environment | {
            "NEWSCRAWL_DATA": str(self.bench.folder / MACHINE),
            "NEWSCRAWL_DATABASE": database,
            "NEWSCRAWL_ALLOW_HOSTS": allowed,
            "NEWSCRAWL_DELAY": str(DELAY),
            "NEWSCRAWL_CONCURRENCY": "1",
        }
        with (self.bench.folder / f"{database}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "newscrawl.cli", "crawl", *sites],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            stop(process)

    def log(self, database: str) -> str:
        """What the crawls into a database have written."""
        return (self.bench.folder / f"{database}.log").read_text(errors="replace")

    def alone(self, category: str) -> Alone:
        """Crawl one category to its end."""
        database = f"hostile-{category}"
        self.server.get("/report/reset")
        began, peaks, ends = time.monotonic(), [], []
        for visit in range(2 if category in AGAIN else 1):
            if visit:
                self.bench.client[database]["articles"].update_many({}, {"$set": {"next_visit_at": datetime.now(UTC)}})
            with (
                self.crawl(database, *self.sites[category]) as process,
                Watch(process.pid, beside=self.bench.local.pid()) as watch,
            ):
                if not ended(process, PATIENCE):
                    ends.append(f"did not end within {PATIENCE:.0f} s")
                elif process.returncode < 0:
                    ends.append(f"ended by signal {-process.returncode}")
            peaks.append((watch.peak, watch.peak_beside))
        if "Traceback" in self.log(database):
            ends.append("wrote a traceback")
        items = [item_of(article) for article in self.bench.client[database]["articles"].find()]
        report = self.server.report()
        peak, peak_database = (max(column) for column in zip(*peaks, strict=True))
        return Alone(items, report, peak, peak_database, time.monotonic() - began, report["requests"], ends)

    def beside(self, category: str | None) -> Beside:
        """Crawl the good site beside a category; its end ends both."""
        database = f"beside-{category or 'nothing'}"
        self.server.get("/report/reset")
        self.bench.server.requests.clear()
        names = self.sites[category] if category else ()
        runs = self.bench.client[database]["runs"]
        with (
            self.crawl(database, *names, "replica", allowed="127.0.0.1 localhost") as process,
            Watch(process.pid, requests=self.bench.server.requests) as watch,
        ):
            deadline = time.monotonic() + PATIENCE
            while (run := runs.find_one({"site": "replica", "ended_at": {"$ne": None}})) is None:
                if process.poll() is not None or time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        run = run or runs.find_one({"site": "replica", "ended_at": {"$ne": None}})
        stored = self.bench.client[database]["articles"].count_documents({"site": "replica"})
        if run is None or stored != GOOD:
            console.print(
                f"the good site has {stored} of {GOOD} articles\n{self.log(database)[-3000:]}", highlight=False
            )
            return Beside(float("inf"), float("inf"), watch.peak)
        return Beside((run["ended_at"] - run["started_at"]).total_seconds(), watch.longest_gap, watch.peak)


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the end of a process, at most so long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a crawl that has not ended: SIGTERM, and SIGKILL to its session where that is not enough."""
    if process.poll() is None:
        process.terminate()
        if not ended(process, STOPPING):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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
    console.print(f"requests to the address that must not be reached: {canary or 'none'}", highlight=False)
    is_well = not (total["FAIL"] or total["n/a"] or canary or any(result.ends for result in results.values()))
    return is_well and peak < MOST_MEMORY


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
        is_kept = held_back <= MOST_DELAY and found.longest_gap - alone.longest_gap <= MOST_DELAY
        is_well = is_well and is_kept and found.peak < MOST_MEMORY
        figures = (f"{found.seconds:.1f}", f"{held_back:+.1f}", f"{found.longest_gap:.1f}", f"{found.peak / 10**6:.0f}")
        table.add_row(category, *figures, "ok" if is_kept else "HELD BACK")
    console.print(table)
    return is_well


def main(
    only: Annotated[str | None, typer.Option(help="Categories, separated by commas.")] = None,
    part: Annotated[int | None, typer.Option(min=1, max=2, help="1: the cases; 2: a good site beside them.")] = None,
    keep: Annotated[Path | None, typer.Option(help="An empty folder for logs and database, which then stay.")] = None,
) -> None:
    """Crawl the hostile server and count what happened."""
    source = Path(os.environ.get("NEWSCRAWL_SHARED", ".")) / "torture"
    if not (source / "server.py").is_file():
        raise SystemExit("there is no torture/server.py; name the folder that holds torture/ in NEWSCRAWL_SHARED")
    began = time.monotonic()
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
