"""One process at a time plans."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from newscrawl.store.connect import Connection
from newscrawl.store.leases import STALE, SchedulerLease, is_held, read_lease


async def age(connection: Connection, span: timedelta, **values: object) -> None:
    """Let the last sign of life be so long ago."""
    seen = {"seen_at": datetime.now(UTC) - span, **values}
    await connection.database["leases"].update_one({"_id": "scheduler"}, {"$set": seen})


async def test_of_two_processes_one_gets_the_lease_and_the_other_learns_who(connection: Connection) -> None:
    first, second = SchedulerLease(connection.database), SchedulerLease(connection.database)
    assert await first.take() is None
    other = await second.take()
    assert other is not None
    assert other.holder == first.holder
    assert is_held(await read_lease(connection.database), datetime.now(UTC))


async def test_it_is_renewed_by_its_holder(connection: Connection) -> None:
    lease = SchedulerLease(connection.database)
    await lease.take()
    await age(connection, STALE / 2)
    assert await lease.take() is None
    found = await read_lease(connection.database)
    assert found is not None
    assert datetime.now(UTC) - found.seen_at < STALE / 4


async def test_it_is_taken_over_when_its_holder_gives_no_sign_of_life(connection: Connection) -> None:
    first, second = SchedulerLease(connection.database), SchedulerLease(connection.database)
    await first.take()
    await age(connection, 2 * STALE, host="elsewhere")
    assert await second.take() is None
    assert second.seen_before is not None
    assert await first.take() is not None


async def test_it_is_taken_over_at_once_from_a_process_of_this_machine_that_is_no_more(connection: Connection) -> None:
    first, second = SchedulerLease(connection.database), SchedulerLease(connection.database)
    await first.take()
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    await age(connection, timedelta(seconds=1), pid=gone.pid)
    assert await second.take() is None


async def test_it_is_free_at_once_where_it_was_given_back(connection: Connection) -> None:
    first, second = SchedulerLease(connection.database), SchedulerLease(connection.database)
    await first.take()
    await first.give_back()
    assert not is_held(await read_lease(connection.database), datetime.now(UTC))
    assert await second.take() is None
