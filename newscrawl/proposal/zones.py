"""The time zone of a site's printed times: the one that makes them agree with those that name a zone."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from newscrawl.normalize.zones import zone_of_country
from newscrawl.proposal.story import Times

EARLIEST, LATEST = timedelta(hours=-12), timedelta(hours=14)  # of any zone's clock
STEP = timedelta(minutes=15)
SLACK = timedelta(minutes=1)  # a printed time leaves the seconds out, or rounds them
SHARE = 0.6  # of the articles that tell something
MAIN = 2  # countries of a language whose zones come before those that most people keep
_PREFERRED = ("Europe/Kyiv", "Europe/London", "Europe/Berlin", "Europe/Paris", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Bogota", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "Europe/Istanbul", "Europe/Moscow", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Jakarta", "Asia/Singapore", "Asia/Manila", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ZoneFound:
    """A time zone, how many articles speak for it of those that tell anything, and how that was found."""

    name: str
    agree: int
    told: int
    source: str
    days: int = 0
    """Different offsets of it among the articles: 2 where summer and winter time were both seen."""


def find_zone(samples: Sequence[Times], country: str | None, likely: Iterable[str] = ()) -> ZoneFound | None:
    """The zone of a site's printed times. `country`: its own, whose zones come first; `likely`: others, in their order.

    Printed times against instants of the same article first; then offsets that the site states itself; else the
    country's zone where it has one.
    """
    pairs = [offsets for times in samples if (offsets := _offsets(times))]
    if pairs and (found := _agreeing(pairs, country, likely, "printed times")):
        return found
    stated = [offsets for times in samples if (offsets := _stated(times))]
    if stated and (found := _agreeing(stated, country, likely, "stated offsets")) and found.name != "UTC":
        return found
    zone = zone_of_country(country) if country else None
    return ZoneFound(zone, 0, 0, "country") if zone else None


_Offsets = list[tuple[datetime, timedelta]]


def _offsets(times: Times) -> _Offsets:
    """By how much the printed times of an article are ahead of its instants, each where a zone may be."""
    found: _Offsets = []
    for at, _ in dict.fromkeys(times.instants.values()):
        for printed in times.printed:
            ahead = printed - at
            rounded = round(ahead / STEP) * STEP
            if abs(ahead - rounded) <= SLACK and EARLIEST <= rounded <= LATEST:
                found.append((at, rounded))
    return found


def _stated(times: Times) -> _Offsets:
    return [(at, timedelta(minutes=offset)) for at, offset in times.instants.values() if offset]


def _agreeing(articles: list[_Offsets], country: str | None, likely: Iterable[str], source: str) -> ZoneFound | None:
    best: ZoneFound | None = None
    for name in _candidates(country, tuple(likely)):
        zone = zoneinfo.ZoneInfo(name)
        right = [[at for at, ahead in offsets if at.astimezone(zone).utcoffset() == ahead] for offsets in articles]
        agree = sum(map(bool, right))
        if best is None or agree > best.agree:
            kept = {at.astimezone(zone).utcoffset() for ats in right for at in ats}
            best = ZoneFound(name, agree, len(articles), source, len(kept))
    return best if best is not None and best.agree > 0 and best.agree >= SHARE * len(articles) else None


@lru_cache(maxsize=32)
def _candidates(country: str | None, likely: tuple[str, ...]) -> tuple[str, ...]:
    """Zones in the order in which one is taken for another with the same clock."""
    own = zones_of(country) if country else ()
    main = [zone for code in likely[:MAIN] for zone in zones_of(code)]
    further = [zone for code in likely for zone in zones_of(code)]
    rest = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    usual = [zone for zone in _PREFERRED if zone in further]
    every = (*own, *main, "UTC", *usual, *_PREFERRED, *further, *rest)
    known = zoneinfo.available_timezones()
    return tuple(dict.fromkeys(zone for zone in every if zone in known))


def zones_of(country: str) -> tuple[str, ...]:
    """Zones of a country, the one of most people first (CLDR)."""
    from babel.core import get_global

    zones = list(get_global("territory_zones").get(country.upper(), ()))
    main = zone_of_country(country)
    first = [main] if main else [zone for zone in _PREFERRED if zone in zones]
    return tuple(dict.fromkeys([*first, *zones]))


def countries_agreeing(samples: Sequence[Times], countries: Iterable[str]) -> list[str]:
    """Those countries one of whose zones makes the times agree."""
    articles = [offsets for times in samples if (offsets := _offsets(times) or _stated(times))]
    if not articles:
        return []
    counts: Counter[str] = Counter()
    for country in countries:
        for name in zones_of(country)[:12]:
            zone = zoneinfo.ZoneInfo(name)
            agree = sum(any(at.astimezone(zone).utcoffset() == ahead for at, ahead in offsets) for offsets in articles)
            counts[country] = max(counts[country], agree)
    return [country for country in counts if counts[country] >= max(1, SHARE * len(articles))]


def is_contradicted(samples: Sequence[Times], country: str) -> bool:
    """Whether no zone of a country agrees with the times, while those of others do."""
    found = find_zone(samples, country)
    return found is not None and found.told > 0 and found.name != "UTC" and found.name not in zones_of(country)
