"""One working day of a fleet, site by site: who publishes when, when each site is visited, what that asks for. Pure.

Sites are drawn as they are measured elsewhere in this folder: sizes between the listings of `cadence.py`, the hours of
publication as there, time zones and numbers of sources as the shipped site files have them. Visits follow the rhythm of
`newscrawl.normalize.cadence`, in slots of its shortest interval, as a scheduler starts what is due together.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import exp, log, sqrt
from zoneinfo import ZoneInfo

from benchmarks.cadence import BY_HOUR, RATES
from benchmarks.simulation_costs import cost
from newscrawl.normalize.cadence import Bounds
from newscrawl.site import Site

BOUNDS = Bounds()
SLOT = BOUNDS.shortest.total_seconds()
SLOTS = round(86400 / SLOT)
REVISITS = 5  # ages at which an article is visited again: the setting `revisits`
UNCHANGED = 0.3  # share of servers that answer 304 where nothing has changed; an assumption
WORKDAY = datetime(2026, 1, 7, tzinfo=UTC)


@dataclass(slots=True)
class Slot:
    """What one slot asks for, of all sites."""

    sites: float = 0.0
    requests: float = 0.0
    new: float = 0.0
    revisits: float = 0.0
    cpu: float = 0.0
    bytes: float = 0.0
    durations: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Day:
    """A day: its slots, and of sampled articles the seconds from publication until they are read."""

    slots: list[Slot]
    waits: list[float]
    articles: float


@dataclass(frozen=True, slots=True)
class Outlet:
    """A site. `rate`: new articles an hour, on average. `offset`: hours of its clock from UTC. `sources`: listings,
    feeds and sitemaps."""

    rate: float
    offset: float
    sources: int


def outlets(number: int, shipped: Sequence[Site], chance: random.Random) -> list[Outlet]:
    """Sites at random. Their sizes lie evenly between the smallest and the largest listing of `cadence.py`, by the
    logarithm: half of them have less than 13 articles a day, the largest 360."""
    low, high = log(min(RATES)), log(max(RATES))
    zones = [site.timezone or "UTC" for site in shipped]
    sources = [min(len(site.sources), 5) for site in shipped]
    found = []
    for place in range(number):
        rate = exp(low + (high - low) * (place + chance.random()) / number)
        offset = WORKDAY.astimezone(ZoneInfo(chance.choice(zones))).utcoffset()
        assert offset is not None
        found.append(Outlet(rate, offset.total_seconds() / 3600, chance.choice(sources)))
    return found


def hourly(outlet: Outlet) -> list[float]:
    """New articles an hour, by the hour of the day in UTC."""
    total = sum(BY_HOUR)
    return [outlet.rate * 24 * BY_HOUR[int(hour + outlet.offset) % 24] / total for hour in range(24)]


def day_of(sites: Sequence[Outlet], weight: float, delay: float, chance: random.Random) -> Day:
    """A day of these sites, each of which stands for `weight`. `delay`: seconds between two requests to a host."""
    day = Day([Slot() for _ in range(SLOTS)], [], 0.0)
    for outlet in sites:
        _crawl(outlet, day, weight, delay, chance)
    return day


def _crawl(outlet: Outlet, day: Day, weight: float, delay: float, chance: random.Random) -> None:
    rates = hourly(outlet)
    news = _news(rates, chance)
    day.articles += len(news) * weight
    due, seen = chance.random() * SLOT, 0
    visits = []
    while due < 86400:
        slot = min(int(due / SLOT) + 1, SLOTS - 1)  # a slot starts what has become due before it
        at = slot * SLOT
        found = bisect_right(news, at)
        visits.append((slot, news[seen:found]))
        seen = found
        interval = BOUNDS.pace.total_seconds() / sqrt(max(rates[int(at / 3600) % 24], 1e-6))
        due = at + min(max(interval, SLOT), BOUNDS.longest.total_seconds())
    # Older articles are visited again with the next visit of their site, as many a day as it publishes.
    again = REVISITS * outlet.rate * 24 / max(len(visits), 1)
    for slot, new in visits:
        _visit(day.slots[slot], outlet, len(new), again, weight, delay)
        ahead = cost("job_seconds") + outlet.sources * delay
        for place, published in enumerate(new):
            day.waits.append(slot * SLOT - published + ahead + place * delay + cost("page_seconds"))


def _visit(slot: Slot, outlet: Outlet, new: int, again: float, weight: float, delay: float) -> None:
    requests = outlet.sources + new + again
    slot.sites += weight
    slot.requests += requests * weight
    slot.new += new * weight
    slot.revisits += again * weight
    changed = (1 - UNCHANGED) * (outlet.sources * cost("listing_cpu") + again * cost("page_cpu"))
    unchanged = UNCHANGED * (outlet.sources + again) * cost("unchanged_cpu")
    slot.cpu += (new * cost("page_cpu") + changed + unchanged) * weight
    full = (1 - UNCHANGED) * (outlet.sources * cost("listing_bytes") + again * cost("page_bytes"))
    heads = UNCHANGED * (outlet.sources + again) * cost("unchanged_bytes")
    slot.bytes += (new * cost("page_bytes") + full + heads) * weight
    slot.durations.append(requests * delay)


def _news(rates: Sequence[float], chance: random.Random) -> list[float]:
    """Seconds of the day at which articles are published, in order."""
    found = []
    for hour, rate in enumerate(rates):
        at = hour + chance.expovariate(rate) if rate else 24.0
        while at < hour + 1:
            found.append(at * 3600)
            at += chance.expovariate(rate)
    return found
