"""How fast a million articles are read: lists, filters, searches, single articles. `make bench-consumers`.

On the database of `million.py`, in the embedded server as newscrawl starts it. Each figure is of queries by one reader,
one after the other, every query another one: nothing is measured by asking twice. Exits with 1 where a figure falls
short.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from consumer_queries import Case, Readers
from harness import Figure
from million import DATABASE, FOLDER, Made, ensure
from million_articles import Newsroom
from pymongo.asynchronous.database import AsyncDatabase
from rich.console import Console
from rich.table import Table

from newscrawl.selection import Selection
from newscrawl.store.connect import connect
from newscrawl.store.lookup import get_article, get_by_id
from newscrawl.store.select import TooBroad, select

LISTED, SEARCHED, ONE = 50.0, 300.0, 20.0  # milliseconds wanted, 95 %
PAGES = 5  # of a walk to deeper pages
SHOWN = ("url", "site", "headline", "lead", "published", "views", "language")

Database = AsyncDatabase[dict[str, Any]]
Times = dict[str, list[float]]

console = Console(highlight=False, width=120)


def processor_seconds(pid: int) -> float:
    """Processor time that a process and this one have used so far (Linux)."""
    paths = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(path.read_text().split()[0]) for path in paths) / 1e9 + time.process_time()


class Meter:
    """Times in milliseconds, by the name of what was asked. `clock`: gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.times: Times = {}
        self.given: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    async def time(self, name: str, question: Awaitable[Any]) -> Any:
        """Ask, and keep how long that took. None where it is refused as too broad."""
        began = self._clock()
        try:
            answer = await question
        except TooBroad:
            answer = None
            self.refused[name] = self.refused.get(name, 0) + 1
        self.times.setdefault(name, []).append((self._clock() - began) * 1000)
        return answer

    async def walk(self, database: Database, name: str, wanted: Selection, pages: int) -> None:
        """The first pages of a selection."""
        cursor, deeper = None, f"{name}, deeper"
        for number in range(pages):
            page = await self.time(deeper if number else name, select(database, wanted, cursor=cursor))
            self.given[name] = self.given.get(name, 0) + (len(page.articles) if page else 0)
            if page is None or page.cursor is None:
                return
            cursor = page.cursor

    def all_of(self, is_wanted: Callable[[str], bool]) -> list[float]:
        """The times of some names together."""
        return [one for name, times in self.times.items() if is_wanted(name) for one in times]

    def table(self, title: str) -> Table:
        """All of them, for people."""
        table = Table(title, "queries", "p50 ms", "p95 ms", "slowest", "articles", "refused", box=None, pad_edge=False)
        for name, times in self.times.items():
            table.add_row(
                name,
                f"{len(times):,}",
                f"{statistics.median(times):.1f}",
                f"{p95(times):.1f}",
                f"{max(times):.1f}",
                f"{self.given[name] / len(times):.1f}" if name in self.given else "",
                str(self.refused.get(name) or ""),
            )
        return table


def p95(times: list[float]) -> float:
    """The time that 95 of 100 keep."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


async def ask(database: Database, cases: Iterable[Case], title: str, pages: int, clock: Callable[[], float]) -> Meter:
    """Ask each case, and show it."""
    meter = Meter(clock)
    for name, selections in cases:
        for wanted in selections:
            await meter.walk(database, name, wanted, pages)
    console.print(meter.table(title), "")
    return meter


async def measure(
    database: Database, room: Newsroom, number: int, seed: int, clock: Callable[[], float] = time.perf_counter
) -> list[Figure]:
    """All figures of reading the database."""
    readers = Readers(room, seed)
    for _ in range(3):
        await select(database, Selection())  # the connection, and what is compiled at the first time
    newest = await ask(database, [("newest", [Selection()] * number)], "newest page", 1, clock)
    lists = await ask(database, readers.filters(max(number // 10, 5)), "filtered lists", PAGES, clock)
    searches = await ask(database, readers.searches(number), "searches", 2, clock)
    await ask(database, readers.worst(), "at worst", 2, clock)
    single = Meter(clock)
    for _ in range(number):
        article = readers.article()
        found = await single.time("by address", get_article(database, article.url))
        assert found is not None
        assert found["headline"] == article.headline
        await single.time("by identity", get_by_id(database, readers.article().id))
    console.print(single.table("one article"), "")

    def is_first(name: str) -> bool:
        return not name.endswith(", deeper")

    return [
        figure("newest page", newest.all_of(lambda _: True), LISTED),
        figure("filtered list, first page", lists.all_of(is_first), LISTED),
        figure("filtered list, deeper pages", lists.all_of(lambda name: not is_first(name)), LISTED),
        figure("text search, first page", searches.all_of(is_first), SEARCHED),
        figure("text search, second page", searches.all_of(lambda name: not is_first(name)), SEARCHED),
        figure("one article", single.all_of(lambda _: True), ONE),
    ]


def figure(name: str, times: list[float], wanted: float) -> Figure:
    """95 % of these times against what is wanted, in milliseconds."""
    reached = p95(times)
    return Figure(f"{name}, p95 of {len(times):,}, ms", f"{reached:.1f}", f"under {wanted:.0f}", reached < wanted)


async def run(folder: Path, made: Made, queries: int, seed: int, *, processor: bool) -> list[Figure]:
    """Open the database and measure."""
    connection = await connect(None, folder=folder, database=DATABASE)
    try:
        clock = time.perf_counter
        if processor and connection.local is not None and (pid := connection.local.pid()) is not None:
            clock = partial(processor_seconds, pid)
        return await measure(connection.database, Newsroom(made.articles, made.seed), queries, seed, clock)
    finally:
        await connection.close()


def main(
    articles: Annotated[int, typer.Option(min=1000, help="Articles of the database.")] = 1_000_000,
    folder: Annotated[Path, typer.Option(help="Where the database is, or is to be made.")] = FOLDER,
    queries: Annotated[int, typer.Option(min=20, help="Queries of a kind.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the queries.")] = 2,
    processor: Annotated[
        bool, typer.Option("--processor", help="Count processor time, of reader and server: where others are at work.")
    ] = False,
) -> None:
    """Measure how fast the database is read."""
    made = Made(articles, 1)
    ensure(folder, made)
    figures = asyncio.run(run(folder, made, queries, seed, processor=processor))
    table = Table("figure", "measured", "wanted", "", box=None, header_style="bold", pad_edge=False)
    for one in figures:
        table.add_row(one.name, one.measured, one.wanted, "ok" if one.ok else "FALLS SHORT")
    console.print(table)
    raise typer.Exit(int(not all(one.ok for one in figures)))


if __name__ == "__main__":
    typer.run(main)
