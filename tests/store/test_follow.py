"""Following the articles: nothing missed, nothing given twice, whatever becomes of the server and the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import OperationFailure, PyMongoError

from newscrawl.selection import Selection
from newscrawl.store import follow as following
from newscrawl.store.connect import Connection, connect
from newscrawl.store.follow import follow, occasion
from newscrawl.store.schema import apply_schema
from newscrawl.store.sequence import settled
from newscrawl.store.wake import HISTORY_LOST, INVALID_TOKEN, UNAUTHORIZED, Wake
from tests.database_servers import Mongod, alone
from tests.databases import Databases
from tests.stored_articles import START, article, store

LONGEST = 30.0  # seconds until something is given up
AT_ONCE = 4.0  # seconds; more than a busy machine needs, less than a look without a stream
NOW = START + timedelta(days=1)


class Listener:
    """Follows the articles in a task of its own, and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []
        self.reached = 0
        self.outages = 0
        self.has_begun = asyncio.Event()

    async def listen(self, connection: Connection, selection: Selection, **options: Any) -> None:
        coming = follow(connection.database, selection, on_reached=self._on_reached, on_down=self._on_down, **options)
        async with aclosing(coming):
            async for one in coming:
                self.given.append(one)

    async def has(self, number: int, longest: float = LONGEST) -> list[int]:
        """Wait until so many were given; their `seq`."""
        await self.until(lambda: len(self.given) >= number, longest)
        return [one["seq"] for one in self.given]

    async def until(self, condition: Callable[[], object], longest: float = LONGEST) -> None:
        async with asyncio.timeout(longest):
            while not condition():  # noqa: ASYNC110 (what is waited for is no event of this loop)
                await asyncio.sleep(0.01)

    def _on_reached(self, seq: int) -> None:
        self.reached = max(self.reached, seq)
        self.has_begun.set()

    async def _on_down(self, _error: PyMongoError) -> None:
        self.outages += 1


@asynccontextmanager
async def listening(
    connection: Connection, selection: Selection | None = None, **options: Any
) -> AsyncIterator[Listener]:
    listener = Listener()
    task = asyncio.create_task(listener.listen(connection, selection or Selection(), **options))
    beginning = asyncio.create_task(listener.has_begun.wait())
    await asyncio.wait([task, beginning], return_when=asyncio.FIRST_COMPLETED)
    beginning.cancel()
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled() and task.exception():
        raise task.exception()  # type: ignore[misc]


async def save(connection: Connection, folder: Path, *numbers: int, now: datetime = NOW, **changes: Any) -> None:
    await store(connection, folder, [article(number, **changes) for number in numbers], now=now)


async def test_everything_after_a_seq_is_given_in_its_order(connection: Connection, tmp_path: Path) -> None:
    await save(connection, tmp_path, *range(6))
    async with listening(connection, after_seq=2) as listener:
        assert await listener.has(4) == [3, 4, 5, 6]


async def test_without_a_seq_only_what_comes_from_now_on_is_given(connection: Connection, tmp_path: Path) -> None:
    await save(connection, tmp_path, 0, 1)
    async with listening(connection) as listener:
        await save(connection, tmp_path, 2, 3)
        assert await listener.has(2) == [3, 4]


async def test_more_than_a_page_is_given_whole(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 2)
    await save(connection, tmp_path, *range(7))
    async with listening(connection, after_seq=0) as listener:
        assert await listener.has(7) == [1, 2, 3, 4, 5, 6, 7]


async def test_a_database_that_nobody_has_prepared_yet_is_waited_for(databases: Databases, tmp_path: Path) -> None:
    own = await connect(databases.uri, folder=tmp_path, database=f"test-{uuid4().hex[:8]}")
    async with listening(own) as listener:
        await apply_schema(own)
        await save(own, tmp_path, 0)
        assert await listener.has(1) == [1]
    await own.close()
    databases.drop_later(own.database.name)


async def test_a_change_stream_wakes_at_once(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CALM", 1000)
    async with listening(connection, pause=1000) as listener:
        for number in range(3):
            await save(connection, tmp_path, number)
            await listener.has(number + 1, AT_ONCE)


async def test_another_text_gives_the_article_again_with_a_higher_seq(connection: Connection, tmp_path: Path) -> None:
    async with listening(connection) as listener:
        await save(connection, tmp_path, 1)
        await listener.has(1)
        await save(connection, tmp_path, 1, now=NOW + timedelta(hours=1), headline="Another headline altogether")
        assert await listener.has(2) == [1, 2]
        assert [occasion(one) for one in listener.given] == ["new", "changed"]
        assert listener.given[0]["_id"] == listener.given[1]["_id"]


async def test_articles_that_are_not_chosen_move_the_place_all_the_same(connection: Connection, tmp_path: Path) -> None:
    async with listening(connection, Selection(sites=("reuters",)), after_seq=0) as listener:
        await save(connection, tmp_path, 0, 1, 2, 3)
        await listener.until(lambda: listener.reached == 4)
        assert [one["site"] for one in listener.given] == ["reuters"]


async def test_a_number_that_is_reserved_still_holds_back_those_behind_it(
    connection: Connection, tmp_path: Path
) -> None:
    await save(connection, tmp_path, 0)
    order = connection.database["sequence"]
    slow = {"token": "claim:zzzz", "first": 2, "at": NOW}
    await order.update_one({"_id": "articles"}, {"$push": {"open": slow}, "$set": {"last": 2}})
    async with listening(connection, after_seq=0, pause=0.02) as listener:
        await save(connection, tmp_path, 1)
        assert await connection.database["articles"].count_documents({"seq": 3}) == 1
        await listener.has(1)
        assert await settled(connection.database) == 1
        await connection.database["articles"].update_one({"seq": 3}, {"$set": {"labels": {"seen": True}}})
        await order.update_one({"_id": "articles"}, {"$set": {"open": [], "settled": 3}})
        assert await listener.has(2) == [1, 3]


# --- streams and servers that fail --------------------------------------------------------------


@pytest.fixture(scope="module")
def replica_set() -> Iterator[tuple[Mongod, str]]:
    with alone("--replSet", "one", "--setParameter", "enableTestCommands=1") as server:
        yield server


@pytest.fixture(scope="module")
def standalone() -> Iterator[tuple[Mongod, str]]:
    with alone() as server:
        yield server


@asynccontextmanager
async def connected(uri: str, folder: Path) -> AsyncIterator[Connection]:
    own = await connect(uri, folder=folder, database=f"test-{uuid4().hex[:8]}")
    await apply_schema(own)
    yield own
    await own.close()


@pytest.mark.parametrize("code", [INVALID_TOKEN, HISTORY_LOST])
async def test_a_stream_that_has_lost_its_place_is_opened_anew_and_nothing_is_missed(
    replica_set: tuple[Mongod, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(following, "CALM", 1000)
    server, uri = replica_set
    async with connected(uri, tmp_path) as own, listening(own, pause=1000) as listener:
        await save(own, tmp_path, 0)
        await listener.has(1)
        lost = {"failCommands": ["getMore"], "errorCode": code, "namespace": f"{own.database.name}.sequence"}
        with server.client() as client:
            client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": lost})
        await save(own, tmp_path, 1)
        await listener.has(2, AT_ONCE)
        await save(own, tmp_path, 2)
        assert await listener.has(3, AT_ONCE) == [1, 2, 3]


async def test_a_reader_that_may_not_read_is_told_so(replica_set: tuple[Mongod, str], tmp_path: Path) -> None:
    server, uri = replica_set
    async with connected(uri, tmp_path) as own:
        await save(own, tmp_path, 0)
        refused = {"failCommands": ["find"], "errorCode": UNAUTHORIZED, "namespace": f"{own.database.name}.articles"}
        with server.client() as client:
            client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": refused})
        with pytest.raises(OperationFailure):
            async with aclosing(follow(own.database, Selection(), after_seq=0)) as coming:
                await anext(coming)


async def restarted(server: Mongod) -> None:
    server.kill()
    await asyncio.to_thread(server.start)


async def stepped_down(server: Mongod) -> None:
    with server.client() as client:
        client.admin.command("replSetStepDown", 1, force=True)


@pytest.mark.parametrize("fault", [restarted, stepped_down])
async def test_after_a_restart_or_an_election_nothing_is_missed_and_nothing_given_twice(
    replica_set: tuple[Mongod, str], tmp_path: Path, fault: Callable[[Mongod], Awaitable[None]]
) -> None:
    server, uri = replica_set
    async with connected(uri, tmp_path) as own, listening(own, pause=0.05) as listener:
        await save(own, tmp_path, 0, 1)
        await listener.has(2)
        await fault(server)
        await save_when_possible(own, tmp_path, 2, 3)
        assert await listener.has(4) == [1, 2, 3, 4]
        await save(own, tmp_path, 4)
        assert await listener.has(5) == [1, 2, 3, 4, 5]


async def test_a_standalone_server_is_asked_again_and_again_also_after_a_restart(
    standalone: tuple[Mongod, str], tmp_path: Path
) -> None:
    server, uri = standalone
    async with connected(uri, tmp_path) as own, listening(own, pause=0.05) as listener:
        assert own.topology == "standalone"
        await save(own, tmp_path, 0, 1)
        await listener.has(2)
        server.kill()
        await listener.until(lambda: listener.outages)
        await asyncio.to_thread(server.start)
        await save_when_possible(own, tmp_path, 2)
        assert await listener.has(3) == [1, 2, 3]


async def test_a_server_without_change_streams_is_not_asked_for_one_again(
    standalone: tuple[Mongod, str], tmp_path: Path
) -> None:
    async with connected(standalone[1], tmp_path) as own, Wake(own.database) as wake:
        assert wake._task is not None
        async with asyncio.timeout(LONGEST):
            await asyncio.wait([wake._task])
        assert not wake.is_live


async def save_when_possible(connection: Connection, folder: Path, *numbers: int) -> None:
    """Store articles when the server takes writes again."""
    async with asyncio.timeout(LONGEST):
        while True:
            try:
                await connection.database["sequence"].update_one({"_id": "none"}, {"$set": {"last": 0}})
                break
            except PyMongoError:
                await asyncio.sleep(0.05)
    await save(connection, folder, *numbers)


# --- why an article has its seq -----------------------------------------------------------------


def document(**changes: Any) -> dict[str, Any]:
    return article(0).model_dump() | {"revision": 1, "changed_at": NOW} | changes


def test_an_article_that_is_gone_or_back_says_so() -> None:
    away = {"gone_at": NOW, "status": 404, "back_at": NOW + timedelta(hours=1)}
    assert occasion(document()) == "new"
    assert occasion(document(revision=2)) == "changed"
    assert occasion(document(status="gone", revision=2)) == "gone"
    assert occasion(document(absences=[away], revision=2)) == "back"
    assert occasion(document(absences=[away], revision=3, changed_at=NOW + timedelta(hours=2))) == "changed"
    assert occasion({"status": "merged"}) == "merged"
