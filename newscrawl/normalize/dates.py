"""Printed and machine-readable dates to instants. Pure and total: no clock but the `reference` argument.

ISO 8601 and RFC 5322 dates first; then printed dates part by part (`times_of_day.py`, `calendar_dates.py`,
`relative_dates.py`) by the words of CLDR (`date_words.py`), in the languages asked for, else in those of the text's
script. Numeric dates in the order of the first language. Nothing is ever later than the reference plus a day, the width of the world's time zones.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from functools import lru_cache
from zoneinfo import ZoneInfo

from newscrawl.article import Precision, Timestamp, Zone
from newscrawl.normalize.calendar_dates import Day, find_day
from newscrawl.normalize.relative_dates import find_ago, find_day_word, find_weekday
from newscrawl.normalize.times_of_day import Clock, find_clock

LONGEST = 400  # characters that are looked at
TOLERANCE = timedelta(hours=24)
MOST_WORDS = 3  # beside a time of day that is today's
FIRST_YEAR = 1600  # the oldest newspapers are of 1605
NULLS = frozenset({(1601, 1, 1), (1753, 1, 1), (1899, 12, 30), (1900, 1, 1), (1970, 1, 1)})
"""Days that systems write, at midnight, where they know none: Windows, SQL Server, OLE and Excel, Unix."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.I,
)
_COMPACT_ISO = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?")
_EPOCH = re.compile(r"(?:/Date\()?(1[0-9]{9})(?:\d{3})?(?:\)/)?")  # in seconds or milliseconds, also as .NET writes it
_MARKS = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")  # of direction, and of no width
_UNIVERSAL = frozenset(("UT", "UTC", "GMT", "Z"))
_RFC_5322_ZONES = _UNIVERSAL | frozenset("EST EDT CST CDT MST MDT PST PDT".split())
_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s*)?([+\-−])(\d{1,2})(?::?(\d{2}))?(?!\d|[-./]\d)")

# Abbreviations of the tz database and of newsrooms, in minutes. One that several zones share (IST, CST, BST) is that of
# the site where its own zone uses it (`_stated_zone`), else the one that news prints most.
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330, "cet": 60, "cest": 120, "mez": 60, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "мск": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "nst": -210, "ndt": -150, "adt": -180,
    "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "pht": 480, "ict": 420, "npt": 345, "bdt": 360, "mmt": 390, "wib": 420,
    "wita": 480, "wit": 540, "aest": 600, "aedt": 660, "acst": 570, "acdt": 630, "awst": 480, "nzst": 720, "nzdt": 780,
    "sast": 120, "cat": 120, "eat": 180, "wat": 60, "pkt": 300, "gst": 240, "irst": 210, "trt": 180, "brt": -180, "art": -180,
    "clt": -240, "clst": -180, "pet": -300, "cot": -300, "idt": 180, "alm": 300, "almt": 300, "uzt": 300, "gett": 240, "amt": 240,
}  # fmt: skip
_AMERICAN_ZONES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_PRECISION: dict[str, Precision] = {
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "day", "month": "month", "year": "year",
}  # fmt: skip


def parse_date(
    text: str,
    *,
    languages: Sequence[str] = (),
    timezone: str | None = None,
    reference: datetime | None = None,
) -> Timestamp | None:
    """The instant that a text names.

    `languages`: BCP 47 codes, best first, for names of months and the order of numbers. `timezone`: IANA name for
    times that state no offset. `reference`: instant of the fetch, aware; without it no year, day or "ago" is
    guessed and the future is not refused. None: no date, one in the future, or one that stands for none (`is_null`).
    """
    raw = " ".join(_MARKS.sub("", text[:LONGEST]).split())
    if not raw:
        return None
    zone = _zone(timezone)
    found = _machine(raw, zone) or _printed(_ascii_digits(raw), tuple(languages), zone, reference)
    if found is None:
        return None
    at, offset, precision, known_by = found
    if is_null(at, offset) or (reference is not None and at > reference + TOLERANCE):
        return None
    try:
        return Timestamp(at=at, raw=raw[:200], offset=offset, precision=precision, zone=known_by)
    except (ValueError, OverflowError):
        return None


def is_null(at: datetime, offset: int | None) -> bool:
    """The instant stands for none: the first one of some system's calendar, in UTC or by the clock of `offset`."""
    if not FIRST_YEAR <= at.year < MAXYEAR:
        return at.year < FIRST_YEAR
    local = at + timedelta(minutes=offset or 0)
    return any((t.year, t.month, t.day) in NULLS and (t.hour, t.minute) == (0, 0) for t in (at, local))


_Found = tuple[datetime, int | None, Precision, Zone]


def _machine(text: str, zone: ZoneInfo | None) -> _Found | None:
    """ISO 8601 (also as RFC 3339 and W3C write it), RFC 5322 and seconds since 1970."""
    if iso := _ISO.match(text):
        year, month, day, hour, minute, second, offset = iso.groups()
        rest = text[iso.end() :].strip()
        if (hour is None and re.search(r"\d[:.]\d\d", rest)) or (hour and rest[:1].isalpha() and int(hour) <= 12):
            return None  # a printed time, perhaps by halves of the day
        if hour is not None and offset is None and rest[:3].casefold() in _ZONES:
            offset = rest[:3]
        precision: Precision = "day" if hour is None else "minute" if second is None else "second"
        return _instant(year, month, day, hour or 0, minute or 0, second or 0, _offset(offset), zone, precision)
    if compact := _COMPACT_ISO.fullmatch(text):
        year, month, day, hour, minute, second, offset = compact.groups()
        precise: Precision = "second" if second else "minute" if hour else "day"
        return _instant(year, month, day, hour or 0, minute or 0, second or 0, _offset(offset), zone, precise)
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), UTC), 0, "second", "stated"
    if re.match(r"(?:[A-Z][a-z]{2},\s*)?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}", text) and (
        mail := parsedate_tz(text)
    ):
        named = re.search(r"([A-Za-z]{1,5}|[+-]\d{4})\s*(?:\(.*\))?$", text)
        seconds = mail[9] if named is not None else None
        known = _UNIVERSAL if zone is not None else _RFC_5322_ZONES
        if named is not None and named[1][0].isalpha() and named[1].upper() not in known:
            return None  # an abbreviation that may be the site's own, or that is read as 0 there
        precise = "second" if text.count(":") > 1 else "minute"
        return _instant(*mail[:6], None if seconds is None else seconds // 60, zone, precise)
    return None


def _instant(
    year: str | int,
    month: str | int,
    day: str | int,
    hour: str | int,
    minute: str | int,
    second: str | int,
    offset: int | None,
    zone: tzinfo | None,
    precision: Precision,
) -> _Found | None:
    try:
        naive = datetime(int(year), int(month), int(day), int(hour) % 24, int(minute), min(int(second), 59))
        if int(hour) == 24:
            naive += timedelta(days=1)
        if offset is not None:
            return naive.replace(tzinfo=_fixed(offset)).astimezone(UTC), offset, precision, "stated"
        if zone is not None:
            local = naive.replace(tzinfo=zone)
            difference = local.utcoffset() or timedelta()
            return local.astimezone(UTC), int(difference.total_seconds() // 60), precision, "site"
        return naive.replace(tzinfo=UTC), None, precision, "assumed"
    except (ValueError, OverflowError):
        return None


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes))


def _offset(text: str | None) -> int | None:
    """Minutes east of UTC that `Z`, `+0200`, `+02:00` or `UTC` states."""
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        return (minutes if text[0] == "+" else -minutes) if minutes <= 14 * 60 else None
    return _ZONES.get(text.casefold())


@lru_cache(maxsize=512)
def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c for c in text
    )


# --- printed dates --------------------------------------------------------------------------------


def _printed(text: str, languages: tuple[str, ...], zone: ZoneInfo | None, reference: datetime | None) -> _Found | None:
    if not any(c.isalnum() for c in text):
        return None
    clock = find_clock(text, languages)
    rest = text if clock is None else text[: clock.start] + " " * (clock.end - clock.start) + text[clock.end :]
    offset, named_zone, stated_to = _stated_zone(text, clock, zone)
    zone = named_zone or zone
    if clock is not None and stated_to > clock.end:
        rest = rest[: clock.end] + " " * (stated_to - clock.end) + rest[stated_to:]
    local = reference.astimezone(_fixed(offset) if offset is not None else zone or UTC) if reference else None
    # A word of the languages asked for is no month of another: `2 gün önce`.
    day = find_day(rest, languages, local, timed=clock is not None, others=False)
    if day is None and reference is not None and local is not None and (ago := find_ago(rest, languages)):
        return _before(reference, local, ago, clock, zone)
    day = day or find_day(rest, languages, local, timed=clock is not None, others=True)
    if day is None and local is not None:
        day = (
            find_day_word(rest, languages, local, timed=clock is not None)
            or find_weekday(rest, languages, local, clock)
            or (_today(local, clock) if clock and _stands_alone(rest, clock) else None)
        )
    if day is None:
        return None
    found = _at(day, clock, offset, zone)
    if found is not None and named_zone is not None:
        found = (*found[:3], "stated")
    if found is not None and day.implied and reference is not None and found[0] > reference + TOLERANCE:
        return _at(Day(day.year - 1, day.month, day.day), clock, offset, zone)
    return found


def _at(day: Day, clock: Clock | None, offset: int | None, zone: tzinfo | None) -> _Found | None:
    if clock is None:
        return _instant(day.year, day.month, day.day, 0, 0, 0, offset, zone, "day")
    precision: Precision = "minute" if clock.second is None else "second"
    return _instant(day.year, day.month, day.day, clock.hour, clock.minute, clock.second or 0, offset, zone, precision)


def _stands_alone(rest: str, clock: Clock) -> bool:
    """Whether a time has neither another number nor a sentence beside it; a counter beyond a bullet is none."""
    start = max(rest.rfind(mark, 0, clock.start) for mark in "•·|") + 1
    beside = re.split(r"[•·|]", rest[start:], maxsplit=1)[0]
    return not any(c.isdigit() for c in beside) and len(beside.split()) <= MOST_WORDS


def _today(local: datetime, clock: Clock) -> Day:
    """The day of a time that is printed alone: today, or yesterday where it is still to come."""
    if (local.hour, local.minute) < (clock.hour, clock.minute):
        local -= timedelta(days=1)
    return Day(local.year, local.month, local.day)


def _before(
    reference: datetime, local: datetime, ago: list[tuple[str, int]], clock: Clock | None, zone: tzinfo | None
) -> _Found | None:
    """The instant so long before the reference; days or more with a time of day are that day's time."""
    try:
        at, then = reference.astimezone(UTC), local
        for unit, number in ago:
            at, then = _less(at, unit, number), _less(then, unit, number)
    except (ValueError, OverflowError):
        return None
    precision = _PRECISION[ago[-1][0]]
    if clock is not None and precision == "day":
        return _at(Day(then.year, then.month, then.day), clock, None, zone)
    return at, 0, precision, "stated"


def _less(moment: datetime, unit: str, number: int) -> datetime:
    if unit not in ("month", "year"):
        return moment - timedelta(**{f"{unit}s": number})
    months = moment.year * 12 + moment.month - 1 - number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _stated_zone(text: str, clock: Clock | None, site_zone: ZoneInfo | None) -> tuple[int | None, ZoneInfo | None, int]:
    """Offset or zone printed after the time, and where that ends."""
    if clock is None:
        return None, None, 0
    after = text[clock.end : clock.end + 24]
    start = len(after) - len(after.lstrip(" ,("))
    if found := _OFFSET.match(after, start):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= 14 * 60:
            return (-minutes if found[1] != "+" else minutes), None, clock.end + found.end()
        return None, None, clock.end
    word = re.compile(r"[^\W\d_]+").match(after, start)
    if word is None:
        return None, None, clock.end
    name, end = word[0].casefold(), clock.end + word.end()
    if name in _AMERICAN_ZONES and word[0].isupper():
        return None, _zone(_AMERICAN_ZONES[name]), end
    if name not in _ZONES or not word[0].isupper():
        return None, None, clock.end
    if site_zone is not None and word[0] in {datetime(2025, month, 1, tzinfo=site_zone).tzname() for month in (1, 7)}:
        return None, site_zone, end
    return _ZONES[name], None, end
