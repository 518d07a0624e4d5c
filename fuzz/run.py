"""Fuzz the readers of text from outside: `make fuzz`, or `python fuzz/run.py date page --seconds 60`.

Each target runs in processes of its own, guided by coverage (atheris, libFuzzer), from the seeds beside this file. An
input that crashes, takes longer than the limit or more memory than the limit is kept under `fuzz/found/` and named.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
LONGEST = 10  # seconds that one input may take
MEMORY = 2048  # MiB that a process may take
LENGTHS = {"page": 20_000, "json_ld": 5_000, "listing": 20_000, "feed": 10_000, "sitemap": 10_000, "robots": 5_000}
LENGTH = 400  # bytes of an input of the other targets

console = Console(width=120)


def fuzz(name: str) -> None:
    """Fuzz one target in this process, with libFuzzer's own arguments from the command line. Does not return."""
    import atheris

    with atheris.instrument_imports(include=["newscrawl", "protego", "tomllib"]):
        from targets import TARGETS

    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


def measure(name: str, seconds: int, runs: int) -> tuple[int, bool, str]:
    """Inputs tried, whether all were well, and the end of what libFuzzer printed."""
    corpus, found = HERE / "corpus" / name, HERE / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    done = subprocess.run(
        [
            sys.executable, __file__, "--target", name,
            str(corpus), str(HERE / "seeds" / name),
            f"-max_total_time={seconds}", f"-runs={runs}", f"-timeout={LONGEST}", f"-rss_limit_mb={MEMORY}",
            f"-max_len={LENGTHS.get(name, LENGTH)}", f"-artifact_prefix={found / name}-", "-print_final_stats=1",
            "-len_control=0", "-verbosity=0",
        ],
        capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    tried = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    return int(tried[1]) if tried else 0, done.returncode == 0, done.stderr[-3000:]


def main(
    targets: Annotated[list[str] | None, typer.Argument(help="Targets; all without one.")] = None,
    seconds: Annotated[int, typer.Option(help="Seconds each target may take.")] = 3600,
    runs: Annotated[int, typer.Option(help="Inputs after which a target has had enough.")] = 10_000_000,
) -> None:
    """Fuzz targets one after the other; exit code 1 where one of them fails."""
    sys.path.insert(0, str(HERE))
    from targets import TARGETS

    names = targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        raise typer.BadParameter(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    table = Table("target", "inputs", "seconds", "", box=None, header_style="bold", pad_edge=False)
    failed = False
    for name in names:
        began = time.monotonic()
        tried, well, printed = measure(name, seconds, runs)
        failed = failed or not well
        table.add_row(name, f"{tried:,}", f"{time.monotonic() - began:.0f}", "ok" if well else "FAILED")
        if not well:
            console.print(f"[bold]{name}[/bold] failed:", highlight=False)
            console.print(printed, markup=False, highlight=False)
    console.print(table)
    raise SystemExit(int(failed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        _, name = sys.argv.pop(1), sys.argv.pop(1)
        fuzz(name)
    else:
        typer.run(main)
