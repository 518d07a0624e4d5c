"""Where articles were filed: the places that datelines name, with how many articles name each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

Database = AsyncDatabase[dict[str, Any]]

HAS_PLACE = {"dateline.place": {"$gt": ""}}
PLACES = IndexModel(
    [
        ("published.at", DESCENDING),
        ("site", ASCENDING),
        ("dateline.place", ASCENDING),
        ("dateline.country", ASCENDING),
    ],
    partialFilterExpression=HAS_PLACE,
    name="places",
)
"""Of the collection `articles`: holds all that a count of places asks for, so no article is read."""
MOST_PLACES = 500


class PlaceCount(NamedTuple):
    """A place as it is printed, and the articles filed there."""

    place: str
    country: str | None
    """ISO 3166-1 alpha-2; None: not sure."""
    number: int
    newest: datetime
    """Publication of the newest one."""


def places_pipeline(since: datetime, site: str | None = None, limit: int = MOST_PLACES) -> list[dict[str, Any]]:
    """The aggregation of `count_places`."""
    country = {"$ifNull": ["$dateline.country", None]}
    return [
        {"$match": {"published.at": {"$gte": since}, **HAS_PLACE, **({"site": site} if site else {})}},
        {
            "$group": {
                "_id": {"place": "$dateline.place", "country": country},
                "number": {"$sum": 1},
                "newest": {"$max": "$published.at"},
            }
        },
        {"$sort": {"number": -1, "_id": 1}},
        {"$limit": limit},
    ]


async def count_places(
    database: Database, since: datetime, *, site: str | None = None, limit: int = MOST_PLACES
) -> list[PlaceCount]:
    """The places that articles published since an instant were filed at, the most frequent first.

    One aggregation over an index of the articles that have a place. `limit`: places at most.
    """
    cursor = await database["articles"].aggregate(places_pipeline(since, site, limit), hint="places")
    return [
        PlaceCount(found["_id"]["place"], found["_id"]["country"], found["number"], found["newest"])
        async for found in cursor
    ]
