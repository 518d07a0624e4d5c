"""When a source is quiet, by its own rhythm. Pure.

The hours since the last new article are laid over the weeks before, by the clock on the wall of the site. Where enough
came in these hours then, in every week but the poorest (which may have been an outage itself), the silence is a strange
one. So a source that shows nothing at night is not quiet at night, one that rests on Sundays is not quiet on Sundays,
and a change of clocks is no silence.

A source that shows too little for that is quiet when it has shown nothing for twice as long as it ever did.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median

WEEK = timedelta(weeks=1)
FEWEST_WEEKS, MOST_WEEKS = 3, 8
ENOUGH = 6
"""Articles in the same hours of the weeks before that make a silence a strange one: by chance alone, none comes where
six are usual once in four hundred times. Of a source with many articles it has to be more (`_enough`)."""
LEAST = timedelta(hours=1)
"""A shorter silence is never called quiet."""
TIMES = 2.0
"""How much longer than the longest silence ever one has to be, where little is shown."""
FEWEST_GAPS, FEWEST_DAYS = 12, timedelta(days=15)
"""Without so many silences the longest of them says nothing, and neither do days without two weekends."""
MANY_GAPS, FEWER_DAYS = 100, timedelta(days=8)
"""Of so many silences the longest says something as soon as a weekend has been seen."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The time for which a source has shown nothing new, and what it is to be held against."""

    since: datetime
    """The last new article."""
    length: timedelta
    usual: timedelta | None
    """The median silence at that time of the week; None: the history is too short to say."""
    is_quiet: bool


def silence(arrivals: Iterable[datetime], now: datetime, zone: tzinfo) -> Silence | None:
    """The silence of a source at `now`, the instant at which it was last read; None where nothing has arrived by then.

    `arrivals`: of its articles, aware, in any order. `zone`: of the site.
    """
    instants = sorted({at.timestamp() for at in arrivals if at <= now})
    if not instants:
        return None
    last = datetime.fromtimestamp(instants[-1], zone)
    length = timedelta(seconds=now.timestamp() - instants[-1])
    usual, expected = _same_hours(instants, last, now.astimezone(zone))
    is_strange = expected is not None and expected >= _enough(len(instants))
    is_quiet = length > LEAST and (is_strange or is_longest_by_far(length, instants))
    return Silence(last.astimezone(now.tzinfo), length, usual, is_quiet)


def _same_hours(instants: list[float], last: datetime, now: datetime) -> tuple[timedelta | None, int | None]:
    """The usual silence at that time of the week, and how many articles came then in all weeks but the poorest."""
    end = min(now, last + WEEK)  # of a longer silence its first week tells
    back = max(1, -((last - now) // WEEK))
    gaps, counts = [], []
    for week in range(1, MOST_WEEKS + 1):
        # Dates of one zone are moved by the clock on the wall: hours stay in their place when clocks change.
        opening, closing = (last - week * WEEK).timestamp(), (end - week * WEEK).timestamp()
        if opening < instants[0]:
            break
        counts.append(bisect_right(instants, closing) - bisect_right(instants, opening))
        moment = (now - (back + week - 1) * WEEK).timestamp()
        if moment >= instants[0]:
            gaps.append(moment - instants[bisect_right(instants, moment) - 1])
    if len(counts) < FEWEST_WEEKS:
        return None, None
    return timedelta(seconds=median(gaps)), sorted(counts)[1]


def _enough(articles: int) -> float:
    """How many have to be usual: every article begins a silence, and one of all may be that long by chance."""
    return max(ENOUGH, math.log(max(1, articles)))


def is_longest_by_far(length: timedelta, instants: list[float]) -> bool:
    """Whether a silence is much longer than any before it; where the history is too short to say, it is not.

    `instants`: of all that has arrived, sorted, in seconds.
    """
    days = timedelta(seconds=instants[-1] - instants[0])
    is_known = len(instants) > FEWEST_GAPS and max(days, length) >= FEWEST_DAYS
    if not is_known and (len(instants) <= MANY_GAPS or days + length < FEWER_DAYS):
        return False
    return length > TIMES * timedelta(seconds=max(later - earlier for earlier, later in pairwise(instants)))
