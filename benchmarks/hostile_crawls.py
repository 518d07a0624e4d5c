"""Crawls of the hostile server's cases by the real command line, one database server for all of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from harness import MACHINE, Bench
from resident import Watch
from torture import Document, Torture, item_of, sites_of

from newscrawl.replica import site_file

DELAY = 0.2  # seconds between two requests to one host
AT_ONCE = 16  # requests where all sites are crawled together
PATIENCE = 1200.0  # seconds for one category
LONG_ENOUGH = 240.0  # seconds for all of them together
STOPPING = 20.0  # seconds from SIGTERM to SIGKILL
SINCE = {"feed": ("--since", "2026-01-01")}
"""Categories that hold an archive, which a crawl is told to leave out."""
AGAIN = frozenset({"state"})
"""Categories whose second run matters: what changes between two visits."""


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
    missing: int
    """Articles of the good site that are not stored."""
    peak: int


class Together(NamedTuple):
    """All categories, crawled in one process at the same time."""

    peak: int
    peak_database: int
    requests: int
    canary_hits: list[str]


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
    def crawl(self, database: str, *words: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """A crawl in a session of its own, until the context ends. Its output goes to a file.

        `words`: of the command. `settings`: others than those of every crawl here.
        """
        environment = self.bench.environment | {
            "NEWSCRAWL_DATA": str(self.bench.folder / MACHINE),
            "NEWSCRAWL_DATABASE": database,
            "NEWSCRAWL_ALLOW_HOSTS": "127.0.0.1",
            "NEWSCRAWL_DELAY": str(DELAY),
            "NEWSCRAWL_CONCURRENCY": "1",
            **settings,
        }
        with (self.bench.folder / f"{database}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "newscrawl.cli", "crawl", *words],
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
                self.crawl(database, *self.sites[category], *SINCE.get(category, ())) as process,
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

    def together(self) -> Together:
        """Crawl all categories at once, for some minutes, many requests at a time."""
        self.server.get("/report/reset")
        sites = [name for found in self.sites.values() for name in found]
        hurry = {"NEWSCRAWL_DELAY": "0", "NEWSCRAWL_CONCURRENCY": str(AT_ONCE)}
        with (
            self.crawl("hostile-together", *sites, *SINCE["feed"], **hurry) as process,
            Watch(process.pid, beside=self.bench.local.pid()) as watch,
        ):
            ended(process, LONG_ENOUGH)
        report = self.server.report()
        return Together(watch.peak, watch.peak_beside, report["requests"], report["canary_hits"])

    def beside(self, category: str | None) -> Beside:
        """Crawl the good site beside a category; its end ends both."""
        database = f"beside-{category or 'nothing'}"
        self.server.get("/report/reset")
        self.bench.server.requests.clear()
        names = self.sites[category] if category else ()
        runs = self.bench.client[database]["runs"]
        with (
            self.crawl(database, *names, "replica", NEWSCRAWL_ALLOW_HOSTS="127.0.0.1 localhost") as process,
            Watch(process.pid, requests=self.bench.server.requests) as watch,
        ):
            deadline = time.monotonic() + PATIENCE
            while (run := runs.find_one({"site": "replica", "ended_at": {"$ne": None}})) is None:
                if process.poll() is not None or time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        run = run or runs.find_one({"site": "replica", "ended_at": {"$ne": None}})
        stored = self.bench.client[database]["articles"].count_documents({"site": "replica"})
        missing = len(self.bench.server.replica.articles) - stored
        seconds = (run["ended_at"] - run["started_at"]).total_seconds() if run else float("inf")
        return Beside(seconds, watch.longest_gap, missing, watch.peak)


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
