"""Exactly once under faults, through the real command line, HTTP and database: `make chaos`.

A replica of 2,000 articles is crawled while the crawler, the database or both are killed, the disk fills up, or the
database is away. After each kind of fault a last run goes to its end undisturbed; then nothing may be missing, nothing
doubled, no observation of an acknowledged article lost, and nothing may wait on disk. The argument why is in
`docs/guarantees.md`. Prints a table; exits with 1 where a promise is broken.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from harness import MACHINE, Bench
from rich.console import Console
from rich.table import Table

from newscrawl.replica import Replica, Server, serve
from newscrawl.store.local import LocalServer

AWAY = 60  # seconds without a database
DISK = 700 * 2**20  # bytes; a fresh embedded server takes some 350 MiB of them

console = Console(width=150)


class NotPossible(Exception):
    """This machine does not allow the fault. The message says what it would need."""


class Result(NamedTuple):
    """What is left after a kind of fault and an undisturbed run to the end. All but `faults` are to be 0."""

    faults: int
    missing: int
    doubled: int
    observations_missing: int
    observations_doubled: int
    waiting: int

    @property
    def is_kept(self) -> bool:
        """The promises are kept, and there was a fault to keep them under."""
        return self.faults > 0 and not any(self[1:])


def result(run: Bench, faults: int) -> Result:
    """Count what is stored, and what should be."""
    return Result(faults, *run.missing_and_doubled(), *run.observations_missing_and_doubled(), run.spooled())


def kill_database(local: LocalServer) -> bool:
    """kill -9 of the database; False where it does not run."""
    pid = local.pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    while local.pid() == pid:
        time.sleep(0.001)
    return True


def kill(process: subprocess.Popen[str]) -> bool:
    """kill -9 of a crawler; False where it has ended."""
    alive = process.poll() is None
    process.kill()
    process.communicate()
    return alive


def crawler_killed(run: Bench, dice: random.Random, kills: int) -> Result:
    """The crawler alone."""
    made = 0
    for _ in range(kills):
        process = run.start()
        run.wait_for(1, process)
        time.sleep(dice.uniform(0, 2))
        made += kill(process)
    run.crawl()
    return result(run, made)


def database_killed(run: Bench, dice: random.Random, kills: int) -> Result:
    """The embedded database alone, which the crawl starts again."""
    made = 0
    while made < kills:
        run.forget()
        process = run.start()
        run.wait_for(1, process)
        while process.poll() is None and made < kills:
            time.sleep(dice.uniform(0.5, 3))
            made += process.poll() is None and kill_database(run.local)
            run.local.start(keep=True)
        process.communicate(timeout=300)
    run.crawl()
    return result(run, made)


def both_killed(run: Bench, dice: random.Random, kills: int) -> Result:
    """Crawler and database at once."""
    made = 0
    for _ in range(kills):
        process = run.start()
        run.wait_for(1, process)
        time.sleep(dice.uniform(0, 2))
        made += kill_database(run.local) and kill(process)
        kill(process)
    run.local.start(keep=True)
    run.crawl()
    return result(run, made)


def two_crawlers_killed(run: Bench, dice: random.Random, kills: int) -> Result:
    """Two crawlers of the one site, as on two machines, one of them killed each time and the other left to go on."""
    made = 0
    for _ in range(kills):
        processes = [run.start(machine) for machine in ("first", "second")]
        run.wait_for(2, processes[0])
        time.sleep(dice.uniform(0, 2))
        victim = dice.randrange(2)
        made += kill(processes[victim])
        time.sleep(dice.uniform(0, 1))
        made += kill(processes[1 - victim])
    processes = [run.start(machine) for machine in ("first", "second")]
    for process in processes:
        process.communicate(timeout=300)
    for machine in ("first", "second"):
        run.crawl(machine)
    return result(run, made)


def disk_full(run: Bench, dice: random.Random, kills: int) -> Result:
    """The disk that holds database and spool fills up during a crawl; later there is room again."""
    made = 0
    filler = run.folder / MACHINE / "filler"
    for _ in range(kills):
        process = run.start()
        run.wait_for(dice.randrange(20, 400), process)
        made += process.poll() is None
        fill(filler)
        process.communicate(timeout=300)
        filler.unlink()
        run.local.start(keep=True)
    run.crawl()
    return result(run, made)


def fill(path: Path) -> None:
    """Write zeros until the disk is full."""
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def database_away(run: Bench, dice: random.Random, kills: int) -> Result:
    """A database that newscrawl cannot start itself is away for a minute."""
    made = 0
    for _ in range(kills):
        process = run.start()
        run.wait_for(dice.randrange(100, 400), process)
        made += process.poll() is None
        kill_database(run.local)
        time.sleep(AWAY)
        run.local.start(keep=True)
        process.communicate(timeout=300)
    run.crawl()
    return result(run, made)


class Case(NamedTuple):
    """One kind of fault."""

    words: str
    make: Callable[[Bench, random.Random, int], Result]
    times: int
    apart: bool = False
    small_disk: bool = False


CASES = (
    Case("kill -9 of the crawler", crawler_killed, 20),
    Case("kill -9 of the database", database_killed, 10),
    Case("kill -9 of both at once", both_killed, 10),
    Case("kill -9 of two crawlers of one site", two_crawlers_killed, 5, apart=True),
    Case("disk full", disk_full, 3, small_disk=True),
    Case(f"database away for {AWAY} s", database_away, 1, apart=True),
)


def measure(case: Case, server: Server, seed: int) -> Result:
    """One kind of fault, in a folder of its own. Raises NotPossible."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-chaos-") as name:
        folder = Path(name) / "run"
        folder.mkdir()
        if case.small_disk:
            mount(folder)
        try:
            run = Bench(folder, server, apart=case.apart)
            try:
                return case.make(run, random.Random(seed), case.times)
            finally:
                run.close()
        finally:
            if case.small_disk:
                subprocess.run(["umount", "--lazy", folder], check=False)


def mount(folder: Path) -> None:
    """Mount a small disk of memory at the folder. Raises NotPossible without the right to do so."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NotPossible("needs the right to mount a small disk (root)")


def main(
    articles: Annotated[int, typer.Option(help="Articles of the replica.")] = 2000,
    only: Annotated[str | None, typer.Option(help="Cases whose name holds this.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the instants.")] = 20260106,
) -> None:
    """Disturb crawls in every way and count what is left."""
    began = time.monotonic()
    columns = (
        "fault",
        "times",
        "missing",
        "doubled",
        "observations missing",
        "doubled",
        "waiting on disk",
        "seconds",
        "",
    )
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    broken = False
    with serve(Replica(articles)) as server:
        for case in CASES:
            if only and only not in case.words:
                continue
            console.print(f"{case.words} …", style="dim")
            start = time.monotonic()
            try:
                found = measure(case, server, seed)
            except NotPossible as reason:
                table.add_row(case.words, *[""] * 7, f"not measured: {reason}")
                continue
            broken = broken or not found.is_kept
            verdict = "ok" if found.is_kept else "BROKEN"
            table.add_row(case.words, *map(str, found), f"{time.monotonic() - start:.0f}", verdict)
    console.print(f"a replica of {articles} articles, seed {seed}", highlight=False)
    console.print(table)
    console.print(f"measured in {time.monotonic() - began:.0f} s on {os.cpu_count()} cores", highlight=False)
    raise SystemExit(int(broken))


if __name__ == "__main__":
    sys.exit(typer.run(main))
