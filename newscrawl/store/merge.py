"""Documents of one article that several processes stored at the same instant, merged into one."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from pydantic import ValidationError
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from newscrawl.article import Article
from newscrawl.records import Tombstone
from newscrawl.store.identity import NEEDED, Document, Found, add_aliases, evidence
from newscrawl.store.links import Database, due
from newscrawl.store.sequence import seq_mark


async def merge_twins(database: Database, articles: Mapping[str, Article]) -> set[str]:
    """Merge what is stored more than once of articles that have just been written, by the identity of their document.

    Each process looks after its own write has been acknowledged, so the last one sees all. The oldest document stays,
    whoever merges; merging again changes nothing. View counters need no change: they are found by the hashes of all
    addresses. Gives the identities of articles whose links are due because of it.
    """
    if not articles:
        return set()
    others = {**evidence(articles.values()), "_id": {"$nin": list(articles)}}
    if await database["articles"].find_one(others, {"_id": 1}) is None:
        return set()
    return await _merge(database, articles)


async def merge_stored(database: Database, identities: Collection[str]) -> set[str]:
    """Merge stored articles with what else is stored of each; else as `merge_twins`."""
    documents = database["articles"].find({"_id": {"$in": sorted(identities)}}, dict.fromkeys(NEEDED, 1))
    articles: dict[str, Article] = {}
    async for document in documents.sort("first_seen_at"):
        identity = document.pop("_id")
        with contextlib.suppress(ValidationError):  # stored by a release that knows other values
            articles[identity] = Article.model_validate(document)
    return await _merge(database, articles) if articles else set()


async def _merge(database: Database, articles: Mapping[str, Article]) -> set[str]:
    anywhere = evidence(articles.values())
    fields = dict.fromkeys((*NEEDED, "labels"), 1)
    found = Found(await database["articles"].find(anywhere, fields).to_list())
    dropped: dict[str, tuple[str, Document]] = {}
    for identity, article in articles.items():
        match = found.match(article)
        if match.stored is not None and identity not in dropped:
            dropped |= {twin["_id"]: (match.identity, twin) for twin in match.same}
    if not dropped:
        return set()

    def survivor(identity: str) -> str:
        while identity in dropped:
            identity, _ = dropped[identity]
        return identity

    kept: dict[str, set[str]] = {}
    for identity, (_, twin) in dropped.items():
        kept.setdefault(survivor(identity), set()).update((twin["url"], *(twin.get("aliases") or ())))
    copies = await database["articles"].find({"copied.article": {"$in": sorted(dropped)}}, {"_id": 1}).to_list()
    relinked = {copy["_id"] for copy in copies} | kept.keys()
    await database["articles"].bulk_write(
        [
            *(UpdateOne({"_id": identity}, [add_aliases(sorted(addresses))]) for identity, addresses in kept.items()),
            *(UpdateOne({"_id": identity}, {"$set": {"links_due": due()}}) for identity in sorted(relinked)),
        ]
    )
    for identity in dropped:
        await database["revisions"].update_many({"article": identity}, {"$set": {"article": survivor(identity)}})
    # Before the documents go: readers that have them must come to know, also after a crash between the two.
    await database["tombstones"].bulk_write(
        [
            ReplaceOne({"_id": identity}, _tombstone(twin, survivor(identity)), upsert=True)
            for identity, (_, twin) in dropped.items()
        ]
    )
    await database["articles"].bulk_write(
        [DeleteOne({"_id": identity, "revision": twin["revision"]}) for identity, (_, twin) in dropped.items()]
    )
    return relinked - dropped.keys()


def _tombstone(document: Document, survivor: str) -> dict[str, object]:
    """The tombstone of a document. The labels go with it: they are its readers' own, and theirs to move."""
    buried = Tombstone(
        url=document["url"],
        site=document.get("site"),
        headline=document["headline"],
        first_seen_at=document.get("first_seen_at"),
        changed_at=datetime.now(UTC),
        merged_into=survivor,
        seq_due=seq_mark(),
    )
    return buried.model_dump() | ({"labels": document["labels"]} if "labels" in document else {})
