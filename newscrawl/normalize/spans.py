"""Spans of time as operators write them: `15m`, `6h`, `2d`, `1w`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

_SPAN = re.compile(r"(\d{1,9})\s*([mhdw])")
_UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

MOST_AGES = 20
OLDEST = timedelta(days=365)


def parse_span(text: str) -> timedelta:
    """The span that a text names. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span; such as 15m, 6h, 2d or 1w")
    try:
        return timedelta(**{_UNIT[found[2]]: int(found[1])})
    except OverflowError:
        raise ValueError(f"{text!r} is too long") from None


def parse_ages(texts: str | Sequence[object]) -> tuple[timedelta, ...]:
    """The ages at which articles are visited again, as `1h 6h 1d` or as a list; nothing: never. Raises ValueError."""
    listed = texts.replace(",", " ").split() if isinstance(texts, str) else list(texts)
    ages = tuple(item if isinstance(item, timedelta) else parse_span(str(item)) for item in listed)
    if any(later <= earlier for earlier, later in zip((timedelta(), *ages), ages, strict=False)):
        raise ValueError('has to rise from age to age, such as ["1h", "6h", "1d"]')
    if len(ages) > MOST_AGES or (ages and ages[-1] > OLDEST):
        raise ValueError(f"has more than {MOST_AGES} ages, or one beyond {OLDEST.days} days")
    return ages


def span_text(span: timedelta) -> str:
    """A span in the largest units that say it whole, at most two of them: `90s`, `15m`, `1d 6h`. Never negative."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds}s"
    minutes = round(seconds / 60)
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m")]
    return " ".join(f"{number}{unit}" for number, unit in [part for part in parts if part[0]][:2])
