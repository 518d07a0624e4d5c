"""Whole days of the past that a backfill is asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newscrawl.records import Days

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both whole, in a time zone. `zone`: IANA name; None is UTC."""

    first: date
    last: date
    zone: str | None = None

    @property
    def begin(self) -> datetime:
        """The first instant."""
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return self._midnight(self.last + DAY)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone or "UTC")).astimezone(UTC)

    def __contains__(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def today(self, now: datetime) -> date:
        """The day that an instant belongs to."""
        return now.astimezone(ZoneInfo(self.zone or "UTC")).date()

    def until(self, day: date) -> Span:
        """Its days up to this one."""
        return Span(self.first, min(self.last, day), self.zone)

    @property
    def newest_first(self) -> list[date]:
        """Its days."""
        return [self.last - DAY * number for number in range((self.last - self.first).days + 1)]

    @property
    def days(self) -> Days:
        """As it is stored."""
        return Days(first=self.first.isoformat(), last=self.last.isoformat())


def slots(pattern: str, days: Iterable[date]) -> dict[str, list[date]]:
    """The pages of an archive that hold some days, in their order: address to its days. An archive may be by month."""
    found: dict[str, list[date]] = {}
    for day in days:
        found.setdefault(pattern.format(year=day.year, month=day.month, day=day.day), []).append(day)
    return found


def is_done(done: Iterable[Days], day: date) -> bool:
    """Whether a day is among finished ones."""
    return any(days.first <= day.isoformat() <= days.last for days in done)


def with_done(done: Iterable[Days], days: Iterable[date]) -> list[Days]:
    """Finished days with further ones, as few spans as possible, the oldest first."""
    spans = [(date.fromisoformat(span.first), date.fromisoformat(span.last)) for span in done]
    joined: list[tuple[date, date]] = []
    for first, last in sorted([*spans, *((day, day) for day in days)]):
        if joined and first <= joined[-1][1] + DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return [Days(first=first.isoformat(), last=last.isoformat()) for first, last in joined]
