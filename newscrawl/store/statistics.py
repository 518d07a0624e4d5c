"""What is stored, in figures that cost no scan: totals of the server's own books, and one day by an index."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

COUNTED = ("articles", "revisions", "runs")
DAY = timedelta(days=1)
PATIENCE = 5000  # milliseconds
MOST_PARTS = 100


async def statistics(database: Database, now: datetime) -> Document:
    """Totals, the newest publication, and the publications of the last 24 hours by site and language.

    Of `views`, which may be a time series of buckets, nothing is counted. Raises PyMongoError.
    """
    counts = asyncio.gather(*(database[name].estimated_document_count(maxTimeMS=PATIENCE) for name in COUNTED))
    newest = database["articles"].find({"published.at": {"$lte": now}}, {"published.at": 1})
    newest = newest.sort("published.at", -1).limit(1).max_time_ms(PATIENCE)
    last_day = await database["articles"].aggregate(_day(now), maxTimeMS=PATIENCE)
    (found,) = await last_day.to_list()
    dates = [article["published"]["at"] async for article in newest]
    return {
        **dict(zip(COUNTED, await counts, strict=True)),
        "newest_at": dates[0] if dates else None,
        "last_day": {
            "articles": sum(part["articles"] for part in found["sites"]),
            "by_site": found["sites"][:MOST_PARTS],
            "by_language": found["languages"][:MOST_PARTS],
        },
    }


def _day(now: datetime) -> list[Document]:
    def parts(name: str) -> list[Document]:
        return [
            {"$group": {"_id": f"${name}", "articles": {"$sum": 1}}},
            {"$sort": {"articles": -1, "_id": 1}},
            {"$project": {"_id": 0, "name": "$_id", "articles": 1}},
        ]

    return [
        {"$match": {"published.at": {"$gte": now - DAY, "$lte": now}}},
        {"$project": {"site": 1, "language": 1}},
        {"$facet": {"sites": parts("site"), "languages": parts("language")}},
    ]
