"""Stored articles corrected from the page that they were read from: the same fetch, read anew.

No version is made of it, for the site has changed nothing, and no visit: when the article was seen, when it is visited
next and what was observed of its counter stay. An article that was fetched again meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import UpdateOne

from newscrawl.article import Article
from newscrawl.store.identity import add_aliases
from newscrawl.store.links import Database, due, link
from newscrawl.store.merge import merge_twins
from newscrawl.store.order import search_fields
from newscrawl.store.sequence import give_numbers, seq_mark
from newscrawl.store.upsert import KEPT, unstorable

STAYS = KEPT | {"last_seen_at", "next_visit_at", "gone", "status", "fetch", "views", "schema_version"}
"""Fields that another reading of the same page says nothing of; of the counter see below."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A stored article, the version of it that was looked at, and what its page is read as now."""

    identity: str
    revision: int
    fingerprint: str
    archive: str
    url: str
    article: Article

    @classmethod
    def of(cls, stored: Mapping[str, Any], article: Article) -> Correction:
        """The correction of a stored document."""
        archive = str((stored.get("fetch") or {}).get("archive"))
        return cls(stored["_id"], stored["revision"], stored["fingerprint"], archive, stored["url"], article)


def correction_operation(correction: Correction) -> UpdateOne:
    """The write of a correction. It changes nothing where the article was fetched again since it was looked at."""
    document = correction.article.model_dump()
    stage: dict[str, Any] = {name: {"$literal": value} for name, value in document.items() if name not in STAYS}
    found_by = search_fields(correction.article, correction.identity)
    stage |= {name: {"$literal": value} for name, value in found_by.items()}
    stage |= {"links_due": due(), "seq_due": seq_mark()}
    if (document["views"] or {}).get("count") is not None:
        views = document["views"]
        newer = {"$gt": ["$views.seen_at", views["seen_at"]]}
        stage["views"] = {"$cond": [newer, "$views", {"$literal": views}]}
    elif document["views"] is None:
        # What the page is not read as having any more; a counter that was seen later, on a card, stays.
        same = {"$eq": ["$views.seen_at", "$fetch.at"]}
        stage["views"] = {"$cond": [same, None, "$views"]}
    aliases = (correction.url, correction.article.url, *correction.article.aliases)
    version = {"_id": correction.identity, "revision": correction.revision, "fingerprint": correction.fingerprint}
    return UpdateOne({**version, "fetch.archive": correction.archive}, [{"$set": stage}, add_aliases(aliases)])


async def correct(database: Database, corrections: Sequence[Correction]) -> int:
    """Write corrections, merge what turns out to be one article, link anew. Gives how many were written.

    Nothing is lost where it fails: the pages are in the archive. Raises PyMongoError.
    """
    operations = {one.identity: correction_operation(one) for one in corrections}
    storable = [operation for operation in operations.values() if unstorable(operation) is None]
    if not storable:
        return 0
    result = await database["articles"].bulk_write(storable, ordered=False)
    merged = await merge_twins(database, {one.identity: one.article for one in corrections})
    await link(database, merged | operations.keys())
    await give_numbers(database)
    return result.matched_count
