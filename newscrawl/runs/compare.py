"""Two runs side by side: what differs, and what of it is more than chance. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Part = Literal["end", "options", "versions", "coverage", "statuses", "dropped", "errors", "counts", "times", "bytes"]
PARTS: tuple[Part, ...] = (
    "end",
    "options",
    "versions",
    "coverage",
    "statuses",
    "errors",
    "dropped",
    "counts",
    "times",
    "bytes",
)
"""In the order of what tells most."""

SURE = 3.0  # standard deviations beyond which a difference is no chance
GROWN = 1.5  # times as much, or as little
SLOWER = 0.02  # seconds that nobody notices
COVERED = 0.05  # of the share of articles that have a field
STORED = ("new", "changed", "unchanged", "spooled")

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two runs have in common, or that only one of them has. `weight`: how notable; 0: it is not."""

    part: Part
    name: str
    before: Value
    after: Value
    weight: float = 0.0

    @property
    def is_notable(self) -> bool:
        """It is more than chance, or was asked for."""
        return self.weight > 0

    @property
    def change(self) -> float | None:
        """The difference of two numbers, where one that is missing is 0."""
        values = [0 if value is None else value for value in (self.before, self.after)]
        if any(isinstance(value, str | bool) for value in values):
            return None
        return round(float(values[1]) - float(values[0]), 6)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Everything that both runs tell, notable differences first, the greatest of each part before the others."""
    found = [
        *_end(before, after),
        *_plain("options", before, after),
        *_plain("versions", before, after),
        *_coverage(before, after),
        *_statuses(before, after),
        *(d for part in ("errors", "dropped", "counts") for d in _numbers(part, before, after)),
        *_times(before, after),
        *_bytes(before, after),
    ]
    return sorted(found, key=lambda d: (not d.is_notable, PARTS.index(d.part), -d.weight, d.name))


def seconds_of(run: Mapping[str, Any]) -> float | None:
    """How long a run took; None while it goes on."""
    begun, ended = run.get("started_at"), run.get("ended_at")
    return round(float((ended - begun).total_seconds()), 3) if begun and ended else None


def _table(run: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    table = run.get(part)
    return table if isinstance(table, Mapping) else {}


def _names(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys((*one, *other))


def _end(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    for name in ("outcome", "reason"):
        one, other = before.get(name), after.get(name)
        yield Difference("end", name, one, other, float(one != other))
    one, other = seconds_of(before), seconds_of(after)
    yield Difference("end", "seconds", one, other, _of_lengths(one, other, 5.0))


def _plain(part: Part, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    one, other = _table(before, part), _table(after, part)
    for name in _names(one, other):
        yield Difference(part, name, one.get(name), other.get(name), float(one.get(name) != other.get(name)))


def _coverage(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    one, other = _table(before, "coverage"), _table(after, "coverage")
    if not one or not other:  # a run that stored nothing says nothing of fields
        return
    numbers = [sum(int(_table(run, "counts").get(name, 0)) for name in STORED) for run in (before, after)]
    for name in _names(one, other):
        shares = float(one.get(name, 0)), float(other.get(name, 0))
        weight = _of_shares(*shares, *numbers) if abs(shares[1] - shares[0]) >= COVERED else 0.0
        yield Difference("coverage", name, one.get(name), other.get(name), weight)


def _statuses(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    """By their share: a run of more requests has more answers of every kind."""
    one, other = _table(before, "statuses"), _table(after, "statuses")
    totals = sum(one.values()), sum(other.values())
    for name in sorted(_names(one, other)):
        numbers = int(one.get(name, 0)), int(other.get(name, 0))
        shares = [number / total if total else 0.0 for number, total in zip(numbers, totals, strict=True)]
        weight = _of_shares(shares[0], shares[1], *totals)
        yield Difference("statuses", name, *numbers, weight)


def _numbers(part: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    one, other = _table(before, part), _table(after, part)
    for name in sorted(_names(one, other)):
        numbers = int(one.get(name, 0)), int(other.get(name, 0))
        yield Difference(part, name, *numbers, _of_numbers(*numbers))


def _times(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    one, other = _table(before, "times"), _table(after, "times")
    for name in _names(one, other):
        yield Difference(
            "times", name, one.get(name), other.get(name), _of_lengths(one.get(name), other.get(name), SLOWER)
        )


def _bytes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Difference]:
    for name in ("bytes", "bytes_decoded"):
        one, other = int(before.get(name) or 0), int(after.get(name) or 0)
        yield Difference("bytes", name, one, other, _of_lengths(float(one), float(other), 100_000.0))


def _of_shares(one: float, other: float, number: int, further: int) -> float:
    """Standard deviations between two shares of so many each, as far as they are no chance."""
    if not number or not further:
        return 0.0
    pooled = (one * number + other * further) / (number + further)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / number + 1 / further))
    far = abs(one - other) / deviation if deviation > 0 else 0.0
    return far if far >= SURE else 0.0


def _of_numbers(one: int, other: int) -> float:
    """Standard deviations between two counts of what happens by chance, where one is also a good deal more."""
    if max(one, other) < GROWN * min(one, other):
        return 0.0
    far = abs(one - other) / math.sqrt(one + other) if one + other else 0.0
    return far if far >= SURE else 0.0


def _of_lengths(one: float | None, other: float | None, unnoticed: float) -> float:
    """How many times one is the other, beyond what nobody notices."""
    if not one or not other or abs(one - other) < unnoticed:
        return 0.0
    times = max(one, other) / min(one, other)
    return times if times >= GROWN else 0.0
