"""Visits by the rhythm of each listing against visits at a fixed interval: the same number of requests, how long
articles wait. `python benchmarks/cadence.py [--weeks 2] [--json]`. No network, no database.

News come by chance (Poisson) with a rate that follows the hour and the day as at newspapers: few at night, half at
weekends, and now and then an hour with three times as many. Ten listings, from fifteen articles an hour to one in two
days. The rhythm knows only what its own visits have shown, from the first day on; the first four weeks are not counted.
"""

from __future__ import annotations

import argparse
import json
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

from newscrawl.normalize.cadence import HISTORY, Arrivals, Bounds, next_due

ZONE = ZoneInfo("Europe/Kyiv")
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
RATES = (15.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
"""Mean number of new articles an hour, of each listing."""
BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 15, 14, 14, 14, 14, 13, 12, 10, 8, 7, 6, 4, 3)
"""New articles by the hour of the day, in proportion."""
WEEKEND, BURST, BURSTS = 0.5, 3.0, 0.01
HOUR = timedelta(hours=1)


@dataclass
class Waits:
    """What came of visits: seconds that each article waited, and the number of visits."""

    visits: int
    waits: list[float]

    def share(self, part: float) -> float:
        """Minutes within which this part of the articles was seen."""
        return sorted(self.waits)[int(part * (len(self.waits) - 1))] / 60

    @property
    def minutes(self) -> float:
        """Mean wait."""
        return mean(self.waits) / 60


def news_of(rate: float, end: datetime, chance: random.Random) -> list[datetime]:
    """Instants at which a listing shows new articles, in order."""
    scale = rate * 24 / (sum(BY_HOUR) * (5 + 2 * WEEKEND) / 7)
    found: list[datetime] = []
    hour = BEGIN
    while hour < end:
        wall = hour.astimezone(ZONE)
        now = scale * BY_HOUR[wall.hour] * (WEEKEND if wall.weekday() >= 5 else 1)
        now *= BURST if chance.random() < BURSTS else 1
        at = hour + HOUR * chance.expovariate(now)
        while at < hour + HOUR:
            found.append(at)
            at += HOUR * chance.expovariate(now)
        hour += HOUR
    return found


def by_rhythm(news: list[datetime], end: datetime, counted: datetime, bounds: Bounds) -> Waits:
    """Visits as the rhythm plans them; each knows what those before it have shown."""
    now, seen, result = BEGIN, 0, Waits(0, [])
    hours: Counter[datetime] = Counter()
    while now < end:
        fresh = bisect_right(news, now)
        if now >= counted:
            result.visits += 1
            result.waits += [(now - at).total_seconds() for at in news[seen:fresh] if at >= counted]
        hours.update(at.replace(minute=0, second=0, microsecond=0) for at in news[seen:fresh])
        seen = fresh
        now = next_due([Arrivals(hour, number) for hour, number in hours.items()], now, ZONE, BEGIN, bounds)
    return result


def fixed(news: list[datetime], end: datetime, counted: datetime, visits: float) -> Waits:
    """So many visits at equal distances."""
    step = (end - counted) / visits
    late = [at for at in news if at >= counted]
    return Waits(round(visits), [(step - (at - counted) % step).total_seconds() for at in late])


def measure(
    weeks: int, rates: Sequence[float] = RATES, known: timedelta = HISTORY, seed: int = 7
) -> dict[str, dict[str, float]]:
    """Way of visiting to what came of it: requests, and minutes that articles waited.

    `rates`: of each listing. `known`: time of visits before those that are counted.
    """
    chance, bounds = random.Random(seed), Bounds()
    counted = BEGIN + known
    end = counted + timedelta(weeks=weeks)
    listings = [news_of(rate, end, chance) for rate in rates]
    rhythm = [by_rhythm(news, end, counted, bounds) for news in listings]
    total = sum(found.visits for found in rhythm)
    ways = {
        "by rhythm": rhythm,
        "fixed, the same for all": [fixed(news, end, counted, total / len(listings)) for news in listings],
        "fixed, the same for each": [
            fixed(news, end, counted, found.visits) for news, found in zip(listings, rhythm, strict=True)
        ],
    }
    figures = {}
    for way, found in ways.items():
        together = Waits(sum(one.visits for one in found), [wait for one in found for wait in one.waits])
        figures[way] = {
            "requests": together.visits,
            "articles": len(together.waits),
            "mean_minutes": round(together.minutes, 2),
            "p50_minutes": round(together.share(0.5), 2),
            "p95_minutes": round(together.share(0.95), 2),
        }
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=2, help="weeks that are counted")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.weeks)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    columns = ("requests", "articles", "mean_minutes", "p50_minutes", "p95_minutes")
    print(f"{'':26}" + "".join(f"{column:>14}" for column in columns))
    for way, found in figures.items():
        print(f"{way:26}" + "".join(f"{found[column]:>14}" for column in columns))


if __name__ == "__main__":
    main()
