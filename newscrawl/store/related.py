"""Readers of what belongs to an article: its twins in other editions, and the copies of its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newscrawl.store.lookup import Database, Document

MOST_COPIES = 200
_FIELDS = dict.fromkeys("url site edition language headline published first_seen_at copied story cluster".split(), 1)


@dataclass(slots=True)
class Relatives:
    """What belongs to an article, itself left out; the earliest first."""

    twins: list[Document] = field(default_factory=list)
    """The same story in other languages: `_id`, `edition`, `language`, `headline`, `url`, `published_at`."""
    copies: list[Document] = field(default_factory=list)
    """The same text elsewhere: `_id`, `site`, `language`, `headline`, `url`, `published_at`, `first_seen_at`,
    `is_first`, `share` of it that stands in `source`, the address it was most taken from, the `agency` it names."""


async def relatives(database: Database, article: Mapping[str, Any]) -> Relatives:
    """The twins and copies of a stored article, by a query each; of very many copies some, and the first publisher."""
    articles, found = database["articles"], Relatives()
    others: Document = {"_id": {"$ne": article["_id"]}}
    if story := article.get("story"):
        twins = await articles.find({"story": story, **others}, _FIELDS).limit(MOST_COPIES).to_list()
        found.twins = [_common(twin) | {"edition": twin.get("edition")} for twin in sorted(twins, key=_order)]
    if cluster := article.get("cluster"):
        copies = await articles.find({"cluster": cluster, **others}, _FIELDS).limit(MOST_COPIES).to_list()
        if len(copies) == MOST_COPIES and cluster != article["_id"] and all(one["_id"] != cluster for one in copies):
            copies += await articles.find({"_id": cluster}, _FIELDS).to_list()
        found.copies = [_common(copy) | _copy(copy) for copy in sorted(copies, key=_order)]
    return found


def _order(document: Document) -> tuple[Any, Any, str]:
    seen = document["first_seen_at"]
    return (document.get("published") or {}).get("at") or seen, seen, document["_id"]


def _common(document: Document) -> Document:
    return {
        "_id": document["_id"],
        "url": document["url"],
        "site": document.get("site"),
        "language": document.get("language"),
        "headline": document["headline"],
        "published_at": (document.get("published") or {}).get("at"),
    }


def _copy(document: Document) -> Document:
    copied = document.get("copied") or {}
    return {
        "first_seen_at": document["first_seen_at"],
        "is_first": document["_id"] == document["cluster"],
        "share": copied.get("share"),
        "source": copied.get("url"),
        "agency": copied.get("agency"),
    }
