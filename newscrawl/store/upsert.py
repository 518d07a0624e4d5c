"""One article to the write that stores it: operation, outcome, and the version that it replaces. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import bson
from bson.errors import BSONError
from pymongo import UpdateOne

from newscrawl.article import Article
from newscrawl.normalize.visits import AGES
from newscrawl.records import Revision
from newscrawl.store.identity import MOST_ALIASES, Document, Match, add_aliases
from newscrawl.store.visits import is_back, visit_after

Outcome = Literal["new", "changed", "unchanged", "spooled"]

LARGEST = 16 * 2**20 - 2**16  # bytes; MongoDB's limit of a document less what the server adds

KEPT = {"first_seen_at", "revision", "changed_at", "aliases", "absences", "similarity", "duplicate_of", "cluster"}
"""Fields of a stored article that a further reading of its page does not overwrite."""


def upsert(
    article: Article, now: datetime, match: Match, ages: Sequence[timedelta] = AGES
) -> tuple[Any, Outcome, Any | None]:
    """The write of one article: operation, outcome, and the write of the version that it replaces.

    `ages`: those at which articles of its site are visited again.

    The filter names the version that was read. Where another process has changed it since, nothing matches, the
    upsert collides with the existing `_id`, and the caller reads again.
    """
    stored = match.stored
    document = article.model_dump() | {"next_visit_at": visit_after(article, now, match, ages)}
    aliases = [url for url in dict.fromkeys((article.url, *article.aliases)) if url not in match.foreign]
    if stored is None:
        others = [url for url in aliases if url != article.url][:MOST_ALIASES]
        document |= {"first_seen_at": now, "last_seen_at": now, "changed_at": now, "aliases": others, "revision": 1}
        matches = {"_id": match.identity, "fingerprint": {"$exists": False}}
        return UpdateOne(matches, {"$set": document}, upsert=True), "new", None
    values = {name: value for name, value in document.items() if name not in KEPT}
    values |= {"url": match.url, "last_seen_at": now}
    if (values["views"] or {}).get("count") is None and not match.is_other:
        del values["views"]  # a page without its counter does not undo what was seen
    keep = None
    outcome: Outcome = "unchanged"
    if stored["fingerprint"] != article.fingerprint:
        outcome = "changed"
        values |= {"revision": stored["revision"] + 1, "changed_at": now}
        keep = _earlier_version(stored, article, now, is_other=match.is_other)
    if match.is_other:
        values["first_seen_at"] = now
    change = [
        {"$set": {**{name: {"$literal": value} for name, value in values.items()}, **is_back(now)}},
        add_aliases((stored["url"], *aliases)),
    ]
    matches = {"_id": match.identity, "revision": stored["revision"]}
    return UpdateOne(matches, change, upsert=True), outcome, keep


def _earlier_version(stored: Document, article: Article, now: datetime, *, is_other: bool) -> Any:
    earlier = Revision(
        article=stored["_id"],
        revision=stored["revision"],
        headline=stored["headline"],
        lead=stored.get("lead"),
        body=stored.get("body") or "",
        fingerprint=stored["fingerprint"],
        seen_at=stored.get("changed_at") or stored.get("first_seen_at"),
        replaced_at=now,
        run=article.fetch.run,
        is_other_article=is_other,
    )
    identity = f"{stored['_id']}:{stored['revision']}"
    return UpdateOne({"_id": identity}, {"$setOnInsert": earlier.model_dump()}, upsert=True)


def unstorable(operation: Any) -> str | None:
    """Why the server can never hold what an operation writes; None: it can."""
    try:
        size = len(bson.encode({"update": operation._doc})) if hasattr(operation, "_doc") else 0
    except (BSONError, OverflowError, UnicodeError, RecursionError, ValueError) as error:
        return f"cannot be written as BSON: {error}"[:500]
    return f"is larger than MongoDB allows: {size} bytes" if size > LARGEST else None
