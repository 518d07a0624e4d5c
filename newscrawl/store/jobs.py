"""The jobs of the fleet in the database, which is what counts: the broker only carries their names.

Every change is one operation that names the state it changes, so that two processes may attempt it at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.job import Job

Database = AsyncDatabase[dict[str, Any]]

LONGEST_QUERY = 20_000  # milliseconds
UNENDED = ("waiting", "running")


async def add_jobs(database: Database, jobs: Iterable[Job]) -> None:
    """Record jobs, but for those that are recorded already."""
    operations = [UpdateOne({"_id": job.id}, {"$setOnInsert": job.model_dump()}, upsert=True) for job in jobs]
    if operations:
        await database["jobs"].bulk_write(operations, ordered=False)


async def unended_jobs(database: Database) -> list[Job]:
    """Jobs that wait or run, the oldest first."""
    return await _jobs(database, {"state": {"$in": list(UNENDED)}})


async def jobs_of(database: Database, slot: str) -> list[Job]:
    """The jobs of a slot, by number."""
    return sorted(await _jobs(database, {"slot": slot}), key=lambda job: job.number)


async def read_job(database: Database, identity: str) -> Job | None:
    """One job."""
    found = await database["jobs"].find_one({"_id": identity}, {"_id": 0}, max_time_ms=LONGEST_QUERY)
    return Job.model_validate(found) if found else None


async def note_sent(database: Database, jobs: Collection[str]) -> None:
    """The broker has taken the names of these jobs."""
    query = {"_id": {"$in": list(jobs)}, "state": "waiting"}
    await database["jobs"].update_many(query, {"$currentDate": {"sent_at": True}})


async def send_again(database: Database, jobs: Collection[str]) -> None:
    """The broker has lost the names of these jobs, as far as they wait."""
    query = {"_id": {"$in": list(jobs)}, "state": "waiting"}
    await database["jobs"].update_many(query, {"$set": {"sent_at": None}})


async def free_jobs_of(database: Database, workers: Collection[str]) -> list[str]:
    """Jobs of workers that are dead wait again, and have to be sent. Their identities."""
    query = {"state": "running", "worker": {"$in": list(workers)}}
    freed = [found["_id"] async for found in database["jobs"].find(query, {"_id": 1}, max_time_ms=LONGEST_QUERY)]
    if freed:
        change = {"$set": {"state": "waiting", "sent_at": None, "worker": None}}
        await database["jobs"].update_many({"_id": {"$in": freed}, **query}, change)
    return freed


async def take_job(database: Database, identity: str, worker: str, *, before: str | None = None) -> Job | None:
    """Take a job that waits, or one that the dead worker `before` had; None where it is neither."""
    state: dict[str, Any] = {"state": "waiting"} if before is None else {"state": "running", "worker": before}
    change = {
        "$set": {"state": "running", "worker": worker},
        "$currentDate": {"started_at": True},
        "$inc": {"attempts": 1},
    }
    found = await database["jobs"].find_one_and_update(
        {"_id": identity, **state}, change, projection={"_id": 0}, return_document=True
    )
    return Job.model_validate(found) if found else None


async def give_job_back(database: Database, job: Job, *, after_outage: bool = False) -> None:
    """The job, as it was taken, waits again; its name goes back to the broker by itself."""
    change = {"$set": {"state": "waiting", "worker": None}, "$currentDate": {"sent_at": True}}
    await database["jobs"].update_one(_attempt(job), {**change, "$inc": {"outages": int(after_outage)}})


async def end_job(database: Database, job: Job, code: int, reason: str | None) -> bool:
    """Record what has become of a job, as it was taken; False where it is another attempt's by now."""
    change = {"$set": {"state": "ended", "code": code, "reason": reason}, "$currentDate": {"ended_at": True}}
    return (await database["jobs"].update_one(_attempt(job), change)).matched_count == 1


def _attempt(job: Job) -> dict[str, Any]:
    """The job while this attempt at it goes on."""
    return {"_id": job.id, "state": "running", "worker": job.worker, "attempts": job.attempts}


async def waiting_sites(database: Database) -> tuple[int, int, datetime | None]:
    """Jobs that wait, their sites, and the planned time of the oldest of them."""
    jobs = await _jobs(database, {"state": "waiting"})
    return len(jobs), sum(len(job.sites) for job in jobs), min((job.planned_at for job in jobs), default=None)


async def running_jobs(database: Database, workers: Sequence[str]) -> dict[str, list[Job]]:
    """The jobs that workers have, by worker."""
    found: dict[str, list[Job]] = {worker: [] for worker in workers}
    for job in await _jobs(database, {"state": "running"}):
        if job.worker is not None:
            found.setdefault(job.worker, []).append(job)
    return found


async def _jobs(database: Database, query: dict[str, Any]) -> list[Job]:
    found = database["jobs"].find(query, {"_id": 0}, max_time_ms=LONGEST_QUERY)
    jobs = [Job.model_validate(document) async for document in found]
    return sorted(jobs, key=lambda job: (job.planned_at, job.slot, job.number))
