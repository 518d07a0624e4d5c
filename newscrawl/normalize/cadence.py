"""How soon a listing is worth another visit, by how often news come to it at that hour of the week. Pure.

Where news come with the rate r and visits are t apart, an article waits t/2 on average. For a given number of visits
the mean wait over all articles of all listings is least where t is proportional to 1/sqrt(r): a listing with four times
the news is visited twice as often. (Minimise the sum of r·t/2 under a fixed sum of 1/t. The same rule is found for the
refreshing of copies in Cho and Garcia-Molina, "Effective page refresh policies for Web crawlers", 2003, section 4.) So
one number, the pace, sets the cost: the interval of a listing with one new article an hour.

The rate is that of the same hour of the week in the past four weeks, by the clock of the site. Where little is known it
leans on the same hour of other days, and on the mean; and on a day with more news than usual, or fewer, it follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import sqrt

HISTORY = timedelta(weeks=4)
LEAST_HISTORY = timedelta(hours=24)
"""Of less, nothing is known of the night."""
HOUR = timedelta(hours=1)
OLD_TENTH = 0.1
"""The oldest tenth of what a first visit shows may be pinned or archived, and says nothing of the days since."""
TRUST = 2.0
"""Weeks of the same hour of the week that weigh as much as what all days say of the hour of the day."""
RECENT = timedelta(hours=12)
MOST_NEWS = 4.0  # times the usual rate: what an exceptional day changes at most
FEWEST_NEWS = 0.5


@dataclass(frozen=True)
class Bounds:
    """How often a listing may be visited. `pace`: the interval of one with a new article an hour."""

    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=6)
    pace: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """New articles that a source has shown for the first time, of one hour.

    `hour`: its beginning, aware. `is_dated`: they came out then; else only that they were seen then is known.
    """

    hour: datetime
    number: int
    is_dated: bool = True


class Rates:
    """New articles an hour of one source, by the hour of the week. `first_read`: when it was read first."""

    def __init__(self, arrivals: Iterable[Arrivals], now: datetime, zone: tzinfo, first_read: datetime) -> None:
        self.zone = zone
        # What the first visit shows without a date may have come at any time.
        known = [
            arrival
            for arrival in arrivals
            if arrival.hour > now - HISTORY and (arrival.is_dated or arrival.hour > first_read)
        ]
        self.begin = _begin(known, first_read, now)
        self.is_known = now - self.begin >= LEAST_HISTORY
        span = max(now - self.begin, HOUR)
        self.known = [arrival for arrival in known if arrival.hour >= self.begin - HOUR]
        self.mean = sum(arrival.number for arrival in self.known) / (span / HOUR)
        self._week: defaultdict[tuple[int, int], float] = defaultdict(float)
        self._day: defaultdict[tuple[bool, int], float] = defaultdict(float)
        for arrival in self.known:
            wall = arrival.hour.astimezone(zone)
            self._week[wall.weekday(), wall.hour] += arrival.number
            self._day[wall.weekday() >= 5, wall.hour] += arrival.number
        self._weeks = span / timedelta(weeks=1)
        self.mood = 1.0
        self.mood = self._mood(now)

    def at(self, instant: datetime) -> float:
        """New articles an hour that are to be expected then."""
        wall = instant.astimezone(self.zone)
        is_weekend = wall.weekday() >= 5
        days = self._weeks * (2 if is_weekend else 5)
        # One more day like the mean, so that an hour without news by chance is no hour without news.
        of_day = (self._day[is_weekend, wall.hour] + self.mean) / (days + 1)
        of_week = (self._week[wall.weekday(), wall.hour] + TRUST * of_day) / (self._weeks + TRUST)
        return of_week * self.mood

    def _mood(self, now: datetime) -> float:
        """How much more news came in the last hours than usual; square-rooted, for half of it is chance."""
        begin = now - RECENT
        came = sum(arrival.number for arrival in self.known if arrival.hour > begin)
        expected = sum(self.at(begin + number * HOUR) for number in range(int(RECENT / HOUR)))
        return min(max(sqrt((came + 3) / (expected + 3)), FEWEST_NEWS), MOST_NEWS)


def _begin(known: list[Arrivals], first_read: datetime, now: datetime) -> datetime:
    """From when on everything that came is known."""
    oldest = now - HISTORY
    before = sorted(arrival.hour for arrival in known for _ in range(arrival.number) if arrival.hour < first_read)
    if not before:
        return max(first_read, oldest)
    return max(min(first_read, before[int(len(before) * OLD_TENTH)]), oldest)


def next_due(
    arrivals: Iterable[Arrivals], now: datetime, zone: tzinfo, first_read: datetime, bounds: Bounds
) -> datetime:
    """When a source that is read now is due again. Without a history: after the pace.

    The visits are as dense as the square root of the rate: this is when their density, from now on, adds up to one.
    """
    rates = Rates(arrivals, now, zone, first_read)
    if not rates.is_known:
        return now + min(max(bounds.pace, bounds.shortest), bounds.longest)
    left, instant, latest = 1.0, now, now + bounds.longest
    while instant < latest:
        following = instant.replace(minute=0, second=0, microsecond=0) + HOUR
        visits_an_hour = sqrt(rates.at(instant)) * (HOUR / bounds.pace)
        here = visits_an_hour * ((following - instant) / HOUR)
        if here >= left:
            instant += HOUR * (left / visits_an_hour)
            break
        left, instant = left - here, following
    return min(max(instant, now + bounds.shortest), latest)
