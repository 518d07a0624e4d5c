"""Cron lines by the clock on the wall of a zone, also when clocks change. Pure.

APScheduler reads the fields; what this adds is what people expect of cron:
- Days of the week are numbered as in crontab(5), 0 and 7 are Sunday; APScheduler counts from Monday.
- Where both a day of the month and one of the week are named, either will do (crontab(5)).
- A time that a change of clocks leaves out comes at the first instant after it, once. A time that comes twice comes the
  first time only. Both as in Debian's cron(8), and as there not for lines whose hour is `*`: these follow real time, so
  that a quarter of an hour stays a quarter of an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

FIELDS = ("minute", "hour", "day", "month", "day_of_week")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_RANGE = re.compile(r"(\*|\d|[a-z]{3})(?:-(\d|[a-z]{3}))?(?:/(\d+))?")
DAY = timedelta(days=1)


class Crontab:
    """A cron line: `*/15 6-23 * * *`, or `@daily`. Raises ValueError, with the field that is wrong."""

    def __init__(self, line: str, zone: ZoneInfo) -> None:
        words = ALIASES.get(line.strip().lower(), line).split()
        if len(words) != len(FIELDS):
            raise ValueError(f"{line!r} has {len(words)} fields; five are wanted: minute hour day month day-of-week")
        fields = dict(zip(FIELDS, words, strict=True))
        fields["day_of_week"] = _days_of_week(fields["day_of_week"])
        self.zone = zone
        self.is_by_real_time = fields["hour"].startswith("*")
        both = not fields["day"].startswith("*") and not fields["day_of_week"].startswith("*")
        choices = [{"day_of_week": "*"}, {"day": "*"}] if both else [{}]
        try:
            # In UTC no clock changes: the triggers see the clock on the wall as if it never did.
            self._triggers = [CronTrigger(**{**fields, **choice}, timezone=UTC) for choice in choices]
        except ValueError as error:
            raise ValueError(f"{line!r}: {error}") from None

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Instants in UTC after this one, in order; the iterator ends where none comes any more."""
        wall = instant.astimezone(self.zone).replace(tzinfo=UTC)
        begin = (wall - DAY).replace(hour=0, minute=0, second=0, microsecond=0)  # a change of clocks crosses midnight
        last = instant
        while (first := self._next_wall(begin)) is not None:
            begin = first.replace(hour=0, minute=0) + DAY
            for found in sorted(self._instants_before(first, begin)):
                if found > last:
                    yield found
                    last = found

    def _instants_before(self, first: datetime, end: datetime) -> set[datetime]:
        instants: set[datetime] = set()
        wall: datetime | None = first
        while wall is not None and wall < end:
            instants.update(self._instants(wall.replace(tzinfo=None)))
            wall = self._next_wall(wall + timedelta(minutes=1))
        return instants

    def _next_wall(self, begin: datetime) -> datetime | None:
        found = (trigger.get_next_fire_time(None, begin) for trigger in self._triggers)
        return min((wall for wall in found if wall is not None), default=None)

    def _instants(self, wall: datetime) -> list[datetime]:
        """The instants at which the clock on the wall shows a time: one, or none or two when clocks change."""
        early, late = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if early == late:
            return [early]
        if early < late:
            return [early, late] if self.is_by_real_time else [early]
        # Left out: `late` is before the change, `early` after it, by as much as clocks are moved.
        return [] if self.is_by_real_time else [self._change(late, early)]

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The instant between two at which clocks are moved, to the minute."""
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > timedelta(minutes=1):
            middle = before + (after - before) / 2
            middle = middle.replace(second=0, microsecond=0)
            if middle <= before:
                break
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after


def _days_of_week(field: str) -> str:
    """The field with names for numbers, as APScheduler counts otherwise. Raises ValueError."""
    if field == "*":
        return field
    days: list[str] = []
    for part in field.lower().split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueError(f"{field!r} are no days of the week; such as 1-5, sat,sun or *")
        first, last, step = found.groups()
        begin, end = (0, 6) if first == "*" else (_number(first), _number(last or first))
        if last is None and step and first != "*":
            end = 6
        if end < begin:
            end += 7
        days += [DAYS[day % 7] for day in range(begin, end + 1, int(step or 1) or 1)]
    return ",".join(dict.fromkeys(days))


def _number(day: str) -> int:
    if day.isdigit() and int(day) < len(DAYS):
        return int(day)
    if day in DAYS:
        return DAYS.index(day)
    raise ValueError(f"{day!r} is no day of the week; 0 to 7, or sun to sat")
