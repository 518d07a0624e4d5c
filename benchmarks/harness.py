"""What the benchmarks of the crawl share: newscrawl in processes of its own, against a replica that they serve."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from pymongo import MongoClient

from newscrawl.replica import Server, site_file
from newscrawl.store.local import LocalServer
from newscrawl.store.spool import Spool

DATABASE = "newscrawl"
MACHINE = "data"


class Figure(NamedTuple):
    """One measured figure, what it should be, and whether it is."""

    name: str
    measured: str
    wanted: str
    ok: bool


class Bench:
    """newscrawl in a folder, its database, and a replica that it crawls.

    The database is the embedded one; where `apart`, a server that newscrawl is told of and does not start itself, as
    several machines would share it.
    """

    def __init__(self, folder: Path, server: Server, *, apart: bool = False) -> None:
        self.folder, self.server = folder, server
        (folder / "sites").mkdir(exist_ok=True)
        (folder / "sites" / "replica.toml").write_text(site_file(server.base_url), encoding="utf-8")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("NEWSCRAWL_", "PYTHON"))},
            "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"),
            "NEWSCRAWL_SITES": str(folder / "sites"),
            "NEWSCRAWL_DELAY": "0",
            "NEWSCRAWL_CONCURRENCY": "16",
        }
        self.local = LocalServer(folder / ("server" if apart else MACHINE))
        self.local.start(keep=True)
        if apart:
            self.environment["NEWSCRAWL_MONGO_URI"] = self.local.uri + "&serverSelectionTimeoutMS=1000"
        self.client: MongoClient[dict[str, Any]] = MongoClient(self.local.uri, tz_aware=True)
        self.database = self.client[DATABASE]

    def close(self) -> None:
        """Stop the database."""
        self.client.close()
        self.local.stop()

    def start(self, machine: str = MACHINE, *options: str) -> subprocess.Popen[str]:
        """Start a crawl. `machine`: its data folder. `options`: of the command."""
        self.server.requests.clear()
        return subprocess.Popen(
            [sys.executable, "-m", "newscrawl.cli", "crawl", "replica", *options],
            env={**self.environment, "NEWSCRAWL_DATA": str(self.folder / machine)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def crawl(self, machine: str = MACHINE) -> None:
        """Crawl to the end. Ends the program where the crawl fails."""
        process = self.start(machine)
        output, errors = process.communicate(timeout=300)
        if process.returncode != 0:
            raise SystemExit(f"the crawl ended with {process.returncode}\n{output}{errors}")

    def wait_for(self, requests: int, process: subprocess.Popen[str]) -> None:
        """Wait until the crawl has made so many requests, or has ended."""
        while process.poll() is None and len(self.server.requests) < requests:
            time.sleep(0.001)

    def articles_fetched(self) -> int:
        """Requests for pages of articles since the last start."""
        return sum("/news/" in path or "/amp/" in path for path in self.server.requests)

    def missing_and_doubled(self) -> tuple[int, int]:
        """Articles that exist and are not stored, and stored documents beyond one an article."""
        truth = {article.url: article for article in self.server.replica.articles}
        stored = [document["url"] for document in self.database["articles"].find({}, {"url": 1})]
        return len(truth.keys() - set(stored)), len(stored) - len(truth.keys() & set(stored))

    def observations_missing_and_doubled(self) -> tuple[int, int]:
        """Stored articles whose own counter was never kept, and observations that were kept twice."""
        articles = {
            document["_id"] for document in self.database["articles"].find({"views": {"$ne": None}}, {"_id": 1})
        }
        seen = set(self.database["views"].distinct("article", {"source": "own page"}))
        same = {"article": "$article", "at": "$at", "source": "$source", "count": "$count", "run": "$run"}
        twice = self.database["views"].aggregate(
            [{"$group": {"_id": same, "times": {"$sum": 1}}}, {"$match": {"times": {"$gt": 1}}}, {"$count": "number"}]
        )
        return len(articles - seen), next((row["number"] for row in twice), 0)

    def spooled(self) -> int:
        """Records that still wait on disk, on any machine."""
        return sum(sum(1 for _ in Spool(path).read()) for path in self.folder.glob(f"*/spool-{DATABASE}.jsonl"))

    def forget(self) -> None:
        """Empty the database."""
        self.client.drop_database(DATABASE)
