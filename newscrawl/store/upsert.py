"""One article to the write that stores it: operation, outcome, and the version that it replaces. No I/O."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import bson
from bson.errors import BSONError
from pymongo import UpdateOne

from newscrawl.article import Article
from newscrawl.records import Revision

Outcome = Literal["new", "changed", "unchanged", "spooled"]

LARGEST = 16 * 2**20 - 2**16  # bytes; MongoDB's limit of a document less what the server adds

KEPT = {"first_seen_at", "revision", "changed_at", "aliases", "next_visit_at", "similarity", "duplicate_of", "cluster"}
"""Fields of a stored article that a further reading of its page does not overwrite."""


def upsert(article: Article, now: datetime, stored: dict[str, Any] | None) -> tuple[Any, Outcome, Any | None]:
    """The write of one article: operation, outcome, and the write of the version that it replaces.

    The filter names the version that was read. Where another process has changed it since, nothing matches, the
    upsert collides with the existing `_id`, and the caller reads again.
    """
    document = article.model_dump()
    aliases = [url for url in dict.fromkeys(article.aliases) if url != article.url]
    if stored is None:
        document |= {"first_seen_at": now, "last_seen_at": now, "changed_at": now, "aliases": aliases, "revision": 1}
        matches = {"_id": article.id, "fingerprint": {"$exists": False}}
        return UpdateOne(matches, {"$set": document}, upsert=True), "new", None
    values = {name: value for name, value in document.items() if name not in KEPT}
    values["last_seen_at"] = now
    if (values["views"] or {}).get("count") is None:
        del values["views"]  # a page without its counter does not undo what was seen
    matches = {"_id": article.id, "revision": stored["revision"]}
    change: dict[str, Any] = {"$set": values, "$addToSet": {"aliases": {"$each": aliases}}}
    if stored["fingerprint"] == article.fingerprint:
        return UpdateOne(matches, change, upsert=True), "unchanged", None
    values |= {"revision": stored["revision"] + 1, "changed_at": now}
    earlier = Revision(
        article=article.id,
        revision=stored["revision"],
        headline=stored["headline"],
        lead=stored.get("lead"),
        body=stored.get("body") or "",
        fingerprint=stored["fingerprint"],
        seen_at=stored.get("changed_at") or stored.get("first_seen_at"),
        replaced_at=now,
        run=article.fetch.run,
    )
    keep = UpdateOne({"_id": f"{article.id}:{stored['revision']}"}, {"$setOnInsert": earlier.model_dump()}, upsert=True)
    return UpdateOne(matches, change, upsert=True), "changed", keep


def unstorable(operation: Any) -> str | None:
    """Why the server can never hold what an operation writes; None: it can."""
    try:
        size = len(bson.encode(operation._doc)) if hasattr(operation, "_doc") else 0
    except (BSONError, OverflowError, UnicodeError, RecursionError, ValueError) as error:
        return f"cannot be written as BSON: {error}"[:500]
    return f"is larger than MongoDB allows: {size} bytes" if size > LARGEST else None
