"""One article to the write that stores it: operation, outcome, and the version that it replaces. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import bson
from bson.errors import BSONError
from pymongo import UpdateOne

from newscrawl.article import Article
from newscrawl.normalize.visits import AGES
from newscrawl.store.identity import MOST_ALIASES, Match, add_aliases
from newscrawl.store.links import LINKED, due
from newscrawl.store.order import search_fields
from newscrawl.store.revise import Earlier, revise
from newscrawl.store.sequence import seq_mark
from newscrawl.store.visits import is_back, visit_after

Outcome = Literal["new", "changed", "unchanged", "older", "spooled"]
"""`older`: the page was fetched before the stored version, which stays."""

LARGEST = 16 * 2**20 - 2**16  # bytes; MongoDB's limit of a document less what the server adds

KEPT = {
    *("first_seen_at", "revision", "change", "changed_at", "returns", "aliases", "absences"),
    *("seq", "seq_due", *LINKED),
}
"""Fields of a stored article that a further reading of its page does not overwrite."""


def upsert(
    article: Article, now: datetime, match: Match, earlier: Earlier, ages: Sequence[timedelta] = AGES
) -> tuple[Any, Outcome, Any | None]:
    """The write of one article: operation, outcome, and the write of the version that it replaces.

    `earlier`: what `earlier_versions` found. `ages`: those at which articles of its site are visited again.

    The filter names the version that was read. Where another process has changed it since, nothing matches, the
    upsert collides with the existing `_id`, and the caller reads again.
    """
    stored = match.stored
    step = None if stored is None else revise(stored, article, now, earlier, is_other=match.is_other)
    keep = step.keep if step is not None else None
    next_visit = visit_after(article, now, match, ages, changed=keep is not None)
    document = article.model_dump() | {"next_visit_at": next_visit, **search_fields(article, match.identity)}
    aliases = [url for url in dict.fromkeys((article.url, *article.aliases)) if url not in match.foreign]
    if stored is None:
        others = [url for url in aliases if url != article.url][:MOST_ALIASES]
        document |= {"first_seen_at": now, "last_seen_at": now, "changed_at": now, "aliases": others, "revision": 1}
        document |= {"links_due": due(), "seq_due": seq_mark()}
        matches = {"_id": match.identity, "fingerprint": {"$exists": False}}
        return UpdateOne(matches, {"$set": document}, upsert=True), "new", None
    values = {name: value for name, value in document.items() if name not in KEPT}
    values |= {"url": match.url, "last_seen_at": now}
    if (values["views"] or {}).get("count") is None and not match.is_other:
        del values["views"]  # a page without its counter does not undo what was seen
    if step is not None:
        values |= step.values | {"links_due": due()}
    outcome: Outcome = "changed" if keep is not None else "unchanged"
    if match.is_other:
        values |= {"first_seen_at": now, "story": None}
    stage = {name: {"$literal": value} for name, value in values.items()}
    if "views" in stage and not match.is_other:
        newer = {"$gt": ["$views.seen_at", values["views"]["seen_at"]]}  # a card has shown it meanwhile
        stage["views"] = {"$cond": [newer, "$views", stage["views"]]}
    back = is_back(now) | ({"seq_due": seq_mark()} if step is not None else {})
    change = [
        {"$set": {**stage, **back}},
        add_aliases((stored["url"], *aliases)),
    ]
    matches = {"_id": match.identity, "revision": stored["revision"], "fingerprint": stored["fingerprint"]}
    return UpdateOne(matches, change, upsert=True), outcome, keep


def is_older(stored: Mapping[str, Any], now: datetime) -> bool:
    """A page fetched at `now` was fetched before the site last showed what is stored."""
    latest = (stored.get("last_seen_at"), (stored.get("fetch") or {}).get("at"))
    return any(at is not None and now < at for at in latest)


def add_earlier(article: Article, now: datetime, match: Match) -> UpdateOne:
    """The write of a page that was fetched before the stored version, and is read only now: its addresses, and that the
    article was there then. Its text is not kept: versions are numbered in the order in which they were met."""
    assert match.stored is not None
    if match.is_other:  # the address showed another article then
        return UpdateOne({"_id": match.identity}, [add_aliases(())])
    aliases = [url for url in dict.fromkeys((article.url, *article.aliases)) if url not in match.foreign]
    first_seen = {"first_seen_at": {"$min": ["$first_seen_at", now]}}
    return UpdateOne({"_id": match.identity}, [{"$set": first_seen}, add_aliases(aliases)])


def unstorable(operation: Any) -> str | None:
    """Why the server can never hold what an operation writes; None: it can."""
    try:
        size = len(bson.encode({"update": operation._doc})) if hasattr(operation, "_doc") else 0
    except (BSONError, OverflowError, UnicodeError, RecursionError, ValueError) as error:
        return f"cannot be written as BSON: {error}"[:500]
    return f"is larger than MongoDB allows: {size} bytes" if size > LARGEST else None
