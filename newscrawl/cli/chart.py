"""A curve in the characters of a terminal: braille dots where the output can show them, else asterisks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from newscrawl.normalize.growth import Reading

HEIGHT = 8  # rows
NARROWEST = 20  # columns of the curve
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Unicode 16, 23.15 Braille: rows of one character
_FINE = timedelta(minutes=10)


def chart(
    readings: Sequence[Reading], *, width: int = 80, marks: Sequence[datetime] = (), plain: bool = False
) -> list[str]:
    """Lines of at most `width` characters: the curve, its axes with counts and times in UTC, and marked instants.

    `readings`: in order, of at least two instants. `plain`: ASCII only.
    """
    low, high = (extreme(reading.views for reading in readings) for extreme in (min, max))
    labels = [f"{count:,}" for count in (high, (low + high) // 2, low)]
    margin = max(map(len, labels))
    columns = max(width - margin - 2, NARROWEST)
    rows = _curve(readings, columns, low, max(high, low + 1), plain=plain)
    ticks = {0: labels[0], HEIGHT - 1: labels[2]} | ({HEIGHT // 2: labels[1]} if high - low > 1 else {})
    tick, line, corner, dash, arrow = "+|+-v" if plain else "┤│└─▾"
    lines = [
        f"{ticks.get(number, ''):>{margin}} {tick if number in ticks else line}{row}".rstrip()
        for number, row in enumerate(rows)
    ]
    lines.append(f"{'':{margin}} {corner}{dash * columns}")
    if marks:
        places = {_column(readings, at, columns) for at in marks}
        marked = "".join(arrow if column in places else " " for column in range(columns))
        lines.append(f"{'':{margin}}  {marked}".rstrip())
    first, last = readings[0].at, readings[-1].at
    shape = "%Y-%m-%d %H:%M:%S" if last - first < _FINE else "%Y-%m-%d %H:%M"
    lines.append(f"{'':{margin}}  {_ends(f'{first:{shape}}', f'{last:{shape}}', columns)}")
    return lines


def _ends(left: str, right: str, columns: int) -> str:
    return f"{left}{right:>{columns - len(left)}}" if columns > len(left) + len(right) else left


def _column(readings: Sequence[Reading], at: datetime, columns: int) -> int:
    share = (at - readings[0].at) / (readings[-1].at - readings[0].at)
    return min(int(share * columns), columns - 1)


def _curve(readings: Sequence[Reading], columns: int, low: int, high: int, *, plain: bool) -> list[str]:
    across, down = (columns, HEIGHT) if plain else (2 * columns, 4 * HEIGHT)
    cells = [[0] * columns for _ in range(HEIGHT)]
    previous = None
    for x in range(across):
        at = readings[0].at + (readings[-1].at - readings[0].at) * (x / (across - 1))
        y = round((high - _at(readings, at)) / (high - low) * (down - 1))
        for dot in range(min(y, previous + 1), max(y, previous - 1) + 1) if previous is not None else (y,):
            if plain:
                cells[dot][x] = ord("*")
            else:
                cells[dot // 4][x // 2] |= _DOTS[dot % 4][x % 2]
        previous = y
    blank = 0 if plain else 0x2800
    return ["".join(chr(cell | blank) if cell else " " for cell in row) for row in cells]


def _at(readings: Sequence[Reading], at: datetime) -> float:
    """The count on the straight line between the readings around an instant."""
    after = next((number for number, reading in enumerate(readings) if reading.at >= at), len(readings) - 1)
    one, other = readings[max(after - 1, 0)], readings[after]
    if one.at == other.at:
        return float(other.views)
    return one.views + (other.views - one.views) * ((at - one.at) / (other.at - one.at))
