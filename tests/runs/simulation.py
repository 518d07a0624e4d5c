"""Histories of runs as sites have them: nights, weekends, days unlike each other, runs that fail now and then."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from newscrawl.records import Run
from newscrawl.runs.past import PastRun

KYIV = ZoneInfo("Europe/Kyiv")
START = datetime(2026, 9, 14, tzinfo=UTC)
"""Six weeks before the clocks of Europe change."""
FIELDS = {"lead": 0.97, "body": 1.0, "published": 1.0, "dateline": 0.55, "authors": 0.8, "images": 0.93, "tags": 0.3}

Fault = Callable[[PastRun], PastRun]


@dataclass(frozen=True)
class Kind:
    """A kind of site."""

    a_day: float
    """Articles of a weekday."""
    every: timedelta
    weekend: float = 0.5
    night: float = 0.1
    variety: float = 0.12
    """By what share one day differs from the next."""
    failing_pages: float = 0.01
    failing_runs: float = 0.01

    def rate(self, local: datetime) -> float:
        """Articles an hour at a time of the wall clock."""
        hour = local.hour + local.minute / 60
        daylight = self.night + (1 - self.night) * max(0.0, math.sin((hour - 5) / 18 * math.pi)) ** 1.5
        return self.a_day * daylight / 12 * (self.weekend if local.weekday() >= 5 else 1.0)


def history(
    kind: Kind, days: float, seed: int, fault: Fault | None = None, since: float = math.inf
) -> Iterator[PastRun]:
    """The runs of some days, with a fault from a day on."""
    chance = random.Random(seed)
    at = last = START
    of_day: dict[object, float] = {}
    waiting = 0
    while at < START + timedelta(days=days):
        while last < at:
            step = min(timedelta(hours=1), at - last)
            local = (last + step / 2).astimezone(KYIV)
            factor = of_day.setdefault(local.date(), math.exp(chance.gauss(0, kind.variety)))
            waiting += poisson(chance, kind.rate(local) * factor * (step / timedelta(hours=1)))
            last += step
        if chance.random() < kind.failing_runs:
            run = PastRun(str(at), at, "failed", "finished", {"failed": 1, "failed_listings": 1}, errors={"timeout": 1})
        else:
            lost = binomial(chance, waiting, kind.failing_pages)
            new, waiting = waiting - lost, 0
            coverage = {name: binomial(chance, new, share) / new for name, share in FIELDS.items()} if new else {}
            counts = {"new": new, "failed": lost, "requests": new + lost + 3}
            statuses = {"2xx": new + 3, "5xx": lost}
            errors = {"http-503": lost} if lost else {}
            seconds = math.exp(chance.gauss(0.5, 0.2))
            run = PastRun(str(at), at, "ok", "finished", counts, coverage, errors, statuses, seconds)
        if fault is not None and at >= START + timedelta(days=since):
            run = fault(run)
        yield run
        at += kind.every * chance.uniform(0.9, 1.1)


def poisson(chance: random.Random, mean: float) -> int:
    """A number of events."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, number = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number


def binomial(chance: random.Random, trials: int, share: float) -> int:
    """A number of hits."""
    return sum(chance.random() < share for _ in range(trials))


def with_counts(run: PastRun, **counts: int) -> PastRun:
    """The run with other counts."""
    return replace(run, counts={**run.counts, **counts})


def half(run: PastRun) -> int:
    """Half of its new articles, of an odd one either."""
    return binomial(random.Random(run.id), run.new, 0.5)


def listing_is_empty(run: PastRun) -> PastRun:
    """No article is found any more, and the crawl does not see why."""
    return replace(with_counts(run, new=0, failed=0), coverage={}, statuses={"2xx": 3}, errors={})


def lead_is_lost(run: PastRun) -> PastRun:
    """The rule for a field finds nothing any more."""
    return replace(run, coverage={**run.coverage, "lead": 0.0}) if run.coverage else run


def half_is_missing(run: PastRun) -> PastRun:
    """Every second article is not found."""
    return with_counts(run, new=run.new - half(run))


def half_of_the_pages_fail(run: PastRun) -> PastRun:
    """Every second page is refused."""
    lost = half(run)
    return replace(
        with_counts(run, new=run.new - lost, failed=run.failed_pages + lost),
        errors={"http-403": lost},
        statuses={"2xx": run.new - lost + 3, "4xx": lost},
    )


def host_is_down(run: PastRun) -> PastRun:
    """Nothing answers."""
    return PastRun(run.id, run.started_at, "failed", "finished", {"failed": 1, "failed_listings": 1}, errors={"dns": 1})


def document(run: PastRun, site: str, shift: timedelta = timedelta()) -> dict[str, Any]:
    """The run as it stands in the database, moved in time."""
    at = run.started_at + shift
    record = Run(
        site=site,
        command=f"newscrawl crawl {site}",
        started_at=at,
        ended_at=at + timedelta(minutes=1),
        reason=run.reason,
        outcome=run.outcome,
        counts=dict(run.counts) | {f"http_{name}": number for name, number in run.statuses.items()},
        coverage=dict(run.coverage),
        errors=dict(run.errors),
        version="0",
        pid=1,
        host="here",
    )
    return {"_id": f"{at:%Y%m%dT%H%M%S}-{site}-{at.microsecond:06}", **record.model_dump()}
