"""How often sources have shown new articles: what tells when they are due again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.normalize.cadence import HISTORY, Arrivals

Database = AsyncDatabase[dict[str, Any]]


async def arrivals_of(
    database: Database, site: str, sources: Sequence[str], now: datetime
) -> dict[str, tuple[list[Arrivals], datetime]]:
    """Of each source that has shown something of late: its new articles by hour, and when it was read first.

    One query, which the server sums up: at most two rows for each hour of four weeks.
    """
    pipeline: list[dict[str, Any]] = [
        {"$match": {"site": site, "seen": {"$gte": now - HISTORY}, "source": {"$in": list(sources)}}},
        {
            "$group": {
                "_id": {
                    "source": "$source",
                    "hour": {"$dateTrunc": {"date": "$seen", "unit": "hour"}},
                    "is_dated": {"$lt": ["$seen", "$at"]},
                },
                "number": {"$sum": 1},
                "first": {"$min": "$at"},
            }
        },
    ]
    found: dict[str, tuple[list[Arrivals], datetime]] = {}
    async for row in await database["sightings"].aggregate(pipeline):
        key = row["_id"]
        arrivals, first = found.get(key["source"], ([], row["first"]))
        arrivals.append(Arrivals(key["hour"], row["number"], key["is_dated"]))
        found[key["source"]] = arrivals, min(first, row["first"])
    return found
