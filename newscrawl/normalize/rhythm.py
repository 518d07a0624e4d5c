"""When a source is quiet, by its own rhythm. Pure.

A silence is the time since the last new article. How long a silence is usual depends on the hour and the weekday: so
the present one is compared with those that there were at the same moment of the weeks before, or, where the history is
too short for that, at the same hour of the days before. A source that never shows anything at night is not quiet at
night, and one that rests on Sundays is not quiet on Sundays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
FEWEST_WEEKS, MOST_WEEKS = 3, 8
FEWEST_DAYS, MOST_DAYS = 4, 10
LEAST = timedelta(hours=1)
"""A shorter silence is never called quiet: half of the clock changes are one hour."""
TIMES = 2.0
"""How much longer than the longest silence at that time of the week one has to be."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The time for which a source has shown nothing new, and what it is to be held against."""

    since: datetime
    """The last new article."""
    length: timedelta
    usual: timedelta | None
    """The median silence at that time of the week; None: the history is too short to say."""
    is_quiet: bool


def silence(arrivals: Sequence[datetime], now: datetime) -> Silence | None:
    """The silence of a source at `now`, the instant at which it was last read. `arrivals`: of its articles, in order.

    None where nothing has arrived by then.
    """
    number = bisect_right(arrivals, now)
    if not number:
        return None
    last = arrivals[number - 1]
    length = now - last
    earlier = _silences(arrivals, last, now, WEEK, MOST_WEEKS)
    if len(earlier) < FEWEST_WEEKS:
        earlier = _silences(arrivals, last, now, DAY, MOST_DAYS)
        if len(earlier) < FEWEST_DAYS:
            return Silence(last, length, None, False)
    longest = max(LEAST, TIMES * max(earlier))
    return Silence(last, length, timedelta(seconds=median(gap.total_seconds() for gap in earlier)), length > longest)


def _silences(
    arrivals: Sequence[datetime], last: datetime, now: datetime, step: timedelta, most: int
) -> list[timedelta]:
    """The silences at the same moment of days or weeks before the present one began, back to the first arrival."""
    found = []
    for number in range(1, most + 1):
        moment = now - number * step
        if moment > last:
            continue
        before = bisect_right(arrivals, moment)
        if not before:
            break
        found.append(moment - arrivals[before - 1])
    return found
