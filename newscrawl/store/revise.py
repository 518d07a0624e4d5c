"""The step from one version of an article to the next: what the article gets, and what is kept of the earlier one.

What made a version is written with its text, in one write, so that it is right whoever else reads the page at the same
instant and wherever the process is killed. The earlier version is kept before that. Its content depends on nothing but
the stored document, so that two processes keep the same one; where neither of them then changes the article, what was
kept in vain is of the article's present number and no reader looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.article import Article, Change, Timestamp
from newscrawl.normalize.changes import Text, compare
from newscrawl.normalize.stealth import is_stealth
from newscrawl.records import Revision

MOST_RETURNS = 10  # of one article that make a version each; further ones are counted

Document = Mapping[str, Any]
Earlier = Mapping[tuple[str, str], int]
"""Identity of an article and fingerprint, to the number of its earlier version that has this text."""


@dataclass(slots=True)
class Step:
    """What a reading changes of the stored article."""

    values: dict[str, Any] = field(default_factory=dict)
    keep: Any | None = None
    """The write that keeps the earlier version; None: there is nothing to keep."""


def revise(stored: Document, article: Article, now: datetime, earlier: Earlier, *, is_other: bool) -> Step | None:
    """The step to the text that was read at `now`; None where its wording is that of the stored one.

    A page that goes to and fro between its texts comes back to earlier versions: these are not kept again, and after
    `MOST_RETURNS` such a return takes the place of the one before it. `is_other`: the text is another article's.
    """
    if stored["fingerprint"] == article.fingerprint:
        return None
    difference = compare(text_of(stored), Text(article.headline, article.lead, article.body))
    change = difference.summary()
    if not change.changed:
        return None  # fingerprinted by an earlier release, which saw typography
    change.same_as = earlier.get((stored["_id"], article.fingerprint))
    if change.same_as is None and not is_other:
        change.is_stealth = is_stealth(
            difference,
            published=(_timestamp(stored, "published"), article.published),
            modified=(_timestamp(stored, "modified"), article.modified),
            last_seen_at=stored.get("last_seen_at"),
        )
    values: dict[str, Any] = {"change": change.model_dump()}
    if change.same_as is not None:
        returns = (stored.get("returns") or 0) + 1
        values["returns"] = returns
        if returns > MOST_RETURNS and _return_of(stored) is not None:
            return Step(values)
    values |= {"revision": stored["revision"] + 1, "changed_at": now}
    return Step(values, _keep(stored, article, now, is_other=is_other))


def text_of(document: Document) -> Text:
    """The text of a stored article or of an earlier version."""
    return Text(document["headline"], document.get("lead"), document.get("body") or "")


def version_id(identity: str, number: int) -> str:
    """`_id` of an earlier version in `revisions`."""
    return f"{identity}:{number}"


async def earlier_versions(
    database: AsyncDatabase[dict[str, Any]], readings: Iterable[tuple[Document | None, Article]]
) -> Earlier:
    """The earlier versions that have the text of these readings, by one query; none where no text has changed.

    Call it after the stored documents were read: what a document's earlier versions are is settled before its number.
    """
    changed = {
        (stored["_id"], article.fingerprint): stored["revision"]
        for stored, article in readings
        if stored is not None and stored["fingerprint"] != article.fingerprint
    }
    if not changed:
        return {}
    wanted = {
        "article": {"$in": sorted({identity for identity, _ in changed})},
        "fingerprint": {"$in": sorted({fingerprint for _, fingerprint in changed})},
    }
    first: dict[tuple[str, str], int] = {}
    fields = dict.fromkeys(("article", "fingerprint", "revision"), 1)
    async for version in database["revisions"].find(wanted, fields).sort("revision", 1):
        key = (version["article"], version["fingerprint"])
        number = version["revision"]
        # A version that came with a merged twin, or that was kept in vain, is none of this article's own.
        is_own = version["_id"] == version_id(version["article"], number) and number < changed.get(key, 0)
        if is_own:
            first.setdefault(key, number)
    return first


def _keep(stored: Document, article: Article, now: datetime, *, is_other: bool) -> Any:
    is_copy = _return_of(stored) is not None
    version = Revision(
        article=stored["_id"],
        revision=stored["revision"],
        headline=stored["headline"],
        lead=None if is_copy else stored.get("lead"),
        body=None if is_copy else stored.get("body") or "",
        fingerprint=stored["fingerprint"],
        seen_at=stored.get("changed_at") or stored.get("first_seen_at"),
        replaced_at=now,
        run=article.fetch.run,
        change=Change.model_validate(stored["change"]) if stored.get("change") else None,
        is_other_article=is_other,
    )
    return UpdateOne(
        {"_id": version_id(version.article, version.revision)}, {"$set": version.model_dump()}, upsert=True
    )


def _return_of(stored: Document) -> int | None:
    return (stored.get("change") or {}).get("same_as")


def _timestamp(stored: Document, name: str) -> Timestamp | None:
    return Timestamp.model_validate(stored[name]) if stored.get(name) else None
