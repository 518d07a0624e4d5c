"""What came of a site day by day, by the records of its runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

Database = AsyncDatabase[dict[str, Any]]


async def site_days(database: Database, site: str, since: datetime) -> list[dict[str, Any]]:
    """Each day (UTC) with runs since an instant, the oldest first: `day`, `articles` stored, `runs`, `failed_runs`."""
    grouped: list[dict[str, Any]] = [
        {"$match": {"site": site, "started_at": {"$gte": since}}},
        {
            "$group": {
                "_id": {"$dateToString": {"date": "$started_at", "format": "%Y-%m-%d"}},
                "articles": {"$sum": {"$ifNull": ["$counts.stored", 0]}},
                "runs": {"$sum": 1},
                "failed_runs": {"$sum": {"$cond": [{"$eq": ["$outcome", "failed"]}, 1, 0]}},
            }
        },
        {"$sort": {"_id": 1}},
        {"$project": {"_id": 0, "day": "$_id", "articles": 1, "runs": 1, "failed_runs": 1}},
    ]
    return await (await database["runs"].aggregate(grouped, maxTimeMS=5000)).to_list()
