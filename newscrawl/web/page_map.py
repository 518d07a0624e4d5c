"""*Map*: the places that datelines name. The world is a file of our own; no tile is loaded from elsewhere."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from newscrawl.normalize.places import city_at
from newscrawl.store.places import PlaceCount, count_places
from newscrawl.web.kept import kept_of
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.rendering import address, page
from newscrawl.web.site_files import SitesOf
from newscrawl.web.world import HEIGHT, NORTH, SOUTH, WIDTH, project

router = APIRouter(include_in_schema=False)

SPANS = ((1, "1 day"), (7, "7 days"), (30, "30 days"), (365, "1 year"))
MOST_PLACES = 300
MOST_IN_TABLE = 100
SMALLEST, LARGEST = 4.0, 22.0
"""Radius of a place on the map, in its units: of one article, and of the place with the most."""
MOST_NAMED = 12  # places whose names stand on the map
LETTER = 8.0  # units of the map that one letter of a name takes

Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge."""


@dataclass(slots=True)
class Place:
    """A place under all the names by which datelines call it."""

    name: str
    country: str | None
    number: int = 0
    names: list[str] = field(default_factory=list)
    """As they are printed."""
    x: float | None = None
    """Where it is on the map; None: it is not known."""
    y: float | None = None
    radius: float = 0
    name_x: float | None = None
    """Where its name begins, right of the place, or ends, left of it; None: its name does not stand on the map."""

    @property
    def other_names(self) -> list[str]:
        """Its names in other languages, without those in capitals alone."""
        return [name for name in self.names if name.casefold() != self.name.casefold()]

    @property
    def href(self) -> str:
        """The articles filed there."""
        return address("/", [("place", name) for name in self.names])


@router.get("/map")
async def map_page(
    request: Request,
    database: DatabaseOf,
    sites: SitesOf,
    days: Annotated[Literal["", "1", "7", "30", "365"], Query()] = "7",
    site: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The places of the articles published within some days."""
    span = int(days or 7)
    since = datetime.now(UTC) - timedelta(days=span)
    chosen = site.strip() or None
    counts = await kept_of(request).get(
        ("places", span, chosen), lambda: count_places(database, since, site=chosen, limit=MOST_PLACES)
    )
    found = await asyncio.to_thread(places_of, counts)
    shown = [place for place in found if place.x is not None]
    return page(
        request,
        "map.html",
        dots=sorted(shown, key=lambda place: -place.radius),
        places=found[:MOST_IN_TABLE],
        more=max(0, len(found) - MOST_IN_TABLE),
        number=sum(place.number for place in found),
        unknown=len(found) - len(shown),
        days=span,
        site=site.strip(),
        spans=SPANS,
        span_told=dict(SPANS)[span],
        width=WIDTH,
        height=HEIGHT,
        site_names=sorted(sites),
    )


def read_cities() -> None:
    """Read the table of cities before anybody asks for the map."""
    city_at("Kyiv")


def places_of(counts: Iterable[PlaceCount]) -> list[Place]:
    """Places with all their names together, the most frequent first."""
    found: dict[object, Place] = {}
    for one in counts:
        city = city_at(one.place, one.country)
        key: object = city or (one.place.casefold(), one.country)
        place = found.get(key)
        if place is None:
            name, country = (city.name, city.country) if city else (one.place, one.country)
            place = found[key] = Place(name, country)
            if city and SOUTH < city.latitude < NORTH:
                place.x, place.y = project(city.latitude, city.longitude)
        place.number += one.number
        if one.place not in place.names:
            place.names.append(one.place)
    ranked = sorted(found.values(), key=lambda place: (-place.number, place.name))
    highest = ranked[0].number if ranked else 1
    for place in ranked:
        place.radius = radius_of(place.number, highest)
    _name(ranked)
    return ranked


def radius_of(number: int, highest: int) -> float:
    """Radius of a place: its area grows as the number of its articles."""
    share = math.sqrt((number - 1) / (highest - 1)) if highest > 1 else 0.0
    return round(SMALLEST + (LARGEST - SMALLEST) * share, 1)


def _name(ranked: Iterable[Place]) -> None:
    """Give the largest places room for their names, where these lie on no other name and no larger place."""
    taken: list[Box] = []
    names = 0
    for place in ranked:
        if place.x is None or place.y is None:
            continue
        dot = place.x - place.radius, place.y - place.radius, place.x + place.radius, place.y + place.radius
        width = LETTER * len(place.name) + 6
        for name_x, left in ((dot[2] + 4, dot[2]), (dot[0] - 4, dot[0] - width)):
            box = left, place.y - 10, left + width, place.y + 10
            is_inside = box[0] > 0 and box[2] < WIDTH
            if names < MOST_NAMED and is_inside and not any(_meet(box, other) for other in taken):
                place.name_x = name_x
                taken.append(box)
                names += 1
                break
        taken.append(dot)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
