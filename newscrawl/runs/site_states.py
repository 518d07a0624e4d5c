"""How sites are: the verdicts of their past runs and of their ledgers, read and kept for many sites at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from pymongo import ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, OperationFailure

from newscrawl.runs.health import HISTORY, verdict
from newscrawl.runs.missed import Missed, missed_slots
from newscrawl.runs.past import FIELDS, past_runs
from newscrawl.site import Site
from newscrawl.store.ledger import read_ledger
from newscrawl.verdicts import Finding, Health, Verdict

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

LEDGER_HOURS = timedelta(hours=24)
LEAST_VALID = timedelta(minutes=10)
"""For how long a verdict holds without another run, at least; and as a share of the time since the last run. Only
that no run takes place can make it another."""
VALID_SHARE = 4
AT_A_TIME = 8  # ledgers read at once


def zone_of(site: Site) -> tzinfo:
    """The site's time zone, UTC where its file names none."""
    return ZoneInfo(site.timezone) if site.timezone else UTC


async def site_states(
    database: Database,
    sites: Iterable[Site],
    now: datetime,
    *,
    every: Mapping[str, Site] | None = None,
    keeps: bool = True,
) -> dict[str, Verdict]:
    """Name to verdict of each site; `unknown` where it has no history.

    `every`: all sites that there are, by name, where only some are asked for: schedules may have more. `keeps`: false
    for readers, who write nothing.

    Verdicts are kept in `health`: those of sites without a run since are read from there, by two queries for all.
    The others are judged anew, and the runs of all of them read by one query.
    """
    by_name = {site.name: site for site in sites}
    newest = await _newest_runs(database, by_name)
    kept = await _kept(database, by_name)
    states, stale = {}, []
    for name in by_name:
        known = kept.get(name)
        if known is not None and known.newest == newest.get(name) and now < known.valid_until:
            states[name] = known.verdict
        elif name in newest:
            stale.append(name)
        else:
            states[name] = Verdict(state="unknown")
    judged = await _judge(database, [by_name[name] for name in stale], now)
    if keeps:
        await _keep(database, [_health(name, newest.get(name), found, now) for name, found in judged.items()])
    return await with_missed(database, every or by_name, states | judged, now)


async def with_missed(
    database: Database, sites: Mapping[str, Site], states: Mapping[str, Verdict], now: datetime
) -> dict[str, Verdict]:
    """The verdicts with the planned runs that did not start, where none has taken place since.

    `sites`: all that there are.
    """
    found = dict(states)
    for missed in await missed_slots(database, now, sites):
        for name in missed.sites or found:
            last = found[name].last_run_at if name in found else None
            if name in found and (last is None or last < missed.planned_at):
                found[name] = found[name].with_findings([_of_slot(missed, now)])
    return found


def _of_slot(missed: Missed, now: datetime) -> Finding:
    return Finding(
        what="missed-run",
        subject=f"schedule {missed.schedule}",
        observed=missed.number,
        since=missed.planned_at,
        until=max(now, missed.planned_at),
        reasons={missed.reason: 1} if missed.reason else {},
    )


def newest_runs_pipeline(names: Collection[str]) -> list[Document]:
    """The newest run of each site: a scan of distinct sites on the index of site and start."""
    return [
        {"$match": {"site": {"$in": [*names]}}},
        {"$sort": {"site": 1, "started_at": -1}},
        {"$group": {"_id": "$site", "run": {"$first": "$_id"}, "outcome": {"$first": "$outcome"}}},
    ]


async def _newest_runs(database: Database, names: Collection[str]) -> dict[str, str]:
    """Site to its newest run and how that has ended."""
    found = await (await database["runs"].aggregate(newest_runs_pipeline(names))).to_list()
    return {document["_id"]: f"{document['run']} {document['outcome']}" for document in found}


async def _kept(database: Database, names: Collection[str]) -> dict[str, Health]:
    found = database["health"].find({"_id": {"$in": [*names]}}, {"_id": 0})
    return {document["site"]: Health.model_validate(document) async for document in found}


async def _judge(database: Database, sites: Collection[Site], now: datetime) -> dict[str, Verdict]:
    if not sites:
        return {}
    slots = asyncio.Semaphore(AT_A_TIME)

    async def of_ledger(site: Site) -> list[Finding]:
        async with slots:
            since = now - LEDGER_HOURS
            zone = zone_of(site)
            ledger = await read_ledger(database, site.name, since=since, now=now, zone=zone, configured=site.sources)
        return ledger.findings

    ledgers = asyncio.gather(*map(of_ledger, sites))
    verdicts = await verdicts_of_runs(database, sites, now)
    found = zip(sites, await ledgers, strict=True)
    return {site.name: join(verdicts[site.name], findings) for site, findings in found}


async def verdicts_of_runs(database: Database, sites: Collection[Site], now: datetime) -> dict[str, Verdict]:
    """By the runs alone, site after site as they come."""
    by_name = {site.name: site for site in sites}
    found = {name: Verdict(state="unknown") for name in by_name}
    documents: dict[str, list[Document]] = defaultdict(list)

    def judge(name: str) -> None:
        runs = documents.pop(name)
        started = [run["started_at"] for run in runs]
        found[name] = verdict(past_runs(runs), now, zone_of(by_name[name]), started)

    query = {"site": {"$in": [*by_name]}, "started_at": {"$gte": now - HISTORY, "$lte": now}}
    async for run in database["runs"].find(query, dict.fromkeys(FIELDS, 1)).sort([("site", 1), ("started_at", 1)]):
        for name in [name for name in documents if name != run["site"]]:
            judge(name)
        documents[run["site"]].append(run)
    for name in [*documents]:
        judge(name)
    return found


def join(of_runs: Verdict, of_ledger: Iterable[Finding]) -> Verdict:
    """Both together. That a source cannot be read makes a run fail, which the verdict on the runs has weighed: it is a
    finding where failing is none of the site's habits."""
    failed = any(finding.what == "run-failed" for finding in of_runs.findings)
    is_judged = of_runs.last_run is not None
    return of_runs.with_findings(
        [finding for finding in of_ledger if failed or not is_judged or finding.what != "source" or not finding.reasons]
    )


def _health(name: str, newest: str | None, found: Verdict, now: datetime) -> Health:
    age = now - found.last_run_at if found.last_run_at else timedelta()
    return Health(
        site=name, at=now, newest=newest, valid_until=now + max(LEAST_VALID, age / VALID_SHARE), verdict=found
    )


async def _keep(database: Database, judged: Collection[Health]) -> None:
    """Keep verdicts; a user that may only read goes without."""
    operations = [ReplaceOne({"_id": known.site}, known.model_dump(), upsert=True) for known in judged]
    if operations:
        with contextlib.suppress(OperationFailure, BulkWriteError):
            await database["health"].bulk_write(operations, ordered=False)
