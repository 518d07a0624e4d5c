"""The place of an article among all: one number by publication, the same for every reader. Pure.

Lists of articles are sorted by it and by nothing else. It stands in every key of the indexes that articles are found
by, hundreds for each article, so it is short, and it changes only where the instant of publication does: seconds since
1970, and below them some bits of the identity, which put articles of one second into a fixed order. Articles without
an instant have the lowest numbers of all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newscrawl.article import Article
from newscrawl.normalize.terms import terms

BITS = 16
"""Of the identity. With those of the seconds until 2038 they are six bytes in a key."""
LOWEST, HIGHEST = -(1 << 54), 1 << 54
"""No article is beyond these."""
FIRST_DATED = -(1 << 53)
"""All articles with an instant of publication are here or above, all others below."""

WEEK = 7 * 24 * 60 * 60  # seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def order_of(published_at: datetime | None, identity: str) -> int:
    """The place of an article. `identity`: its `_id`."""
    try:
        bits = int(identity[:4], 16)
    except ValueError:  # an identity that newscrawl did not give
        bits = sum(identity.encode()) % (1 << BITS)
    return bits + (LOWEST if published_at is None else first_at(published_at))


def first_at(instant: datetime) -> int:
    """The lowest place of articles that were published in a second."""
    seconds: int = (instant - _EPOCH) // _SECOND
    return seconds << BITS


def week_of(place: int) -> int:
    """The week of a place, counted from 1970 on.

    Indexes with many keys an article begin with it: the hundreds of keys of a new article so come to those of its week,
    which are in memory, and not among the keys of all years.
    """
    return (place >> BITS) // WEEK


UNDATED = week_of(LOWEST)
"""The week of all articles without an instant."""


def search_fields(article: Article, identity: str) -> dict[str, Any]:
    """What a document holds for those who look for it: `terms`, `order` and `week`. Written whenever its reading is."""
    place = order_of(article.published.at if article.published else None, identity)
    return {"terms": terms(article), "order": place, "week": week_of(place)}
