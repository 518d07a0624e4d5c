"""What a page costs beside a thousand, ten thousand, a hundred thousand and a million stored articles:
`python benchmarks/cost_by_size.py`.

New articles of a replica are crawled by the command into databases of invented articles (`million.py`) of these sizes.
Counted is the processor time of the crawler and of `mongod` a page, so all of it: fetching, reading, looking for
copies and twins, storing. What begins and ends the crawler is taken off: its time with `--limit 0`. Each server first
gets some other articles, unmeasured. In each run all sizes have their turn; what a crawl has added is deleted after it.

Databases of up to 100,000 articles are made in the folder of `--folder` and stay there. That of a million is made by
`make million` and used where `--million` names its folder. Exits with 1 where the largest costs too much more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any, NamedTuple

import typer
from million import DATABASE, Made, ensure
from pymongo import MongoClient
from resident import Watch
from results import Result, Wanted, console, loaded, machine, processor_seconds, ratio

from newscrawl.replica import Replica, serve, site_file
from newscrawl.store.local import LocalServer

SITE = "cost-by-size"
SIZES = (1_000, 10_000, 100_000)
FOLDER = Path.home() / ".cache" / "newscrawl-sizes"
MOST = 1.2
WARM = 200


class Cost(NamedTuple):
    """Of one page, in milliseconds of processor time."""

    crawler: float
    server: float

    @property
    def whole(self) -> float:
        """Of both."""
        return self.crawler + self.server


class Crawls:
    """Crawls into one database. `folder`: of the crawler's own."""

    def __init__(self, server: LocalServer, folder: Path) -> None:
        self.uri, self.folder = server.start(), folder
        self._pid = server.pid() or 0
        (folder / "sites").mkdir(exist_ok=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("NEWSCRAWL_", "PYTHON"))},
            "NEWSCRAWL_MONGO_URI": self.uri,
            "NEWSCRAWL_DATABASE": DATABASE,
            "NEWSCRAWL_SITES": str(folder / "sites"),
            "NEWSCRAWL_DATA": str(folder / "own"),
            "NEWSCRAWL_DELAY": "0",
            "NEWSCRAWL_CONCURRENCY": "16",
        }

    def run(self, articles: int, seed: int) -> Cost:
        """Crawl so many new ones. Ends the program where some are missing."""
        with serve(Replica(articles, seed=seed, start=datetime.now(UTC))) as site:
            text = site_file(site.base_url)
            (self.folder / "sites" / f"{SITE}.toml").write_text(text, encoding="utf-8")
            idle = self._crawl("--limit", "0")
            spent = self._crawl()
        with self._database() as database:
            stored = database["articles"].count_documents({"site": SITE}, maxTimeMS=60_000)
            forget(database)
        if stored != articles:
            raise SystemExit(f"{stored} of {articles} articles were stored")
        return Cost(1000 * (spent.crawler - idle.crawler) / articles, 1000 * spent.server / articles)

    def _crawl(self, *options: str) -> Cost:
        server = processor_seconds(self._pid)
        words = [sys.executable, "-m", "newscrawl.cli", "crawl", SITE, *options]
        done = subprocess.Popen(
            words,
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with Watch(done.pid) as watch:
            output, _ = done.communicate()
        if done.returncode:
            raise SystemExit(f"the crawl ended with {done.returncode}\n{output}")
        return Cost(watch.processor, processor_seconds(self._pid) - server)

    @contextmanager
    def _database(self) -> Iterator[Any]:
        client: MongoClient[dict[str, Any]] = MongoClient(self.uri)
        yield client[DATABASE]
        client.close()


def forget(database: Any) -> None:
    """Delete everything of the site: the database is as before, but for the numbers that were given."""
    added = [document["_id"] for document in database["articles"].find({"site": SITE}, {"_id": 1})]
    for first in range(0, len(added), 500):
        some = added[first : first + 500]
        for collection in ("views", "revisions"):
            database[collection].delete_many({"article": {"$in": some}})
    for collection in ("articles", "tombstones", "sightings", "listings", "runs", "failures"):
        database[collection].delete_many({"site": SITE})
    database["sites"].delete_many({"_id": SITE})
    database["hosts"].delete_many({"host": {"$regex": r"^(127\.0\.0\.1|localhost):"}})
    database["robots"].delete_many({"_id": {"$regex": r"^http://(127\.0\.0\.1|localhost):"}})


def measure(folder: Path, articles: int, seed: int) -> Cost:
    """One size, once."""
    server = LocalServer(folder)
    with tempfile.TemporaryDirectory(prefix="newscrawl-cost-") as own:
        try:
            crawls = Crawls(server, Path(own))
            with crawls._database() as database:
                forget(database)  # what an interrupted measurement left
            crawls.run(WARM, seed + 500)
            return crawls.run(articles, seed)
        finally:
            server.stop()


def main(
    articles: Annotated[int, typer.Option(min=1, help="New articles of a crawl.")] = 600,
    runs: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
    largest: Annotated[int, typer.Option(help="Of the databases that are made here.")] = SIZES[-1],
    folder: Annotated[Path, typer.Option(help="Where those are.")] = FOLDER,
    million: Annotated[Path | None, typer.Option(help="Folder of the database of a million.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl beside each number of stored articles in turns."""
    begun = machine()
    places = {size: folder / str(size) for size in SIZES if size <= largest}
    for size, place in places.items():
        ensure(place, Made(size, 1))
    if million is not None:
        found = Made.read(million)
        if found is None:
            raise SystemExit(f"{million} holds no finished database; `make million` makes one")
        places[found.articles] = million
    costs: dict[int, list[Cost]] = {size: [] for size in places}
    for number in range(runs):
        for size, place in places.items():
            with console.status(f"run {number + 1} of {runs}: beside {size:,} articles"):
                costs[size].append(measure(place, articles, 1000 + number))
            console.print(f"{size:,}: {costs[size][-1].whole:.1f} ms", style="dim")
    least, most = min(places), max(places)
    few = [cost.whole for cost in costs[least]]
    times = ratio([cost.whole for cost in costs[most]], few)
    figures = Result(
        name="cost_by_size",
        title="A page beside many stored articles",
        runs=runs,
        columns=["stored articles", "crawler, CPU ms a page", "mongod, CPU ms a page", "both", f"times {least:,}"],
        rows=[
            [
                f"{size:,}",
                median(cost.crawler for cost in found),
                median(cost.server for cost in found),
                median(cost.whole for cost in found),
                ratio([cost.whole for cost in found], few),
            ]
            for size, found in costs.items()
        ],
        wanted=[
            Wanted(f"{most:,} stored against {least:,}", f"{times:.2f} times", f"{MOST} times or less", times <= MOST)
        ],
        notes=[
            f"{articles} new articles a crawl; fetching, reading and storing together.",
            *([] if million else ["A database of a million was not measured: no `--million` named one."]),
        ],
        measured={str(size): [[round(x, 3) for x in cost] for cost in found] for size, found in costs.items()},
        machine=loaded(begun),
    )
    figures.show()
    if keep:
        figures.keep()
    raise typer.Exit(figures.code)


if __name__ == "__main__":
    typer.run(main)
