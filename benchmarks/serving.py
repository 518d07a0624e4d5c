"""How fast `newscrawl serve` answers over HTTP: `python benchmarks/serving.py`.

On the database of `million.py`. The server is the command itself, held to one processor; the readers are on the others.
What is asked again is answered from memory; every other question is another one. Where a Chromium is installed, it
opens the first page, each time as one that was never here. Exits with 1 where a figure falls short.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from harness import Figure
from million import FOLDER
from rich.console import Console

CHROMIUM = Path("/usr/bin/chromium")
CONNECTIONS, SECONDS = 4, 5.0
ASKED = 200  # questions that differ
OPENED = 9  # times that the browser opens the page

PAINTED = """() => new Promise(tell => new PerformanceObserver(seen => {
  const first = seen.getEntriesByName("first-contentful-paint")[0];
  if (first) tell(first.startTime);
}).observe({type: "paint", buffered: true}))"""
"""Gives the milliseconds until the page was painted first."""

console = Console(highlight=False, width=120)


class Server:
    """`newscrawl serve` on one processor."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "NEWSCRAWL_DATA": str(folder), "NEWSCRAWL_SERVE_PORT": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "newscrawl.cli", "serve"], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        told = ""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", told)):
            line = self._process.stdout.readline()
            if not line:
                raise SystemExit(f"the server did not start\n{told}")
            told += line
        self.port = int(found[1])
        processors = sorted(os.sched_getaffinity(0))
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), processors[:1])
        os.sched_setaffinity(0, processors[1:] or processors)

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)

    def times(self, paths: Iterable[str]) -> list[float]:
        """Milliseconds of each answer, one after the other over one connection."""
        connection, found = http.client.HTTPConnection("127.0.0.1", self.port), []
        for path in paths:
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            found.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{path} was answered with {answer.status}")
        return found

    def rate(self, path: str) -> float:
        """Answers a second to one question that some connections ask again and again."""
        ends, counts = time.monotonic() + SECONDS, [0] * CONNECTIONS

        def ask(place: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            while time.monotonic() < ends:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                counts[place] += answer.status == 200

        readers = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        return sum(counts) / SECONDS


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def first_paint(port: int) -> tuple[float, int]:
    """Milliseconds until the first page is painted, the median, and the bytes that it and its files take."""
    from playwright.sync_api import sync_playwright

    painted, sent = [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        for _ in range(OPENED):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/", wait_until="load")
            painted.append(page.evaluate(PAINTED))
            sent = page.evaluate(
                "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
                ".reduce((sum, one) => sum + one.transferSize, 0)"
            )
            context.close()
        browser.close()
    return statistics.median(painted), sent


def questions(dice: random.Random) -> dict[str, tuple[list[str], float]]:
    """Name to paths and to the milliseconds that 95 of 100 may take."""
    languages, words = ("en", "uk", "ru", "de", "ja", "ar"), ("government", "president", "уряд", "місто", "regierung")
    days = [f"2026-{dice.randrange(1, 11):02}-{dice.randrange(1, 28):02}" for _ in range(ASKED)]
    return {
        "newest page": ([f"/api/v1/articles?limit={20 + number % 180}" for number in range(ASKED)], 50),
        "newest page for people": ([f"/?to={day}" for day in days], 50),
        "filtered list": (
            [
                f"/api/v1/articles?language={dice.choice(languages)}&to={day}&min_views={dice.randrange(9)}"
                for day in days
            ],
            50,
        ),
        "text search": ([f"/api/v1/articles?q={quote(dice.choice(words))}&to={day}" for day in days], 300),
    }


def main(
    folder: Annotated[Path, typer.Option(help="Of the database of million.py.")] = FOLDER,
    seed: int = 7,
) -> None:
    """Measure the server."""
    if not (folder / "mongodb").exists():
        raise SystemExit(f"{folder} holds no database; `make million` makes it")
    server = Server(folder)
    figures: list[Figure] = []

    def tell(name: str, measured: float, wanted: float, unit: str, is_right: Callable[[float, float], bool]) -> None:
        bound = "at least" if is_right(1, 0) else "under"
        figures.append(Figure(name, f"{measured:,.1f} {unit}", f"{bound} {wanted:,.0f}", is_right(measured, wanted)))

    try:
        server.times(["/", "/api/v1/articles"])
        for name, (paths, most) in questions(random.Random(seed)).items():
            tell(f"{name}, p95 of {len(paths)}", p95(server.times(paths)), most, "ms", lambda a, b: a < b)
        for path in ("/api/v1/articles?limit=20", "/"):
            tell(f"the same again, {path}", server.rate(path), 500, "a second", lambda a, b: a >= b)
        if CHROMIUM.exists():
            painted, sent = first_paint(server.port)
            tell("first page painted", painted, 300, "ms", lambda a, b: a < b)
            tell("first page and its files", sent / 1000, 100, "kB", lambda a, b: a < b)
    finally:
        server.stop()
    for figure in figures:
        console.print(
            f"{'ok' if figure.ok else 'FALLS SHORT':12}{figure.name:45}{figure.measured:>20}  {figure.wanted}"
        )
    raise SystemExit(0 if all(figure.ok for figure in figures) else 1)


if __name__ == "__main__":
    typer.run(main)
