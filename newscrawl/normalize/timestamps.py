"""One timestamp from several candidates: the best that reads, and those that say otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from newscrawl.article import RawDate, Timestamp
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.text import clean
from newscrawl.normalize.zones import zone_of_country

MOST_READ = 10  # candidates that are read to check the best
WIDEST_OFFSET = timedelta(hours=14)
QUARTER = timedelta(minutes=15)
STATED = ("jsonld:", "meta:", "microdata:")
"""How the sources of dates begin that a page states for machines."""

_SWAPPABLE = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])/(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?!\d)")


@dataclass(slots=True)
class Chosen:
    """A timestamp, its source, and the candidates that name another day."""

    timestamp: Timestamp
    source: str
    otherwise: list[str] = field(default_factory=list)


def choose_timestamp(
    candidates: Sequence[RawDate],
    *,
    languages: Sequence[str],
    timezone: str | None,
    country: str | None,
    reference: datetime,
) -> Chosen | None:
    """The first candidate that reads and states a time; else the first that states a day; else the first as printed.

    A time without a zone is read in `timezone` (the site's, IANA), else in the zone of `country` where it has one,
    else as UTC with `offset` null. A day without a time names no instant: it stays midnight UTC where the site's zone
    is not known. Where the page itself states only what no one can read, a card's date does not take its place.
    `reference`: the instant of the fetch. None: there is no candidate.
    """
    read: list[tuple[RawDate, Timestamp]] = []
    different: dict[str, RawDate] = {}
    for candidate in candidates:
        different.setdefault(candidate.text, candidate)
    for candidate in islice(different.values(), MOST_READ * 3):
        found = _read(candidate, languages, timezone, country, reference)
        if found is not None and found.at is not None:
            read.append((candidate, found))
            if len(read) >= MOST_READ:
                break
    if _is_stated(candidates) and all(_is_of_card(candidate) for candidate, _ in read):
        # The page says when, in a way that nobody can read: what another page says of it is no substitute.
        read = []
    if not read:
        if not candidates:
            return None
        raw = clean(candidates[0].text)[:200]
        source = candidates[0].source
        return Chosen(Timestamp(at=None, raw=raw, precision="day", source=source), f"{source}, unreadable")
    candidate, best = read[0]
    if best.precision == "day":
        candidate, best = next(((c, t) for c, t in read if t.precision != "day" and _near(best, t)), read[0])
    if swapped := _SWAPPABLE.search(candidate.text):
        # `11/01/2023` is read as the page's other dates say, where they say it one way.
        other = f"{candidate.text[: swapped.start()]}{swapped[2]}/{swapped[1]}/{swapped[3]}{candidate.text[swapped.end() :]}"
        turned = _read(RawDate(other, candidate.source, candidate.timezone), languages, timezone, country, reference)
        days = [t for c, t in read if c is not candidate]
        if turned is not None and any(_near(turned, t) for t in days) and not any(_near(best, t) for t in days):
            best = turned.model_copy(update={"raw": best.raw})
    chosen = Chosen(_with_printed_offset(best, [text for text, _ in read], languages, reference), candidate.source)
    chosen.timestamp = chosen.timestamp.model_copy(update={"source": clean(chosen.source)})
    chosen.otherwise = [f"{c.source}: {clean(c.text)[:120]}" for c, t in read if not _near(best, t)][:5]
    return chosen


def _is_stated(candidates: Sequence[RawDate]) -> bool:
    """The page states a date for machines, readable or not."""
    return any(candidate.source.startswith(STATED) for candidate in candidates)


def _is_of_card(candidate: RawDate) -> bool:
    return candidate.source.startswith("card:")


def _read(
    candidate: RawDate, languages: Sequence[str], timezone: str | None, country: str | None, reference: datetime
) -> Timestamp | None:
    zone = candidate.timezone or timezone
    found = parse_date(candidate.text, languages=languages, timezone=zone, reference=reference)
    if found is None or zone is not None or found.offset is not None or found.precision == "day" or country is None:
        return found
    declared = zone_of_country(country)
    return (
        parse_date(candidate.text, languages=languages, timezone=declared, reference=reference) if declared else found
    )


def _near(first: Timestamp, second: Timestamp) -> bool:
    return first.at is not None and second.at is not None and abs(first.at - second.at) < timedelta(hours=36)


def _with_printed_offset(
    best: Timestamp, candidates: Sequence[RawDate], languages: Sequence[str], reference: datetime
) -> Timestamp:
    """An instant that is stated in UTC, with the offset by which the page prints the same minute as local time."""
    if best.offset != 0 or best.at is None:
        return best
    for candidate in candidates:
        local = parse_date(candidate.text, languages=languages, reference=reference + WIDEST_OFFSET)
        if local is None or local.at is None or local.offset is not None or local.precision == "day":
            continue
        apart = local.at.replace(second=0, microsecond=0) - best.at.astimezone(UTC).replace(second=0, microsecond=0)
        if timedelta(0) < abs(apart) <= WIDEST_OFFSET and apart % QUARTER == timedelta(0):
            return best.model_copy(update={"offset": int(apart.total_seconds() // 60)})
    return best
