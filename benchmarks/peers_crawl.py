"""How many pages a second are stored with one core, newscrawl beside its peers: `python benchmarks/peers_crawl.py`.

A crawler and all processes that it starts have core 0; the site and the database have the others. The site is 50
replicas (`python -m newscrawl.replica`) of 200 articles each on 50 addresses of the loopback, rendered beforehand. No
delays, 16 downloads at once. newscrawl finds the articles itself, by listings, feeds and sitemaps; a peer is given
their addresses, for its own search knows no such site. Every peer stores into the same `mongod`, in an empty database.

A crawl is measured from the start of its process to its end, or for `--longest` seconds: what is stored by then is
counted. The ratio is the median over the runs, in each of which everyone crawls once, in turns. Beside pages a second
of wall time there is processor time a stored page, of the crawler alone, which others at work on the machine change
less. What was stored is compared with the truth: the headline, and how many of the paragraphs are in the body.

Exits with 1 where newscrawl is not `WANTED` times as fast as the fastest peer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

import typer
from fifty_sites import Served, served
from peer_crawlers import PEERS
from pymongo import MongoClient
from resident import Watch
from results import Cell, Result, Wanted, console, loaded, machine, peers_python, ratio

from newscrawl.store.local import LocalServer

HERE = Path(__file__).parent
DATABASE = "newscrawl"
WANTED = 3.0
THREADS = "16"
OWN = "newscrawl"
COLUMNS = [
    "crawler",
    "version",
    "addresses",
    "stored",
    "pages a second",
    "newscrawl times as fast",
    "CPU ms a page",
    "times newscrawl",
    "headlines right",
    "paragraphs there",
]


class Crawled(NamedTuple):
    """One crawl."""

    seconds: float
    processor: float
    stored: int
    headlines: float
    """Share of the stored whose headline is the printed one."""
    paragraphs: float
    """Share of the paragraphs of the stored that are in their bodies."""

    @property
    def rate(self) -> float:
        """Pages stored a second."""
        return self.stored / self.seconds

    @property
    def cost(self) -> float:
        """Processor milliseconds a stored page."""
        return 1000 * self.processor / self.stored if self.stored else float("inf")


class Ground:
    """Site, database, and where the crawlers run."""

    def __init__(self, folder: Path, sites: list[Served], uri: str, longest: float) -> None:
        self.folder, self.sites, self.uri, self.longest = folder, sites, uri, longest
        self.client: MongoClient[dict[str, Any]] = MongoClient(uri)
        (folder / "sites").mkdir()
        for number, site in enumerate(sites):
            (folder / "sites" / f"site{number}.toml").write_text(site.site_file, encoding="utf-8")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("NEWSCRAWL_", "PYTHON"))},
            "NEWSCRAWL_SITES": str(folder / "sites"),
            "NEWSCRAWL_DELAY": "0",
            "NEWSCRAWL_CONCURRENCY": THREADS,
            "NEWSCRAWL_MONGO_URI": uri,
            "NEWSCRAWL_DATABASE": DATABASE,
            "NEWSCRAWL_DATA": str(folder / "own"),
        }

    def crawl(self, name: str, python: Path | None) -> Crawled:
        """Crawl once into an empty database. Raises RuntimeError where nothing is stored."""
        self.client.drop_database(DATABASE)
        words: list[Any] = ["taskset", "-c", "0", sys.executable, "-m", "newscrawl.cli", "crawl"]
        words += [f"site{number}" for number in range(len(self.sites))]
        task = ""
        if name != OWN:
            words = ["taskset", "-c", "0", python, HERE / "peer_crawlers.py", name]
            sites = [{"base_url": site.base_url, "addresses": site.addresses} for site in self.sites]
            task = json.dumps({"uri": self.uri, "database": DATABASE, "sites": sites}) + "\n"
        log = self.folder / "crawl.log"
        began = time.monotonic()
        with log.open("w", encoding="utf-8") as said:
            process = subprocess.Popen(
                words,
                env=self.environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            assert process.stdin is not None
            process.stdin.write(task)
            process.stdin.close()
            with Watch(process.pid) as watch:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(self.longest)
                seconds, stored = time.monotonic() - began, self.documents()
                end(process)
        if not stored:
            said_last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise RuntimeError(f"{name} stored nothing: {' / '.join(said_last)}")
        headlines, paragraphs = self.quality(stored)
        return Crawled(seconds, watch.processor, len(stored), headlines, paragraphs)

    def documents(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What is stored, by host and path."""
        fields = {"url": 1, "headline": 1, "body": 1}
        found = self.client[DATABASE]["articles"].find({}, fields)
        return {((urlsplit(d["url"]).hostname or ""), urlsplit(d["url"]).path): d for d in found}

    def quality(self, stored: dict[tuple[str, str], dict[str, Any]]) -> tuple[float, float]:
        """Shares of right headlines and of paragraphs that are there, among what is stored."""
        headlines, wanted, found = 0, 0, 0
        for site in self.sites:
            for article in site.replica.articles:
                document = stored.get((site.host, article.path))
                if document is None:
                    continue
                body = plain(document["body"])
                headlines += plain(document["headline"]) == plain(article.headline)
                wanted += len(article.paragraphs)
                found += sum(plain(paragraph) in body for paragraph in article.paragraphs)
        return headlines / len(stored), found / max(wanted, 1)


def plain(text: object) -> str:
    """A text without white space: readers break lines in their own ways."""
    return "".join(str(text or "").split())


def end(process: subprocess.Popen[str]) -> None:
    """End the crawl, and whatever it has started and left behind."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def ground(articles: int, sites: int, longest: float) -> Iterator[Ground]:
    """Site and database, on all cores but the first."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, everywhere - {0} or everywhere)
    with tempfile.TemporaryDirectory(prefix="newscrawl-peers-") as folder:
        words = [sys.executable, HERE / "fifty_sites.py", str(articles), str(sites)]
        site = subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert site.stdin is not None
        assert site.stdout is not None
        server = LocalServer(Path(folder) / "server")
        try:
            uri = server.start(keep=True)
            port = json.loads(site.stdout.readline())["port"]
            room = Ground(Path(folder), served(articles, sites, port), uri, longest)
            yield room
            room.client.close()
        finally:
            site.stdin.close()
            site.wait()
            server.stop()


def row_of(name: str, package: str, crawls: list[Crawled], own: list[Crawled]) -> list[Cell]:
    """A crawler's row. `package`: its version. Its ratio: how many times newscrawl's rate is that of it."""
    return [
        name,
        package,
        {OWN: "finds them", "fundus": "a map"}.get(name, "given"),
        min(crawl.stored for crawl in crawls),
        median(crawl.rate for crawl in crawls),
        ratio([crawl.rate for crawl in own], [crawl.rate for crawl in crawls]),
        median(crawl.cost for crawl in crawls),
        ratio([crawl.cost for crawl in crawls], [crawl.cost for crawl in own]),
        f"{100 * median(crawl.headlines for crawl in crawls):.0f} %",
        f"{100 * median(crawl.paragraphs for crawl in crawls):.0f} %",
    ]


def versions(python: Path | None) -> dict[str, str]:
    """Of the packages of the peers that are installed, by the name of the peer."""
    if python is None:
        return {}
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    words = [python, "-c", code, *(package for _, package in PEERS.values())]
    printed = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE).stdout
    return dict(zip(PEERS, printed.split(), strict=True))


def main(
    articles: Annotated[int, typer.Option(min=1, help="Of all sites together.")] = 10_000,
    sites: Annotated[int, typer.Option(min=1, max=200, help="Host names.")] = 50,
    runs: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
    longest: Annotated[float, typer.Option(min=1, help="Seconds of a crawl, after which it is ended.")] = 180,
    only: Annotated[list[str] | None, typer.Option(help="Peers to measure; all by default.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl as everyone in turns."""
    begun, python = machine(), peers_python()
    known = {OWN: version(OWN)} | {name: v for name, v in versions(python).items() if not only or name in only}
    crawls: dict[str, list[Crawled]] = {name: [] for name in known}
    with ground(articles, sites, longest) as room:
        for number in range(runs):
            for name in list(crawls):
                with console.status(f"run {number + 1} of {runs}: {name}"):
                    try:
                        crawl = room.crawl(name, python)
                    except RuntimeError as error:
                        console.print(str(error), style="red", soft_wrap=True)
                        crawls.pop(name)
                        continue
                crawls[name].append(crawl)
                console.print(f"{name}: {crawl.stored} in {crawl.seconds:.1f} s, {crawl.cost:.1f} ms", style="dim")
    own = crawls[OWN]
    rows = [row_of(name, known[name], found, own) for name, found in crawls.items()]
    rows[1:] = sorted(rows[1:], key=lambda row: row[5])
    wanted = []
    if rows[1:]:
        fastest, cheapest = rows[1], min(rows[1:], key=lambda row: row[7])
        times = f"{fastest[5]:.1f} times {fastest[0]}, the fastest peer"
        wanted.append(Wanted("pages stored a second", times, f"{WANTED:.0f} times", fastest[5] >= WANTED))
        times = f"{cheapest[7]:.1f} times less than {cheapest[0]}"
        wanted.append(Wanted("CPU of the crawler a page", times, f"{WANTED:.0f} times", cheapest[7] >= WANTED))
    all_of_them = min(crawl.stored for crawl in own) == articles
    wanted.append(Wanted("articles that newscrawl stored", f"{rows[0][3]}", f"{articles}", all_of_them))
    figures = Result(
        name="peers_crawl",
        title="Crawling with one core",
        runs=runs,
        columns=COLUMNS,
        rows=rows,
        wanted=wanted,
        notes=[
            f"{articles} articles on {sites} hosts; a crawl is ended after {longest:.0f} s, and its rate is that until "
            "then. Stored: the fewest of a run.",
            "newscrawl reads each page's links, dates, dateline, counters and likeness, looks for copies and twins, "
            "and keeps a record of its run; the peers store address, headline and body.",
        ],
        measured={name: [crawl._asdict() for crawl in found] for name, found in crawls.items()},
        machine=loaded(begun),
    )
    figures.show()
    if keep:
        figures.keep()
    raise typer.Exit(figures.code)


if __name__ == "__main__":
    typer.run(main)
