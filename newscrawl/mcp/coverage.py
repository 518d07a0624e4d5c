"""How complete the stored articles are, for the tool `coverage`: health of sites, articles a day, ledgers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from newscrawl.mcp.answers import Coverage, Ledger, SiteCoverage
from newscrawl.runs.site_states import site_states, zone_of
from newscrawl.runs.wording import sentence
from newscrawl.site import Site
from newscrawl.store.ledger import read_ledger
from newscrawl.store.lookup import Database
from newscrawl.verdicts import Verdict

MOST_SITES = 50
MOST_FINDINGS = 20
LEDGER = timedelta(days=1)


async def unknown_sites(database: Database, names: Collection[str], sites: Mapping[str, Site]) -> list[str]:
    """Those of the names that neither a site file nor a stored article has. Raises PyMongoError."""
    unsure = [name for name in names if name not in sites]
    asked = (database["articles"].find_one({"site": name}, {"_id": 1}) for name in unsure)
    found = await asyncio.gather(*asked)
    return [name for name, article in zip(unsure, found, strict=True) if article is None]


async def tell_coverage(
    database: Database, sites: Mapping[str, Site], names: Collection[str], days: int, now: datetime
) -> Coverage:
    """Of the named sites, or of those that have articles or were crawled. Raises PyMongoError."""
    wanted = {name: sites[name] for name in names if name in sites} if names else sites
    states = await site_states(database, wanted.values(), now, every=sites, keeps=False)
    if names:
        chosen, more = [*dict.fromkeys(names)], 0
    else:
        stored = await database["articles"].distinct("site")
        crawled = {name for name, verdict in states.items() if verdict.state != "unknown"}
        found = sorted(crawled.union(filter(None, stored)))
        chosen, more = found[:MOST_SITES], max(0, len(found) - MOST_SITES)
    counts, newest = await asyncio.gather(_by_day(database, chosen, days, now), _newest(database, chosen))
    ledgers = await asyncio.gather(*(_ledger(database, sites[name], now) for name in names if name in sites))
    by_name = dict(zip((name for name in names if name in sites), ledgers, strict=True))
    return Coverage(
        at=now,
        sites=[
            _coverage(
                name,
                sites.get(name),
                states.get(name) or Verdict(state="unknown"),
                newest.get(name),
                {day: counts[name].get(day, 0) for day in _days(days, now)},
                by_name.get(name),
            )
            for name in chosen
        ],
        more=more,
    )


def _coverage(
    name: str,
    site: Site | None,
    verdict: Verdict,
    newest: datetime | None,
    days: dict[str, int],
    ledger: Ledger | None,
) -> SiteCoverage:
    return SiteCoverage(
        site=name,
        publisher=site.publisher if site else None,
        country=site.country if site else None,
        languages=site.languages if site else [],
        state=verdict.state,
        since=verdict.since,
        findings=[sentence(finding) for finding in verdict.findings[:MOST_FINDINGS]],
        last_run_at=verdict.last_run_at,
        new_last_day=verdict.new,
        expected_last_day=verdict.expected,
        newest_published_at=newest,
        days=days,
        ledger=ledger,
    )


def _days(number: int, now: datetime) -> list[str]:
    return [f"{now - timedelta(days=back):%Y-%m-%d}" for back in range(number - 1, -1, -1)]


async def _by_day(
    database: Database, names: Collection[str], days: int, now: datetime
) -> Mapping[str, Mapping[str, int]]:
    """Site to day of publication to the number of stored articles. By the index of site and publication alone."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    span = {"$gte": midnight - timedelta(days=days - 1), "$lt": midnight + timedelta(days=1)}
    day = {"$dateToString": {"date": "$published.at", "format": "%Y-%m-%d"}}
    stages: list[dict[str, Any]] = [
        {"$match": {"site": {"$in": [*names]}, "published.at": span}},
        {"$group": {"_id": {"site": "$site", "day": day}, "number": {"$sum": 1}}},
    ]
    found: dict[str, dict[str, int]] = defaultdict(dict)
    async for row in await database["articles"].aggregate(stages):
        found[row["_id"]["site"]][row["_id"]["day"]] = row["number"]
    return found


async def _newest(database: Database, names: Collection[str]) -> Mapping[str, datetime]:
    """Site to the latest publication: a scan of distinct sites on the index of site and publication."""
    stages: list[dict[str, Any]] = [
        {"$match": {"site": {"$in": [*names]}}},
        {"$sort": {"site": 1, "published.at": -1}},
        {"$group": {"_id": "$site", "at": {"$first": "$published.at"}}},
    ]
    found = await (await database["articles"].aggregate(stages)).to_list()
    return {row["_id"]: row["at"] for row in found if row.get("at")}


async def _ledger(database: Database, site: Site, now: datetime) -> Ledger:
    since = now - LEDGER
    told = await read_ledger(database, site.name, since=since, now=now, zone=zone_of(site), configured=site.sources)
    fates = told.fates
    return Ledger(
        since=since,
        shown=len(told.articles),
        stored=fates["stored"],
        failed=fates["failed"],
        missing=fates["missing"],
        missed_estimate=None if isinstance(told.estimate, str) else told.estimate.missed,
    )
