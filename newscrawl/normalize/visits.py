"""When a stored article is visited again, for its view counter and for changes of its text. Pure.

An article is visited at certain ages, counted from its publication. Between two of these ages it is visited more often
while something happens: each of these halves the time from age to age, which is never made shorter than `SHORTEST`:

- its text changed at the last visit;
- its counter grows so fast that it would at least double before the next age;
- it is a live blog.

After the last age it is left alone. A text that still changes then is followed on until it is twice as old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from newscrawl.normalize.growth import Reading
from newscrawl.normalize.growth import growth as growth_of

AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""Ages of an article at its visits, where neither its site nor a setting names others."""

SHORTEST = timedelta(minutes=15)
"""Least time between two visits of one article."""

ABSENCE = timedelta(days=1)
"""How long after an article was first found gone it is looked for once more."""

SIGHTINGS = 2
"""How often an article is found gone until that is believed for good."""


def next_visit(
    published_at: datetime | None,
    first_seen_at: datetime,
    now: datetime,
    *,
    ages: Sequence[timedelta] = AGES,
    changed: bool = False,
    growth: float = 0.0,
    is_live: bool = False,
) -> datetime | None:
    """The instant of an article's next visit; None: it needs no further one. All instants are aware.

    `now`: the instant of the last visit. `ages`: rising; none: no visits at all. `changed`: the text changed at the
    last visit. `growth`: share of its present count by which the view counter grew an hour before it.
    """
    if not ages:
        return None
    start = _start(published_at, first_seen_at, now, ages[-1])
    followed = (*ages, 2 * ages[-1]) if changed else ages
    for before, age in pairwise((timedelta(), *followed)):
        planned = start + age
        if planned - now >= SHORTEST:
            hours = (planned - now) / timedelta(hours=1)
            halvings = changed + is_live + (growth * hours >= 1)
            return min(planned, now + max(SHORTEST, (age - before) / 2**halvings)) if halvings else planned
    return None


def visit_after_absence(sightings: int, now: datetime) -> datetime | None:
    """When an article that was found gone so often in a row is looked for again; None: it is believed to be gone."""
    return now + ABSENCE if sightings < SIGHTINGS else None


def growth_an_hour(earlier: int | None, seen_at: datetime | None, count: int | None, now: datetime) -> float:
    """Share of its present count by which a counter grew an hour between two visits; 0 where that is not known."""
    if earlier is None or seen_at is None or not count or now <= seen_at:
        return 0.0
    grown = growth_of([Reading(seen_at, earlier), Reading(now, count)])
    return grown.per_hour / count if grown is not None else 0.0


def _start(published_at: datetime | None, first_seen_at: datetime, now: datetime, last: timedelta) -> datetime:
    """The instant from which ages count: publication; where that is unknown or was long before, the first sight.

    A publication after the first sight is a clock or a zone that is wrong, and so is a first sight after now.
    """
    if published_at is None or not first_seen_at - last <= published_at <= first_seen_at:
        return min(first_seen_at, now)
    return min(published_at, now)
