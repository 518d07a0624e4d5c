"""Documents of one article that several processes stored at the same instant, merged into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import DeleteOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.article import Article
from newscrawl.store.identity import NEEDED, Document, Found, add_aliases, evidence
from newscrawl.store.links import due


async def merge_twins(database: AsyncDatabase[dict[str, Any]], articles: Mapping[str, Article]) -> set[str]:
    """Merge what is stored more than once of articles that have just been written, by the identity of their document.

    Each process looks after its own write has been acknowledged, so the last one sees all. The oldest document stays,
    whoever merges; merging again changes nothing. View counters need no change: they are found by the hashes of all
    addresses. Gives the identities of articles whose links are due because of it.
    """
    if not articles:
        return set()
    anywhere = evidence(articles.values())
    if await database["articles"].find_one({**anywhere, "_id": {"$nin": list(articles)}}, {"_id": 1}) is None:
        return set()
    found = Found(await database["articles"].find(anywhere, dict.fromkeys(NEEDED, 1)).to_list())
    kept: dict[str, set[str]] = {}
    dropped: dict[str, tuple[str, Document]] = {}
    for article in articles.values():
        match = found.match(article)
        if match.stored is not None and match.same:
            kept.setdefault(match.identity, set()).update(
                address for twin in match.same for address in (twin["url"], *(twin.get("aliases") or ()))
            )
            dropped |= {twin["_id"]: (match.identity, twin) for twin in match.same}
    if not dropped:
        return set()
    copies = await database["articles"].find({"copied.article": {"$in": sorted(dropped)}}, {"_id": 1}).to_list()
    relinked = {copy["_id"] for copy in copies} | kept.keys()
    await database["articles"].bulk_write(
        [
            *(UpdateOne({"_id": identity}, [add_aliases(sorted(addresses))]) for identity, addresses in kept.items()),
            *(UpdateOne({"_id": identity}, {"$set": {"links_due": due()}}) for identity in sorted(relinked)),
        ]
    )
    for identity, (survivor, _) in dropped.items():
        await database["revisions"].update_many({"article": identity}, {"$set": {"article": survivor}})
    await database["articles"].bulk_write(
        [DeleteOne({"_id": identity, "revision": twin["revision"]}) for identity, (_, twin) in dropped.items()]
    )
    return relinked
