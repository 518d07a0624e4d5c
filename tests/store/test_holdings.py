"""Who crawls a site, over all machines of a database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from newscrawl.store import holdings
from newscrawl.store.connect import Connection
from newscrawl.store.holdings import Holdings
from newscrawl.store.leases import STALE
from newscrawl.store.runs import server_time


async def sleep_long(connection: Connection, sleeper: Holdings) -> None:
    """What the database knows of a process on another machine that has given no sign of life for long."""
    before = await server_time(connection.database) - STALE - timedelta(seconds=1)
    sign = {"_id": f"process {sleeper.holder}"}
    await connection.database["leases"].update_one(sign, {"$set": {"seen_at": before, "host": "elsewhere"}})


async def test_what_one_process_holds_another_one_does_not_get(connection: Connection) -> None:
    first, second = Holdings(connection.database), Holdings(connection.database)
    assert await first.take(["site a", "host a.com"]) == []
    assert [lease.name for lease in await second.take(["site b", "host a.com"])] == ["host a.com"]
    await first.give_back(["site a", "host a.com"])
    assert await second.take(["site b", "host a.com"]) == []
    await second.give_back(["site b", "host a.com"])
    await first.close()
    await second.close()
    assert await connection.database["leases"].count_documents({}) == 0


async def test_who_does_not_get_all_holds_nothing(connection: Connection) -> None:
    first, second, third = (Holdings(connection.database) for _ in range(3))
    await first.take(["site b"])
    await second.take(["site a", "site b"])
    assert await third.take(["site a"]) == []
    for one in (first, second, third):
        await one.close()


async def test_crawls_of_one_process_share_a_host(connection: Connection) -> None:
    process, other = Holdings(connection.database), Holdings(connection.database)
    assert await process.take(["site a", "host news.com"]) == []
    assert await process.take(["site b", "host news.com"]) == []
    await process.give_back(["site a", "host news.com"])
    assert [lease.name for lease in await other.take(["host news.com"])] == ["host news.com"]
    await process.give_back(["site b", "host news.com"])
    assert await other.take(["host news.com"]) == []
    await process.close()
    await other.close()


async def test_a_process_that_gives_no_sign_of_life_loses_what_it_holds_and_is_told(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "BEAT", 0.05)
    sleeper, heir, told = Holdings(connection.database), Holdings(connection.database), asyncio.Event()
    sleeper.when_lost(told.set)
    await sleeper.take(["site a"])
    while await heir.take(["site a"]):  # a sign of life may come in between
        await sleep_long(connection, sleeper)
    await asyncio.wait_for(told.wait(), 10)
    await sleeper.give_back(["site a"])
    await sleeper.close()
    assert (await connection.database["leases"].find_one({"_id": "site a"}) or {})["holder"] == heir.holder
    await heir.close()


async def test_a_process_of_this_machine_that_is_gone_holds_nothing(connection: Connection) -> None:
    gone, heir = Holdings(connection.database), Holdings(connection.database)
    await gone.take(["site a"])
    no_process = {"$set": {"pid": 2**22 + 1}}
    await connection.database["leases"].update_one({"_id": f"process {gone.holder}"}, no_process)
    assert await heir.take(["site a"]) == []
    await gone.close()
    await heir.close()


async def test_sites_of_a_process_that_is_gone_are_free_for_all_crawls_that_begin_together(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, heir, other = (Holdings(connection.database) for _ in range(3))
    await gone.take(["site a", "site b"])
    no_process = {"$set": {"pid": 2**22 + 1}}
    await connection.database["leases"].update_one({"_id": f"process {gone.holder}"}, no_process)
    delete = heir._leases.delete_one

    async def late(query: dict[str, Any]) -> Any:
        assert await other.take(["site b"]) == []
        return await delete(query)

    with monkeypatch.context() as patch:
        patch.setattr(heir._leases, "delete_one", late)
        assert await heir.take(["site a"]) == []
    for one in (gone, heir, other):
        await one.close()
