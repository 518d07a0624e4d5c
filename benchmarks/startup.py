"""How long a crawl takes to begin and end, newscrawl beside Scrapy: `python benchmarks/startup.py`.

`newscrawl crawl SITE --limit 0` opens database, schema, site file, lock and run record, asks the site for nothing,
closes all of it, and ends; it starts no process that reads pages, for it gets none. `scrapy crawl SITE` is the smallest
project with the smallest spider, which asks for nothing either and has no database. Wall time from the start of the
process to its end, and processor time, in turns; one start of each comes before, unmeasured: it compiles modules.

The database of the figure to reach is a server that runs. With the embedded one, the start and the end of `mongod` are
in it: that is another row. Exits with 1 where the figure is not reached.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Annotated, NamedTuple

import typer
from results import Result, Wanted, console, loaded, machine, ratio

from newscrawl.replica import site_file
from newscrawl.store.local import LocalServer

MOST_SECONDS = 1.0
OWN, EMBEDDED, SCRAPY = (
    "newscrawl crawl SITE --limit 0",
    "the first, with its embedded mongod started and stopped",
    "scrapy crawl",
)
SPIDER = """import scrapy


class Minimal(scrapy.Spider):
    name = "minimal"
    start_urls = []
"""


class Start(NamedTuple):
    """One start and end, in seconds."""

    wall: float
    processor: float


def timed(words: list[str], folder: Path, environment: dict[str, str]) -> Start:
    """Run a command. Ends the program where it fails."""
    before, began = _children(), time.monotonic()
    done = subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    start = Start(time.monotonic() - began, _children() - before)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return start


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def project(folder: Path) -> Path:
    """The smallest project of Scrapy."""
    (folder / "minimal" / "spiders").mkdir(parents=True)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = minimal.settings\n", encoding="utf-8")
    (folder / "minimal" / "__init__.py").touch()
    (folder / "minimal" / "settings.py").write_text('SPIDER_MODULES = ["minimal.spiders"]\n', encoding="utf-8")
    (folder / "minimal" / "spiders" / "__init__.py").touch()
    (folder / "minimal" / "spiders" / "minimal.py").write_text(SPIDER, encoding="utf-8")
    return folder


def measure(runs: int) -> dict[str, list[Start]]:
    """The starts of each kind."""
    starts: dict[str, list[Start]] = {OWN: [], SCRAPY: [], EMBEDDED: []}
    with tempfile.TemporaryDirectory(prefix="newscrawl-startup-") as name:
        folder = Path(name)
        (folder / "sites").mkdir()
        (folder / "sites" / "replica.toml").write_text(site_file("http://127.0.0.1:9"), encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSCRAWL_", "PYTHON"))}
        environment = {**clean, "NEWSCRAWL_SITES": str(folder / "sites"), "NEWSCRAWL_DATA": str(folder / "own")}
        crawl = [sys.executable, "-m", "newscrawl.cli", "crawl", "replica", "--limit", "0"]
        server = LocalServer(folder / "server")
        minimal = project(folder / "scrapy")
        try:
            named = {**environment, "NEWSCRAWL_MONGO_URI": server.start(keep=True)}
            for number in range(runs + 1):
                with console.status(f"run {number} of {runs}"):
                    for kind, words, place, variables in (
                        (OWN, crawl, folder, named),
                        (SCRAPY, [sys.executable, "-m", "scrapy", "crawl", "minimal"], minimal, clean),
                        (EMBEDDED, crawl, folder, environment),
                    ):
                        start = timed(words, place, variables)
                        if number:
                            starts[kind].append(start)
        finally:
            server.stop()
    return starts


def main(
    runs: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Measure the starts."""
    begun = machine()
    starts = measure(runs)
    scrapy = [start.wall for start in starts[SCRAPY]]
    rows = [
        [
            kind,
            median(start.wall for start in found),
            ratio([start.wall for start in found], scrapy),
            median(start.processor for start in found),
        ]
        for kind, found in starts.items()
    ]
    seconds = median(start.wall for start in starts[OWN])
    figures = Result(
        name="startup",
        title="Beginning and ending",
        runs=runs,
        columns=["command", "seconds", "times Scrapy", "CPU seconds"],
        rows=[list(row) for row in rows],
        wanted=[Wanted(OWN, f"{seconds:.2f} s", f"{MOST_SECONDS:.0f} s or less", seconds <= MOST_SECONDS)],
        notes=["`scrapy crawl` runs a minimal spider, which opens no database."],
        measured={kind: [[round(x, 4) for x in start] for start in found] for kind, found in starts.items()},
        machine=loaded(begun),
    )
    figures.show()
    if keep:
        figures.keep()
    raise typer.Exit(figures.code)


if __name__ == "__main__":
    typer.run(main)
