"""What reading a page costs, newscrawl beside its peers, on real pages: `python benchmarks/extraction.py`.

Pages of news from the folder that `NEWSCRAWL_SHARED` names, the same for everyone, spread evenly over its sets, are
handed to each reader as decoded text with their address. Each reads all that it can of a page: headline, body, authors,
dates, images. Counted is processor time (`time.process_time`) a page.

In each run each reader reads all pages, one reader after the other, in a process of its own: newscrawl and fundus want
different versions of lxml, and no reader finds a page in a cache of its own. A process first reads some other pages,
unmeasured. The ratio is the median over the runs of peer's to newscrawl's time on those pages that the peer can read.

Peers are asked where they are installed: `make peers`. Exits with 1 where a figure falls short, with 2 without pages.
"""

from __future__ import annotations

import gzip
import json
import logging
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from peer_readers import READERS
from results import Cell, Result, Wanted, console, loaded, machine, peers_python, ratio
from shared_folder import shared_folder

SETS = ("aed", "fundus_td", "traf", "newspaper4k", "htmldate_def")
WARM = 25
MOST_MS = 8.0

Run = dict[str, dict[str, Any]]
"""By reader: `seconds` of each page, and of how many pages headline and body were given."""


def real_pages(bench: Path) -> Iterator[dict[str, Any]]:
    """All real pages with their text, decoded as for `accuracy.py`."""
    decode = runpy.run_path(str(bench / "peers.py"))["decode"]
    logging.disable(logging.NOTSET)  # the script silences the log of whoever runs it
    for name in SETS:
        for line in (bench / name / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            raw = gzip.decompress((bench / name / "pages" / f"{row['id']}.html.gz").read_bytes())
            if str(row.get("url")).startswith("http"):
                yield {
                    "id": f"{name}/{row['id']}",
                    "url": row["url"],
                    "html": decode(raw),
                    "publisher": row.get("publisher"),
                    "fetched": row.get("crawl_date"),
                }


def spread(found: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """So many of them, evenly spread."""
    return [found[index * len(found) // number] for index in range(number)] if number < len(found) else found


def measure(python: Path | str, reader: str, pages: Path, warm: int) -> dict[str, Any] | None:
    """One reader on all pages; None: it is not installed, or does not run."""
    words = [python, Path(__file__).with_name("peer_readers.py"), reader, pages, str(warm)]
    done = subprocess.run(words, check=False, text=True, capture_output=True)
    if done.returncode:
        console.print(f"{reader}: {(done.stderr.strip() or 'no output').splitlines()[-1]}", style="red", soft_wrap=True)
        return None
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def milliseconds(run: Run, reader: str, pages: list[str]) -> float:
    """Of one page, on average over these pages."""
    return 1000 * sum(run[reader]["seconds"][page] for page in pages) / len(pages)


def row_of(runs: list[Run], reader: str) -> list[Cell]:
    """A reader's row."""
    pages = list(runs[0][reader]["seconds"])
    if not pages:
        return [reader, runs[0][reader]["version"], 0, None, None, None]
    spent = [milliseconds(run, reader, pages) for run in runs]
    own = [milliseconds(run, "newscrawl", pages) for run in runs]
    whole = f"{100 * runs[0][reader]['whole'] / len(pages):.0f} %"
    return [reader, runs[0][reader]["version"], len(pages), median(spent), ratio(spent, own), whole]


def main(
    pages: Annotated[int, typer.Option(min=1, help="Pages that are read.")] = 200,
    runs: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Measure every reader."""
    bench = shared_folder("data/bench") / "data" / "bench"
    begun, python = machine(), peers_python()
    chosen = spread(list(real_pages(bench)), pages + WARM)
    warm = spread(chosen, min(WARM, len(chosen) - 1))
    taken = {page["id"] for page in warm}
    ordered = [*warm, *(page for page in chosen if page["id"] not in taken)]
    measured: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="newscrawl-extraction-") as folder:
        path = Path(folder) / "pages.jsonl"
        path.write_text("".join(json.dumps(page) + "\n" for page in ordered), encoding="utf-8")
        readers = list(READERS) if python else ["newscrawl"]
        for number in range(runs):
            measured.append({})
            for reader in list(readers):
                with console.status(f"run {number + 1} of {runs}: {reader}"):
                    found = measure(sys.executable if reader == "newscrawl" else python or "", reader, path, len(warm))
                if found is None:
                    readers.remove(reader)
                else:
                    measured[-1][reader] = found
    if "newscrawl" not in readers:
        raise SystemExit("newscrawl does not run")
    own = row_of(measured, "newscrawl")
    rows = [own, *sorted((row_of(measured, r) for r in readers if r != "newscrawl"), key=lambda row: row[3] or 1e9)]
    figures = Result(
        name="extraction",
        title="Reading a page",
        runs=runs,
        columns=["reader", "version", "pages", "CPU ms a page", "times newscrawl", "headline and body"],
        rows=rows,
        wanted=[Wanted("newscrawl's CPU a page", f"{own[3]:.1f} ms", f"{MOST_MS:.0f} ms or less", own[3] <= MOST_MS)],
        notes=[
            "fundus reads by a parser of its own for each publisher, so only the pages of those it has; "
            "its ratio is to newscrawl on the same pages.",
            "readability reads headline and body alone; the other readers authors, dates and images as well.",
        ],
        measured={
            reader: [round(milliseconds(run, reader, list(run[reader]["seconds"])), 3) for run in measured]
            for reader in readers
            if measured[0][reader]["seconds"]
        },
        machine=loaded(begun),
    )
    figures.show()
    if keep:
        figures.keep()
    raise typer.Exit(figures.code)


if __name__ == "__main__":
    typer.run(main)
