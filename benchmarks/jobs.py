"""Two processes on two cores against one: articles a second of `newscrawl crawl -j 2` and `-j 1`, in turns.

The same sites each time, an empty database each time, politeness off. One process of `-j 1` is a crawler with its
readers of pages, which are processes as well: with mongod and the sites it is held to one core, and `-j 2` to two.
What two cores of a machine can do more than one of them is measured with it, by a loop that shares nothing: two threads
of one core, or of a virtual machine, are no two cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from typing import Annotated

import typer
from results import Result, Wanted, console, loaded, machine
from wide import wide

ENOUGH = 1.8
"""Times as fast."""


LOOP = "import time; end = time.monotonic() + 2; n = 0\nwhile time.monotonic() < end: n += sum(range(500))\nprint(n)"


def gain_of_machine(cores: list[int]) -> float:
    """How many times as much two processes compute on two cores as one on one."""

    def done(on: list[int]) -> int:
        words = [sys.executable, "-c", LOOP]
        running = [
            subprocess.Popen(["taskset", "-c", str(core), *words], stdout=subprocess.PIPE, text=True) for core in on
        ]
        return sum(int(process.communicate()[0]) for process in running)

    return done(cores[:2]) / done(cores[:1])


def rate(processes: int, cores: set[int], sites: int, articles: int) -> float:
    """Articles a second, from the first request to the last article."""
    settings = {"NEWSCRAWL_DELAY": "0", "NEWSCRAWL_CONCURRENCY": "8"}
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        with wide(sites, settings, "--articles", str(articles)) as run:
            crawl = run.crawl("-j", str(processes))
    finally:
        os.sched_setaffinity(0, before)
    if crawl.code or crawl.articles != sites * articles:
        raise SystemExit(f"the crawl ended with {crawl.code} and {crawl.articles} articles\n{crawl.output[-2000:]}")
    return crawl.articles / crawl.since_start("last")[-1]


def main(
    sites: Annotated[int, typer.Option(help="Sites.")] = 50,
    articles: Annotated[int, typer.Option(help="Articles of each site.")] = 200,
    runs: Annotated[int, typer.Option(help="Runs of each.")] = 3,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl in turns with one process and with two."""
    begun_on, cores = machine(), sorted(os.sched_getaffinity(0))
    rates: dict[int, list[float]] = {1: [], 2: []}
    for number in range(runs):
        for processes, measured_before in rates.items():
            one = rate(processes, set(cores[:processes]), sites, articles)
            measured_before.append(one)
            console.print(f"run {number + 1}, -j {processes}: {one:.0f} articles a second", style="dim")
    gain, possible = median(rates[2]) / median(rates[1]), gain_of_machine(cores)
    wanted = [Wanted("two processes on two cores", f"{gain:.2f} times one on one", f"{ENOUGH} or more", gain >= ENOUGH)]
    measured = {
        "sites": sites,
        "articles_each": articles,
        "articles_a_second": rates,
        "gain_of_machine": round(possible, 3),
    }
    notes = [
        f"{median(found):.0f} articles a second with {number} on as many cores, which mongod and the sites share."
        for number, found in rates.items()
    ]
    notes.append(f"Two processes that share nothing and only compute do {possible:.2f} times one on these two cores.")
    result = Result("jobs", "Two processes on two cores", runs, [], [], wanted, notes, measured, loaded(begun_on))
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
