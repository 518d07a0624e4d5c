"""What the benchmarks of speed share: a result that is kept as JSON, shown as a table, and printed into docs.

A result is kept in `benchmarks/NAME.json`, and its table in `docs/benchmarks.md`, between marks that bear its name:
both are written by the benchmark alone, so that neither says what was not measured.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"
PEERS = "PEERS_FOLDER"
"""Names the folder of the Python that has the peers."""

console = Console(highlight=False, width=120)
Cell = str | int | float | None


@dataclass(frozen=True)
class Wanted:
    """A figure that is to be reached: measured, wanted, and whether it is."""

    figure: str
    measured: str
    wanted: str
    ok: bool


@dataclass
class Result:
    """One benchmark's result. `measured`: every single measurement, from which `rows` are made; some have no rows."""

    name: str
    title: str
    runs: int
    columns: list[str]
    rows: list[list[Cell]]
    wanted: list[Wanted]
    notes: list[str]
    measured: dict[str, Any]
    machine: dict[str, Any] = field(default_factory=dict)
    at: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")

    def keep(self, folder: Path = KEPT, page: Path = PAGE) -> None:
        """Write the JSON, and the table into the page of the documentation."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        inner = re.compile(r"\[[^\[\]{}]*\]")  # a list of plain values stays on its line
        text = inner.sub(lambda found: re.sub(r"\s*\n\s*", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)
        (folder / f"{self.name}.json").write_text(text + "\n", encoding="utf-8")
        page.write_text(with_block(page.read_text(encoding="utf-8"), self.name, self.markdown()), encoding="utf-8")

    def markdown(self) -> str:
        """The result as a part of a page: date, machine, table, figures to reach, notes."""
        processor = f"{self.machine['cores']} cores of {self.machine['processor']}"
        load = " to ".join(f"{self.machine[when]:.1f}" for when in ("load_before", "load_after"))
        lines = [
            f"Measured on {self.at}, medians of {self.runs} {'run' if self.runs == 1 else 'runs'}, {processor}, "
            f"Python {self.machine['python']}, load of the machine {load}.",
            "",
            *self._table(),
            *(f"- {w.figure}: {w.measured}, wanted {w.wanted}: {verdict(w)}." for w in self.wanted),
            *(f"- {note}" for note in self.notes),
        ]
        return "\n".join(lines)

    def _table(self) -> list[str]:
        if not self.rows:
            return []
        return [
            "| " + " | ".join(self.columns) + " |",
            "|---" + "|---:" * (len(self.columns) - 1) + "|",
            *("| " + " | ".join(shown(cell) for cell in row) + " |" for row in self.rows),
            "",
        ]

    def show(self) -> None:
        """The same on the terminal."""
        table = Table(box=None, header_style="dim", pad_edge=False)
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*map(shown, row))
        console.print(self.title, style="italic")
        if self.rows:
            console.print(table)
        for w in self.wanted:
            console.print(f"{w.figure}: {w.measured}, wanted {w.wanted}: {verdict(w)}")
        for note in self.notes:
            console.print(note, style="dim")

    @property
    def code(self) -> int:
        """1 where a figure falls short."""
        return 0 if all(w.ok for w in self.wanted) else 1


def verdict(wanted: Wanted) -> str:
    """In words."""
    return "reached" if wanted.ok else "NOT REACHED"


def shown(cell: Cell) -> str:
    """A cell as text: figures of three digits."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return str(cell)


def marks(name: str) -> tuple[str, str]:
    """Where the block of a benchmark begins and ends in the page."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def with_block(page: str, name: str, block: str) -> str:
    """The page with another block. Raises ValueError where the page has no marks of that name."""
    begin, end = marks(name)
    before, found, rest = page.partition(begin)
    if not found or end not in rest:
        raise ValueError(f"the page has no {begin} … {end}")
    return f"{before}{begin}\n\n{block}\n\n{end}{rest.partition(end)[2]}"


def machine() -> dict[str, Any]:
    """What was measured on, with the load when it began; `loaded` adds that of the end."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "processor": names[0] if names and names[0] != "unknown" else platform.machine(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def loaded(begun: dict[str, Any]) -> dict[str, Any]:
    """The machine at the end of a measurement."""
    return {**begun, "load_after": round(os.getloadavg()[0], 2)}


def _lines(path: str) -> list[str]:
    found = Path(path)
    return found.read_text(encoding="utf-8").splitlines() if found.exists() else []


def ratio(peer: list[float], own: list[float]) -> float:
    """How many times a peer's figure is newscrawl's: the median of the ratios of the runs, which went in turns."""
    return median(a / b for a, b in zip(peer, own, strict=True))


def peers_python() -> Path | None:
    """The Python that has the peers: of the folder in PEERS_FOLDER, or else `.venv-peers`; None: there is none."""
    found = Path(os.environ.get(PEERS) or ROOT / ".venv-peers") / "bin" / "python"
    if found.exists():
        return found
    print(f"no peers are measured: there is no {found}; `make peers` makes it", file=sys.stderr)
    return None


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, with that of threads that have ended; 0 where it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
