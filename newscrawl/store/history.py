"""Readers of an article's versions, the present one among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.store.revise import Document, version_id

Database = AsyncDatabase[dict[str, Any]]

_TEXTS = {"lead": 0, "body": 0}


async def history(
    database: Database, article: Document, numbers: Iterable[int] | None = None, *, with_texts: bool = True
) -> list[dict[str, Any]]:
    """The versions of a stored article in order, from 1 to the present one, each whole.

    `numbers`: only these. Without texts a version has no `lead` and no `body`. The present version has `replaced_at`
    null. A version is left out where an earlier release lost it.
    """
    present = article["revision"]
    wanted = sorted({number for number in numbers if 1 <= number <= present}) if numbers else range(1, present + 1)
    versions = await _earlier(database, article["_id"], (n for n in wanted if n < present), with_texts=with_texts)
    if with_texts:
        whole = dict(versions)
        missing = {n for v in versions.values() if (n := same_as(v)) is not None and n not in versions}
        whole |= await _earlier(database, article["_id"], missing, with_texts=True)
        for version in versions.values():
            if (original := same_as(version)) in whole:
                version |= {name: whole[original][name] for name in ("lead", "body")}
    if present in wanted:
        versions[present] = _present(article, with_texts=with_texts)
    return list(versions.values())


async def count_stealth_edits(database: Database, *, since: datetime | None = None) -> int:
    """Number of stealth edits in all articles, or of those seen since an instant."""
    is_stealth: dict[str, Any] = {"change.is_stealth": True}
    present = is_stealth | ({"changed_at": {"$gte": since}} if since else {})
    earlier = is_stealth | ({"seen_at": {"$gte": since}} if since else {})
    return await database["articles"].count_documents(present) + await database["revisions"].count_documents(earlier)


def same_as(version: Document) -> int | None:
    """The number of the earlier version that a version is the same as; None: it was new."""
    return (version.get("change") or {}).get("same_as")


async def _earlier(
    database: Database, identity: str, numbers: Iterable[int], *, with_texts: bool
) -> dict[int, dict[str, Any]]:
    ids = [version_id(identity, number) for number in numbers]
    if not ids:
        return {}
    found = database["revisions"].find({"_id": {"$in": ids}}, None if with_texts else _TEXTS)
    return {version["revision"]: version async for version in found.sort("revision", 1)}


def _present(article: Document, *, with_texts: bool) -> dict[str, Any]:
    names = ("headline", "lead", "body", "fingerprint") if with_texts else ("headline", "fingerprint")
    return {
        "_id": version_id(article["_id"], article["revision"]),
        "article": article["_id"],
        "revision": article["revision"],
        **{name: article.get(name) for name in names},
        "seen_at": article.get("changed_at") or article.get("first_seen_at"),
        "replaced_at": None,
        "change": article.get("change"),
    }
