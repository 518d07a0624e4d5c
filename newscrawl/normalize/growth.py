"""Counters over time to growth, half-life of attention, and falls. Pure: readings in, values out.

A counter only rises, in principle. What makes a reading lower than one before it is a cache that shows an older page,
a publisher who takes out robots, or a counter that starts anew; what makes one far too high is a misprint. So nothing
here adds up differences: the rules look at the ends of a window, and at what comes after a reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

HOUR = timedelta(hours=1)


class Reading(NamedTuple):
    """What a counter stood at."""

    at: datetime
    views: int


class Growth(NamedTuple):
    """How far a counter rose."""

    views: float
    """Never below zero; no whole number where the start lies between two readings."""
    hours: float
    per_hour: float


def in_order(readings: Iterable[tuple[datetime, int]]) -> list[Reading]:
    """Readings by time, the lower one first where two are of the same instant."""
    return sorted(Reading(at, views) for at, views in readings)


def falls(readings: Sequence[Reading]) -> list[tuple[Reading, Reading]]:
    """Each reading that is lower than the one before it, after that one. `readings`: in order."""
    return [(before, after) for before, after in pairwise(readings) if after.views < before.views]


def growth(readings: Sequence[Reading], since: datetime | None = None) -> Growth | None:
    """Growth from `since`, or from the first reading, to the last reading. `readings`: in order.

    The count at `since` lies on the straight line between the readings beside it; where there is none before `since`,
    growth counts from the first one after it. A counter that ends lower than it began was set back: then growth counts
    from the lowest reading since. None where fewer than two readings tell it, or no time lies between them.
    """
    within = [reading for reading in readings if since is None or reading.at >= since]
    if not within:
        return None
    first, last = within[0], within[-1]
    earlier = next((reading for reading in reversed(readings) if since is not None and reading.at < since), None)
    began, start = first.at, float(first.views)
    if earlier is not None and since is not None:
        began, start = since, _between(earlier, first, since)
    hours = (last.at - began) / HOUR
    if hours <= 0:
        return None
    if last.views < start:
        start = min(reading.views for reading in within)
    return Growth(last.views - start, hours, (last.views - start) / hours)


def _between(one: Reading, other: Reading, at: datetime) -> float:
    if other.views <= one.views:
        return float(other.views)  # set back at an instant that nobody saw
    return one.views + (other.views - one.views) * ((at - one.at) / (other.at - one.at))


def half_life(readings: Sequence[Reading], published: datetime) -> timedelta | None:
    """Time from publication until half of all views so far had come. `readings`: in order.

    All views so far are the highest reading, so the half-life grows as long as the article is read. The instant lies on
    the straight line between the last reading below the half and the next one. None where that cannot be told: the first
    reading came too late and shows more than half, is older than the publication, or the counter has been set back and
    ends below the half.
    """
    half = max((reading.views for reading in readings), default=0) / 2
    below = [number for number, reading in enumerate(readings) if reading.views < half]
    if not below or below[-1] == len(readings) - 1 or readings[0].at < published:
        return None
    one, other = readings[below[-1]], readings[below[-1] + 1]
    reached = one.at + (other.at - one.at) * ((half - one.views) / (other.views - one.views))
    return reached - published
