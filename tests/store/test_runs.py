"""The collection `runs` on a real server: how a run begins, which goes on, and who has a key."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.crawl.heart import Heart
from newscrawl.records import Run
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.runs import (
    Ambiguous,
    KeyTaken,
    find_run,
    last_runs,
    list_runs,
    record_of,
    runs_with_key,
    start_run,
    state_of,
)
from newscrawl.store.spool import Spool

NOW = datetime.now(UTC).replace(microsecond=0)
HERE, NOBODY = socket.gethostname(), 2**22 + 1  # a process number that Linux never gives


def run(site: str = "example", key: str | None = None, **parts: Any) -> Run:
    plain = {"command": "newscrawl crawl", "started_at": NOW, "version": "0", "pid": os.getpid(), "host": HERE}
    return Run(site=site, key=key, holds_key=key is not None, **{**plain, **parts})


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ({"pid": os.getpid()}, "running"),
        ({"pid": NOBODY}, "crashed"),
        ({"pid": os.getpid(), "seen_at": NOW - timedelta(seconds=59)}, "running"),
        ({"pid": os.getpid(), "seen_at": NOW - timedelta(seconds=61)}, "crashed"),
        ({"host": "elsewhere", "seen_at": NOW}, "running"),
        ({"host": "elsewhere", "seen_at": NOW - timedelta(seconds=61)}, "crashed"),
        ({"host": "elsewhere"}, "running"),
        ({"host": "elsewhere", "started_at": NOW - timedelta(days=2)}, "crashed"),
        ({"ended_at": NOW, "reason": "finished", "pid": NOBODY}, "ended"),
        ({"reason": "crashed"}, "crashed"),
    ],
)
def test_a_run_goes_on_while_its_process_is_there_and_its_heart_beats(parts: dict[str, Any], state: str) -> None:
    assert state_of(run(**parts).model_dump(), NOW) == state


async def test_the_key_of_a_run_that_has_ended_stays_taken(connection: Connection, tmp_path: Any) -> None:
    first = run(key="k")
    await start_run(connection.database, "first", first)
    writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)
    await writer.end_run("first", first.model_copy(update={"reason": "finished", "outcome": "ok", "ended_at": NOW}))
    await writer.close()
    with pytest.raises(KeyTaken):
        await start_run(connection.database, "second", run(key="k"))
    await start_run(connection.database, "other", run("other-site", key="k"))


async def test_the_key_of_a_run_that_crashed_is_free_again(connection: Connection) -> None:
    await start_run(connection.database, "first", run(key="k", pid=NOBODY))
    assert await runs_with_key(connection.database, "k", ["example"]) == {}
    await start_run(connection.database, "second", run(key="k"))
    crashed = await find_run(connection.database, "first")
    assert crashed is not None
    assert (crashed["reason"], crashed["outcome"], crashed["key"]) == ("crashed", "failed", "k")
    assert crashed["ended_at"] is not None
    assert list(await runs_with_key(connection.database, "k", ["example"])) == ["example"]


async def test_a_run_that_was_taken_for_crashed_and_ends_does_not_take_its_key_back(
    connection: Connection, tmp_path: Any
) -> None:
    first = run(key="k")
    await start_run(connection.database, "first", first)
    await start_run(connection.database, "second", run(key="k"))
    writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)
    await writer.end_run("first", first.model_copy(update={"reason": "finished", "outcome": "ok", "ended_at": NOW}))
    await writer.close()
    ended = await find_run(connection.database, "first")
    assert ended is not None
    assert (ended["outcome"], ended["holds_key"]) == ("ok", False)


async def test_a_run_of_another_machine_that_was_silent_for_long_is_marked_by_the_next_one(
    connection: Connection,
) -> None:
    await start_run(connection.database, "alive", run(host="elsewhere"))
    await start_run(connection.database, "silent", run(host="far-away"))
    ago = datetime.now(UTC) - timedelta(minutes=5)
    await connection.database["runs"].update_one({"_id": "silent"}, {"$set": {"seen_at": ago}})
    await start_run(connection.database, "next", run())
    states = {row["_id"]: row["state"] for row in await list_runs(connection.database)}
    assert states == {"alive": "running", "silent": "crashed", "next": "running"}


async def test_the_heart_writes_what_a_run_does_and_nothing_after_its_end(connection: Connection) -> None:
    runs = connection.database["runs"]
    await start_run(connection.database, "open", run())
    await start_run(connection.database, "done", run("other"))
    await runs.update_one({"_id": "done"}, {"$set": {"ended_at": NOW, "reason": "finished", "outcome": "ok"}})
    heart = Heart(connection.database, seconds=0.01)
    for identity in ("open", "done"):
        heart.join(identity, lambda: run(counts={"new": 7}))
    async with asyncio.timeout(5):
        while not (await runs.find_one({"_id": "open"}) or {})["counts"]:  # noqa: ASYNC110 a database tells nobody
            await asyncio.sleep(0.01)
    heart.leave("open")
    heart.leave("done")
    assert (await runs.find_one({"_id": "done"}) or {})["counts"] == {}


async def test_a_run_is_found_by_its_beginning_its_site_or_as_the_latest(connection: Connection) -> None:
    for number, site in enumerate(("a", "b", "a")):
        record = run(site, started_at=NOW + timedelta(hours=number), reason="finished", outcome="ok")
        await connection.database["runs"].insert_one({"_id": f"2026112{number}-{site}", **record.model_dump()})

    async def found(name: str) -> str | None:
        document = await find_run(connection.database, name)
        return document["_id"] if document else None

    assert await found("20261121-b") == "20261121-b"
    assert await found("20261120") == "20261120-a"
    assert await found("a") == await found("latest") == "20261122-a"
    assert await found("never") is None
    with pytest.raises(Ambiguous, match="20261120-a, 20261121-b, 20261122-a"):
        await found("2026112")
    assert [row["_id"] for row in await last_runs(connection.database, "a")] == ["20261122-a", "20261120-a"]
    assert [row["_id"] for row in await list_runs(connection.database, since=NOW + timedelta(minutes=1), limit=1)] == [
        "20261122-a"
    ]
    assert await list_runs(connection.database, outcome="failed") == []


async def test_every_list_of_runs_is_read_by_an_index(connection: Connection) -> None:
    for query in ({}, {"site": "a"}, {"outcome": "ok"}, {"site": "a", "outcome": "ok", "started_at": {"$gte": NOW}}):
        plan = await connection.database["runs"].find(query).sort("started_at", -1).explain()
        stages = str(plan["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in stages
        assert "'SORT'" not in stages


def test_a_record_of_an_earlier_version_can_be_read() -> None:
    earlier = {"_id": "old", "site": "a", "command": "newscrawl crawl a", "started_at": NOW, "ended_at": NOW,
               "reason": "finished", "outcome": "ok", "counts": {"new": 1, "http_2xx": 3}, "coverage": {"body": 1.0},
               "errors": {}, "notes": [], "version": "0.1.0", "pid": 1, "host": "here"}  # fmt: skip
    record = record_of(earlier)
    assert (record.dropped, record.statuses, record.bytes, record.key) == ({}, {}, 0, None)
