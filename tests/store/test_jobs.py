"""The jobs of a fleet in the database."""

import asyncio
from datetime import UTC, datetime

from newscrawl.job import Job
from newscrawl.schedule import Schedule
from newscrawl.store.connect import Connection
from newscrawl.store.jobs import (
    add_jobs,
    end_job,
    free_jobs_of,
    give_job_back,
    note_sent,
    read_job,
    take_job,
    unended_jobs,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PLAN = Schedule(name="all", kind="every", every=1800, created_at=NOW, created_by="ana@news", planned_until=NOW)
JOB = Job(slot="all/2026-01-02T00:00:00Z", number=1, plan=PLAN, planned_at=NOW, sites=["a", "b"])


async def test_of_many_workers_one_gets_a_job(connection: Connection) -> None:
    await add_jobs(connection.database, [JOB])
    taken = await asyncio.gather(*(take_job(connection.database, JOB.id, f"worker {number}") for number in range(8)))
    assert len([job for job in taken if job is not None]) == 1


async def test_a_job_that_is_recorded_twice_stays_as_it_was(connection: Connection) -> None:
    await add_jobs(connection.database, [JOB])
    await take_job(connection.database, JOB.id, "w")
    await add_jobs(connection.database, [JOB])
    assert [(job.state, job.worker) for job in await unended_jobs(connection.database)] == [("running", "w")]


async def test_a_job_of_a_dead_worker_waits_again_and_what_that_one_says_later_does_not_count(
    connection: Connection,
) -> None:
    await add_jobs(connection.database, [JOB])
    await note_sent(connection.database, [JOB.id])
    lost = await take_job(connection.database, JOB.id, "dead")
    assert lost is not None
    assert await free_jobs_of(connection.database, ["dead"]) == [JOB.id]
    heirs = await take_job(connection.database, JOB.id, "heir")
    assert heirs is not None
    assert not await end_job(connection.database, lost, 0, None)
    assert await end_job(connection.database, heirs, 3, "degraded")
    job = await read_job(connection.database, JOB.id)
    assert job is not None
    assert (job.state, job.code, job.attempts, job.worker) == ("ended", 3, 2, "heir")
    assert await unended_jobs(connection.database) == []


async def test_a_job_that_was_given_back_can_be_taken_again(connection: Connection) -> None:
    await add_jobs(connection.database, [JOB])
    first = await take_job(connection.database, JOB.id, "first")
    assert first is not None
    await give_job_back(connection.database, first)
    assert await take_job(connection.database, JOB.id, "second") is not None


async def test_an_earlier_attempt_of_the_same_worker_ends_nothing_of_a_later_one(connection: Connection) -> None:
    await add_jobs(connection.database, [JOB])
    first = await take_job(connection.database, JOB.id, "w")
    assert first is not None
    await give_job_back(connection.database, first, after_outage=True)
    second = await take_job(connection.database, JOB.id, "w")
    assert second is not None
    assert (second.attempts, second.outages) == (2, 1)
    assert not await end_job(connection.database, first, 0, None)
    await give_job_back(connection.database, first)
    [job] = await unended_jobs(connection.database)
    assert (job.state, job.attempts, job.outages) == ("running", 2, 1)
