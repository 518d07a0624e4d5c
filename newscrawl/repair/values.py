"""The value of a field for people, and whether two readings of a page agree in it. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.text import count_words, fold, shared_text
from newscrawl.site import RuleField

SAME_TEXT = 0.9  # share of the text of two bodies
_SMALLEST = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
}
GROWTH, START = 100, 10_000
"""A counter may have become so many times what it was, and so many more."""


def value_of(article: Article, field: RuleField) -> str | None:
    """The value of a field as one line for people; None where the article has none."""
    value: Any = getattr(article, field)
    if field == "published" and value:
        return value.at.isoformat() if value.at else None
    if field == "views":
        return str(value.count) if value and value.count is not None else None
    if field == "dateline":
        return str(value.raw) if value else None
    if field == "authors":
        return ", ".join(author.name for author in value) or None
    if field == "images":
        return value[0].url if value else None
    if field == "tags":
        return ", ".join(value) or None
    return value or None


def agrees(field: RuleField, known: Article, now: Article) -> bool:
    """True where an article has the known value of a field, as far as it may change: a counter has only grown."""
    was, found = value_of(known, field), value_of(now, field)
    if was is None or found is None:
        return was is found
    if field == "published" and known.published and now.published:
        return _is_same_instant(known.published, now.published)
    if field == "views":
        return may_have_become(int(was), int(found))
    if field == "body":
        shorter, longer = sorted((count_words(was), count_words(found)))
        return shorter >= SAME_TEXT * longer and shared_text(was, found) >= SAME_TEXT
    if field == "images":
        return file_of(was) == file_of(found)
    return fold(was) == fold(found)


def _is_same_instant(was: Timestamp, found: Timestamp) -> bool:
    """True where two dates differ by less than the coarser of them can tell."""
    if was.at is None or found.at is None:
        return False
    return abs(was.at - found.at) < max(_SMALLEST.get(part.precision, timedelta(days=366)) for part in (was, found))


def may_have_become(was: int, count: int) -> bool:
    """True where a counter can be the same one later."""
    return was <= count <= GROWTH * was + START


def file_of(address: str) -> str:
    """The name of the file that an address names: servers and sizes change."""
    return address.partition("?")[0].rpartition("/")[2]
