"""How well newscrawl reads real pages, beside every installed peer: `make bench-accuracy`.

The pages and the scorers lie outside the repository, in the folder that `NEWSCRAWL_SHARED` names; nothing is written
there. newscrawl reads with the general extraction alone, without rules of any site. Its figures are kept in
`accuracy.json` beside this file: exits with 1 where one has fallen, with 2 where there is nothing to measure.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from accuracy_sets import PEERS, Bench, Figures, Measured, Rows, installed, sets_in
from rich.console import Console
from rich.table import Table
from shared_folder import shared_folder

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "accuracy.json"
TOLERANCE = 0.3  # points that a figure may fall

FLOORS = frozenset({"identity", "naive regex", "link text >= 5 words"})
"""Rows that show what a figure is worth; to be behind one of them is no defeat."""


class Fall(NamedTuple):
    """A figure that is lower than the one stored, by more than is tolerated."""

    set: str
    metric: str
    stored: float
    measured: float

    def __str__(self) -> str:
        return f"{self.set}, {self.metric}: {self.stored:.2f} stored, {self.measured:.2f} measured"


def lasting(figures: Figures) -> Figures:
    """The figures that are stored: all but the time, which is the machine's."""
    return {metric: round(value, 2) for metric, value in figures.items() if metric != "ms"}


def falls(name: str, stored: Figures, measured: Figures) -> list[Fall]:
    """Where a set's figures are more than 0.3 points below the stored ones. A figure that is gone has fallen to 0."""
    pairs = ((metric, value, lasting(measured).get(metric, 0.0)) for metric, value in stored.items())
    return [Fall(name, metric, old, new) for metric, old, new in pairs if round(old - new, 2) > TOLERANCE]


def behind(rows: Rows) -> list[str]:
    """Where peers are better than newscrawl, with every peer that is."""
    found = []
    for metric, own in rows["newscrawl"].items():
        sign = -1 if metric == "ms" else 1
        better = [
            f"{name} {row[metric]:.1f}"
            for name, row in rows.items()
            if metric in row and name not in FLOORS and sign * round(row[metric], 1) > sign * round(own, 1)
        ]
        if better:
            found.append(f"behind in {metric}, {own:.1f}: {', '.join(better)}")
    return found


def table_of(name: str, rows: Rows) -> Table:
    """Extractors by metrics, the best of each column in bold."""
    metrics = list(dict.fromkeys(metric for row in rows.values() for metric in row))
    best = {m: (min if m == "ms" else max)(round(row[m], 1) for row in rows.values() if m in row) for m in metrics}
    table = Table(title=name, title_justify="left", title_style="bold", box=None, header_style="dim", pad_edge=False)
    table.add_column("", min_width=max(map(len, rows)))
    for metric in metrics:
        table.add_column(metric, justify="right")
    for extractor, row in rows.items():
        cells = [f"{row[metric]:.1f}" if metric in row else "–" for metric in metrics]
        bold = (metric in row and round(row[metric], 1) == best[metric] for metric in metrics)
        table.add_row(
            extractor, *(f"[bold]{cell}[/]" if is_best else cell for cell, is_best in zip(cells, bold, strict=True))
        )
    return table


def report(console: Console, name: str, measured: Measured, worst: int) -> None:
    """One set, on the terminal."""
    console.print(table_of(name, measured.rows))
    if len(measured.rows) > 1:
        console.print("\n".join(behind(measured.rows) or ["behind no peer"]), soft_wrap=True)
    for identity in sorted(measured.pages, key=lambda page: measured.pages[page])[:worst]:
        console.print(f"  {measured.pages[identity]:5.1f}  {identity}")
    console.print()


def main(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]...", help="Sets to measure; all by default.")
    ] = None,
    peers: Annotated[bool, typer.Option(help="Run the installed peers, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    worst: Annotated[int, typer.Option(min=0, metavar="N", help="List the N worst pages of each set.")] = 0,
    store: Annotated[bool, typer.Option("--store", help="Keep newscrawl's figures as those to hold.")] = False,
    figures: Annotated[Path, typer.Option(help="File of the stored figures.")] = STORED,
) -> None:
    """Measure newscrawl and its peers on real pages; exit with 1 where a stored figure has fallen."""
    shared = shared_folder("data/bench")
    known = sets_in(shared)
    if unknown := [name for name in names or () if name not in known]:
        raise typer.BadParameter(f"no set {', '.join(unknown)} at {shared}; there are {', '.join(known)}")
    console = Console(stderr=as_json, highlight=False)
    stored: dict[str, Figures] = json.loads(figures.read_text(encoding="utf-8")) if figures.exists() else {}
    result: dict[str, Rows] = {}
    fallen: list[Fall] = []
    with tempfile.TemporaryDirectory(prefix="newscrawl-accuracy-") as folder:
        bench = Bench(shared, Path(folder), peers)
        for name in names or known:
            path, measure = known[name]
            with console.status(name):
                measured = measure(bench, path)
            result[name] = measured.rows
            fallen += falls(name, stored.get(name, {}), measured.rows["newscrawl"])
            report(console, name, measured, worst)
    missing = [peer for peer, modules in PEERS.items() if not installed(modules)]
    if peers and missing:
        console.print(f"not installed: {', '.join(missing)}", soft_wrap=True)
    if as_json:
        print(json.dumps(result, indent=2))
    if store:
        stored |= {name: lasting(rows["newscrawl"]) for name, rows in result.items()}
        figures.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    elif fallen:
        console.print("\n".join(f"FALLEN  {fall}" for fall in fallen), style="bold red", soft_wrap=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
