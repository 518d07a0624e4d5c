"""One stored article as people look it up: a plain document with aware datetimes."""

from __future__ import annotations

import contextlib
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.urls import article_id, canonical_url

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

HIDDEN = {"terms": 0, "order": 0, "week": 0, "seq_due": 0, "links_due": 0}
"""Projection of what is the store's own and says nothing to readers."""


async def get_article(database: Database, url: str, *further: str) -> Document | None:
    """The article at any of its addresses, tracking parameters or not. `further`: other forms of the address."""
    addresses = [url, *further]
    with contextlib.suppress(ValueError):
        addresses.append(canonical_url(url))
    ids = [article_id(address) for address in addresses]
    by_address = {"$or": [{"_id": {"$in": ids}}, {"url": {"$in": addresses}}, {"aliases": {"$in": addresses}}]}
    found = await database["articles"].find(by_address, HIDDEN).to_list()
    # An article that has moved left its old address, which may show another one by now.
    return min(found, key=lambda d: (d["url"] not in addresses, url not in (d.get("aliases") or ())), default=None)


async def get_by_id(database: Database, identity: str) -> Document | None:
    """The article of this `_id`; where it was merged into another one, that one."""
    seen: set[str] = set()
    while identity not in seen:
        seen.add(identity)
        found = await database["articles"].find_one({"_id": identity}, HIDDEN)
        if found is not None:
            return found
        buried = await database["tombstones"].find_one({"_id": identity}, {"merged_into": 1})
        if buried is None:
            return None
        identity = buried["merged_into"]
    return None
