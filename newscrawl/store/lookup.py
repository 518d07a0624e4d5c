"""Stored articles as people look them up: plain documents with aware datetimes."""

from __future__ import annotations

import contextlib
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.urls import article_id, canonical_url

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]


async def list_articles(database: Database, *, site: str | None = None, limit: int = 20) -> list[Document]:
    """The newest articles by publication, those without a date last."""
    found = database["articles"].find({"site": site} if site else {})
    return await found.sort("published.at", -1).limit(limit).to_list()


async def get_article(database: Database, url: str, *further: str) -> Document | None:
    """The article at any of its addresses, tracking parameters or not. `further`: other forms of the address."""
    addresses = [url, *further]
    with contextlib.suppress(ValueError):
        addresses.append(canonical_url(url))
    ids = [article_id(address) for address in addresses]
    by_address = {"$or": [{"_id": {"$in": ids}}, {"url": {"$in": addresses}}, {"aliases": {"$in": addresses}}]}
    found = await database["articles"].find(by_address).to_list()
    # An article that has moved left its old address, which may show another one by now.
    return min(found, key=lambda d: (d["url"] not in addresses, url not in (d.get("aliases") or ())), default=None)
