"""*Trending*: the articles whose view counters grew most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from newscrawl.store.views import top
from newscrawl.web.kept import kept_of
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.rendering import article_address, page
from newscrawl.web.site_files import SitesOf

router = APIRouter(include_in_schema=False)

SPANS = ((1, "1 hour"), (6, "6 hours"), (24, "24 hours"), (72, "3 days"), (168, "7 days"))
MOST = 50
SHORTEST_HOURS = 1 / 6  # from less than that no growth per hour is told


@router.get("/trending")
async def trending(
    request: Request,
    database: DatabaseOf,
    sites: SitesOf,
    hours: Annotated[Literal["", "1", "6", "24", "72", "168"], Query()] = "24",
    site: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What grew most within some hours."""
    span = float(hours or 24)
    chosen, now = site.strip() or None, datetime.now(UTC)
    rows = await kept_of(request).get(
        ("top", span, chosen), lambda: top(database, span, now=now, limit=MOST, site=chosen)
    )
    highest = max((row["growth"] for row in rows), default=1)
    return page(
        request,
        "trending.html",
        rows=[
            row
            | {
                "href": article_address(row["_id"]),
                "share": row["growth"] / highest,
                "an_hour": row["per_hour"] if row["hours"] >= SHORTEST_HOURS else None,
            }
            for row in rows
        ],
        hours=int(span),
        site=site.strip(),
        spans=SPANS,
        span_told=dict(SPANS)[int(span)],
        site_names=sorted(sites),
    )
