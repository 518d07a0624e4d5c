"""Rows as lines of text, whose columns stand in line. Pure.

A table on a terminal that is too narrow keeps one line a row: the widest column is cut, and an address, which is to be
copied, gets a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

GAP = "  "
LEAST = 12  # columns of a terminal that a cell keeps

Rows = Sequence[Sequence[str]]


def widths(rows: Rows) -> list[int]:
    """Width of each column: of its widest cell."""
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def aligned(rows: Rows, columns: Sequence[int] | None = None) -> Iterator[str]:
    """The rows, each a line. `columns`: widths, where cells are to be cut; else as wide as the cells are."""
    wide = widths(rows) if columns is None else columns
    for row in rows:
        yield GAP.join(fitted(cell, width) for cell, width in zip(row, wide, strict=True)).rstrip()


def fitted(cell: str, width: int) -> str:
    """A cell in so many columns of a terminal, cut where it is wider."""
    return set_cell_size(cell, width) if cell_len(cell) <= width else set_cell_size(cell, width - 1) + "…"


def fits(rows: Rows, width: int) -> bool:
    """Whether the rows are no wider than a terminal."""
    columns = widths(rows)
    return sum(columns) + len(GAP) * (len(columns) - 1) <= width


def ends_with_addresses(rows: Rows) -> bool:
    """Whether the last cell of every row but the first, which is the header, is an address."""
    return len(rows) > 1 and all(row[-1].startswith(("http://", "https://")) for row in rows[1:])


def on_two_lines(rows: Rows, width: int) -> Iterator[str]:
    """Each row on a line that is cut to `width`, and its last cell on the next one; the first row is the header."""
    front = [row[:-1] for row in rows]
    columns = widths(front)
    room = width - len(GAP) * (len(columns) - 1)
    while sum(columns) > room and max(columns) > LEAST:
        columns[columns.index(max(columns))] -= 1
    for row, line in zip(rows, aligned(front, columns), strict=True):
        yield line
        yield GAP + row[-1]


def size(number: int) -> str:
    """`512 B`, `1.4 MB`: bytes by thousands."""
    amount, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{number} B" if unit == "B" else f"{amount:.1f} {unit}"
