"""The collection `runs`: how a run begins, who holds an idempotency key, and which runs go on."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.process_table import is_process

if TYPE_CHECKING:
    from newscrawl.records import Run

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]
State = Literal["running", "ended", "crashed"]

SILENT = timedelta(seconds=60)
"""After so long without a heartbeat a run is taken for dead."""
LONGEST_RUN = timedelta(days=1)
"""A run of another machine that never gave a heartbeat, as those of earlier versions, is believed for so long."""
CRASHED = "crashed"
HOLDER = {"holds_key": True}
"""Which runs the unique index of the keys is about."""

_LAST_SIGN = {"$ifNull": ["$seen_at", "$started_at"]}
_CRASH = {
    "$set": {"reason": CRASHED, "outcome": "failed", "ended_at": _LAST_SIGN, "holds_key": False, "hosts": []},
}


class KeyTaken(Exception):
    """Another run of the site was started with the same idempotency key."""


def state_of(run: Document, now: datetime) -> State:
    """Whether a run goes on. `now`: by the clock of the database, which sets `seen_at`.

    On the same machine the process tells at once; elsewhere, and where its number belongs to another one by now, the
    heartbeat does.
    """
    if run.get("reason") == CRASHED:
        return "crashed"
    if run.get("ended_at") is not None or run.get("reason") is not None:
        return "ended"
    is_here = run.get("host") == socket.gethostname()
    if is_here and (run.get("pid") is None or not is_process(run["pid"])):
        return "crashed"
    seen = run.get("seen_at")
    if seen is not None:
        return "running" if now - seen < SILENT else "crashed"
    return "running" if is_here or now - run["started_at"] < LONGEST_RUN else "crashed"


def record_of(document: Document) -> Run:
    """The record in a document, also in one of an earlier version. Raises ValidationError where it is none."""
    from newscrawl.records import Run  # late: the listings of runs do without the models

    return Run.model_validate({name: document[name] for name in Run.model_fields if name in document})


async def server_time(database: Database) -> datetime:
    """The clock of the database."""
    now: datetime = (await database.command("hello"))["localTime"]
    return now if now.tzinfo else now.replace(tzinfo=UTC)


def run_identity(run: Run) -> str:
    """A new identity for a run; they sort by time."""
    return f"{run.started_at:%Y%m%dT%H%M%S}-{run.site}-{uuid4().hex[:6]}"


async def start_run(database: Database, identity: str, run: Run) -> None:
    """Record a run that begins. The caller holds the site: earlier runs of this machine without end crashed, as those
    of other machines did that have given no sign of life for long, or have its key.

    Raises KeyTaken where another run, which has not crashed, has its key.
    """
    now, runs = await server_time(database), database["runs"]
    of_others = {
        "$or": [{"seen_at": {"$lt": now - SILENT}}, {"seen_at": None, "started_at": {"$lt": now - LONGEST_RUN}}]
    }
    of_its_key = [{"key": run.key}] if run.key is not None else []
    dead = {"site": run.site, "ended_at": None, "reason": None, "$or": [{"host": run.host}, of_others, *of_its_key]}
    await runs.update_many(dead, [_CRASH])
    try:
        await runs.insert_one({"_id": identity, **run.model_dump(), "seen_at": now, "holds_key": run.key is not None})
    except DuplicateKeyError as error:
        if run.key is None or await runs.find_one({"site": run.site, "key": run.key, **HOLDER}) is None:
            raise
        raise KeyTaken(f"{run.site}: another run has the key {run.key}; this one does not begin") from error


async def runs_with_key(database: Database, key: str, sites: Collection[str]) -> dict[str, Document]:
    """The run of each site that was started with a key and has not crashed, by site."""
    now = await server_time(database)
    found = await database["runs"].find({"key": key, "site": {"$in": list(sites)}, **HOLDER}).to_list()
    return {run["site"]: run for run in found if state_of(run, now) != "crashed"}


async def end_crashed(database: Database, pid: int, sites: Collection[str]) -> dict[str, Document]:
    """End the records of runs of these sites whose process, of this machine, is there no more; they are given by site.

    `pid`: its number, which may belong to another process soon.
    """
    of_process = {"site": {"$in": list(sites)}, "host": socket.gethostname(), "pid": pid}
    runs = database["runs"]
    crashed = await runs.find({**of_process, "ended_at": None, "reason": None}, {"_id": 1}).to_list()
    identities = [run["_id"] for run in crashed]
    await runs.update_many({"_id": {"$in": identities}, "ended_at": None}, [_CRASH])
    return {run["site"]: run async for run in runs.find({"_id": {"$in": identities}})}


async def last_requests(database: Database, sites: Collection[str]) -> dict[str, float]:
    """How many requests the last run of each site has made, as far as there was one."""
    found = await database["runs"].aggregate(
        [
            {"$match": {"site": {"$in": list(sites)}}},
            {"$sort": {"site": 1, "started_at": -1}},
            {"$group": {"_id": "$site", "requests": {"$first": "$counts.requests"}}},
        ]
    )
    return {row["_id"]: float(row["requests"] or 0) async for row in found}


Chosen = Literal["ok", "degraded", "failed", "running", "crashed"]


async def list_runs(
    database: Database,
    *,
    site: str | None = None,
    outcome: Chosen | None = None,
    since: datetime | None = None,
    limit: int = 20,
) -> list[Document]:
    """The newest runs, each with its `state`. `since`: begun after."""
    now = await server_time(database)
    query: Document = {"site": site} if site else {}
    if since is not None:
        query["started_at"] = {"$gte": since}
    # The record of a run that crashed says so once the next run of its site has begun: until then it has no outcome.
    if outcome in ("running", "crashed"):
        unended = {**query, "outcome": None}
        marked = {**query, "outcome": "failed", "reason": CRASHED}
        found = await _newest(database, unended, None)
        found += await _newest(database, marked, limit) if outcome == "crashed" else []
        found.sort(key=lambda run: run["started_at"], reverse=True)
        return [run for run in with_state(found, now) if run["state"] == outcome][:limit]
    if outcome is not None:
        query["outcome"] = outcome
    return with_state(await _newest(database, query, limit), now)


def with_state(runs: Sequence[Document], now: datetime) -> list[Document]:
    """The same, each with its `state`."""
    return [{**run, "state": state_of(run, now)} for run in runs]


async def _newest(database: Database, query: Document, limit: int | None) -> list[Document]:
    return await database["runs"].find(query).sort("started_at", -1).limit(limit or 0).to_list()


class Ambiguous(ValueError):
    """What was named is the beginning of several runs. The message names some of them."""


async def find_run(database: Database, name: str) -> Document | None:
    """One run, by its identity or the unique beginning of one, by `latest`, or by its site: the newest one.

    Raises Ambiguous.
    """
    runs = database["runs"]
    if name == "latest":
        return await runs.find_one({}, sort=[("started_at", -1)])
    exact = await runs.find_one({"_id": name}) or await runs.find_one({"site": name}, sort=[("started_at", -1)])
    if exact is not None:
        return exact
    begun = await runs.find({"_id": {"$gte": name, "$lt": name + "\U0010ffff"}}).sort("_id", 1).limit(6).to_list()
    if len(begun) > 1:
        listed = ", ".join(run["_id"] for run in begun[:5]) + (" …" if len(begun) > 5 else "")
        raise Ambiguous(f"{name} is the beginning of several runs: {listed}")
    return begun[0] if begun else None


async def last_runs(database: Database, site: str, number: int = 2) -> list[Document]:
    """The newest runs of a site that have ended."""
    return (
        await database["runs"]
        .find({"site": site, "outcome": {"$ne": None}})
        .sort("started_at", -1)
        .limit(number)
        .to_list()
    )


async def samples_of(database: Database, run: str) -> dict[str, Document]:
    """For each reason one failure that a run met, as far as no later run has met it, too."""
    grouped: list[Document] = [
        {"$match": {"run": run}},
        {"$group": {"_id": "$reason", "url": {"$first": "$url"}, "detail": {"$first": "$detail"}}},
    ]
    found = await (await database["failures"].aggregate(grouped)).to_list()
    return {failure["_id"]: {"url": failure["url"], "detail": failure.get("detail", "")} for failure in found}
