"""When the sites of adaptive schedules are due: by the first of their listings, feeds and sitemaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.schedule import Schedule
from newscrawl.site import Site
from newscrawl.store.schedules import due_of_sources

Database = AsyncDatabase[dict[str, Any]]

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Of a source that was never visited."""


def sites_of(schedule: Schedule, sites: Mapping[str, Site]) -> list[str]:
    """Names of the sites of a schedule; `sites`: all that there are now."""
    return schedule.sites or sorted(sites)


async def dues_of(
    database: Database, schedules: Iterable[Schedule], sites: Mapping[str, Site]
) -> dict[str, dict[str, datetime]]:
    """Site to source to when it is due, for the sites of the adaptive ones among the schedules. One query.

    A source that was taken out of its site file is left out; a site without a site file is due at once, so that its
    crawl says what is wrong.
    """
    names = {name for schedule in schedules if schedule.kind == "adaptive" for name in sites_of(schedule, sites)}
    known = await due_of_sources(database, sorted(names)) if names else {}
    return {
        name: {source: known[name].get(source, AT_ONCE) for source in (sites[name].sources if name in sites else [""])}
        for name in names
    }


def first_dues(
    schedule: Schedule, dues: Mapping[str, Mapping[str, datetime]], sites: Mapping[str, Site]
) -> dict[str, datetime]:
    """Site of an adaptive schedule to when the first of its sources is due."""
    found = {name: dues.get(name) or {} for name in sites_of(schedule, sites)}
    return {name: min(of_sources.values()) for name, of_sources in found.items() if of_sources}
