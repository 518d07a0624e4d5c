"""Sites of which articles are stored and no site file is there any more."""

from __future__ import annotations

import asyncio
from collections.abc import Container
from itertools import islice
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.site import Site

Database = AsyncDatabase[dict[str, Any]]

MOST = 50
PATIENCE = 5000  # milliseconds


async def unfiled_sites(database: Database, filed: Container[str]) -> dict[str, Site]:
    """The sites that were crawled and are not among `filed`, by name, with what an article of theirs tells of them.

    At most `MOST`; articles of so many are asked for side by side. Raises PyMongoError.
    """
    names = await database["runs"].distinct("site", maxTimeMS=PATIENCE)
    wanted = iter([name for name in sorted(names) if name not in filed])
    articles = database["articles"]
    sites: dict[str, Site] = {}
    while len(sites) < MOST and (some := list(islice(wanted, MOST))):
        found = await asyncio.gather(
            *(articles.find_one({"site": name}, {"url": 1, "publisher": 1}, max_time_ms=PATIENCE) for name in some)
        )
        sites |= {
            name: Site.generic(article["url"]).model_copy(
                update={"name": name, "publisher": article.get("publisher") or name}
            )
            for name, article in zip(some, found, strict=True)
            if article is not None
        }
    return dict(islice(sites.items(), MOST))
