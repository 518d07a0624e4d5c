"""How many new articles a site is expected to have in a span of time, by its own weeks. Pure.

A run tells how many articles were new since the run before; between the two they are taken to have come evenly. So the
same hours of earlier weeks can be counted however often runs take place, and the time since the last run is allowed
for. Hours are those of the clock on the wall of the site: they stay in their place when clocks change.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate, pairwise
from statistics import median

from newscrawl.chance import SIGMA, at_most, median_and_mad
from newscrawl.runs.past import PastRun

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MOST_WEEKS, FEWEST_WEEKS = 8, 3
MOST_DAYS, FEWEST_DAYS = 14, 7
"""Where there are not three weeks, the same hours of days tell; seven of them hold a weekend."""
USUAL_SPREAD, ITS_DAYS = 0.15, 7
"""How much the days of a site differ from the same days of other weeks, as a share, before anything is known of it; and
how many days of its history weigh as much."""
LONG_GAP = 6
"""Where no run took place for so many times the usual span, articles may have gone by unseen: they tell nothing."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the history says of one span of time."""

    median: float
    mad: float
    mean: float
    """The lower one of mean and median: what a shortfall is held against."""
    variance: float
    least: float | None
    """Where no weekday is known: the fewest of any day."""

    def chance_of(self, seen: int) -> float:
        """Probability of so few articles."""
        if self.least is not None and seen >= self.least:
            return 1.0
        return at_most(seen, self.mean, self.variance)


class Arrivals:
    """The new articles of a site over time, as its runs have met them."""

    def __init__(self, runs: Sequence[PastRun], zone: tzinfo) -> None:
        """`runs`: the oldest first. Those that failed mark no end of a span: what they found counts for the next one.
        What the first one found had gathered before, and does not count."""
        self.zone = zone
        self.times: list[float] = []
        self.new: list[int] = []
        found = 0
        for run in runs:
            found += run.new
            if run.outcome != "failed":
                self.times.append(run.started_at.timestamp())
                self.new.append(found)
                found = 0
        self.totals = list(accumulate(self.new[1:], initial=0))
        spans = [later - earlier for earlier, later in pairwise(self.times)]
        usual = median(spans) if spans else 0.0
        longest = max(LONG_GAP * usual, 3600.0)
        self.gaps = [(end - span, end) for span, end in zip(spans, self.times[1:], strict=True) if span > longest]
        self._spread: float | None = None

    def between(self, begin: float, end: float) -> float:
        """Articles that came between two instants (seconds since 1970)."""
        return self._until(end) - self._until(begin)

    def _until(self, instant: float) -> float:
        after = bisect_right(self.times, instant)
        if after == 0:
            return 0.0
        if after == len(self.times):
            return float(self.totals[-1])
        begin, end = self.times[after - 1], self.times[after]
        share = (instant - begin) / (end - begin)
        return self.totals[after - 1] + share * (self.totals[after] - self.totals[after - 1])

    def has_gap(self, begin: float, end: float) -> bool:
        """Whether no run took place for long in this span of time."""
        place = bisect_left(self.gaps, (begin, begin))
        neighbours = self.gaps[max(0, place - 1) : place + 1]
        return any(first < end and last > begin for first, last in neighbours)

    def expected(self, begin: float, end: float) -> Expected | None:
        """What the same hours of earlier weeks, or else days, let one expect; None: the history is too short."""
        counts = self._same_hours(begin, end, WEEK, MOST_WEEKS)
        if len(counts) >= FEWEST_WEEKS:
            return self._expected(counts, end - begin, least=None)
        counts = self._same_hours(begin, end, DAY, MOST_DAYS) if end - begin <= DAY.total_seconds() else []
        if len(counts) >= FEWEST_DAYS:
            return self._expected(counts, end - begin, least=min(counts))
        return None

    def _same_hours(self, begin: float, end: float, step: timedelta, most: int) -> list[float]:
        if not self.times:
            return []
        opening, closing = (datetime.fromtimestamp(instant, self.zone) for instant in (begin, end))
        back = max(1, -((opening - closing) // step))  # a span longer than the step is not held against itself
        counts = []
        for number in range(back, back + most):
            # Dates of one zone are moved by the clock on the wall.
            first, last = (opening - number * step).timestamp(), (closing - number * step).timestamp()
            if first < self.times[0]:
                break
            if not self.has_gap(first, last):
                counts.append(self.between(first, last))
        return counts

    def _expected(self, counts: list[float], seconds: float, *, least: float | None) -> Expected:
        middle, mad = median_and_mad(counts)
        mean = min(middle, sum(counts) / len(counts))
        # Days are poor or rich each for itself: of several together the spread is less.
        spread = self.spread / math.sqrt(max(1.0, seconds / DAY.total_seconds()))
        # The middle is itself known from so many counts only; spans of more than a week overlap those before.
        number = max(1.0, len(counts) * min(1.0, WEEK.total_seconds() / max(seconds, 1.0)))
        own = max((SIGMA * mad) ** 2, mean + (spread * mean) ** 2)
        return Expected(middle, mad, mean, own * (1 + 1 / number), least)

    @property
    def spread(self) -> float:
        """By what share days differ from the same days of other weeks, beyond chance."""
        if self._spread is None:
            self._spread = self._measured_spread()
        return self._spread

    def _measured_spread(self) -> float:
        known = USUAL_SPREAD**2 * ITS_DAYS
        days = 0
        if self.times:
            last = datetime.fromtimestamp(self.times[-1], self.zone)
            for weekday in range(7):
                end = last - weekday * DAY
                begin = end - DAY
                counts = self._same_hours(begin.timestamp(), end.timestamp(), WEEK, MOST_WEEKS)
                if len(counts) < FEWEST_WEEKS or (middle := median(counts)) <= 0:
                    continue
                # The squares of the nearer half, brought to what all would be: an outage is no variety.
                squares = sorted((count / middle - 1) ** 2 for count in counts)
                variance = SIGMA**2 * median(squares) * len(counts) / (len(counts) - 1)
                known += max(0.0, variance - 1 / middle) * len(counts)
                days += len(counts)
        return float((known / (ITS_DAYS + days)) ** 0.5)
