"""The embedded server, with the real mongod."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pymongo import MongoClient

from newscrawl.store import mongod
from newscrawl.store.connect import DatabaseDown, connect
from newscrawl.store.local import REPLICA_SET, LocalServer
from newscrawl.store.mongod import LocalServerError
from tests.waiting import kill_database


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path)
    yield server
    server.stop()


def test_it_starts_as_a_primary_that_acknowledges_by_majority_and_journal(server: LocalServer) -> None:
    with MongoClient(server.start()) as client:
        assert client.admin.command("hello")["isWritablePrimary"]
        assert client.write_concern.document == {"w": "majority", "j": True}


def test_it_ends_at_once_also_before_it_has_become_primary(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_become_primary", lambda: None)
    server.start()
    address = f"mongodb://{quote(str(server.socket), safe='')}/?directConnection=true"
    with MongoClient[dict[str, Any]](address) as client:
        member = {"_id": 0, "host": str(server.socket)}
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 10  # MongoDB itself gives others 15 s to take notice


def test_it_opens_no_tcp_port_and_its_socket_is_private(server: LocalServer) -> None:
    server.start()
    inodes = set()
    for handle in Path(f"/proc/{server.pid()}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            inodes.add(os.readlink(handle))
    tcp = Path(f"/proc/{server.pid()}/net/tcp").read_text() + Path(f"/proc/{server.pid()}/net/tcp6").read_text()
    own = [line for line in tcp.splitlines() if f"socket:[{line.split()[9]}]" in inodes and line.split()[3] == "0A"]
    assert own == []
    assert server.socket.stat().st_mode & 0o077 == 0
    assert server.folder.stat().st_mode & 0o777 == 0o700


def test_eight_processes_that_start_it_at_once_end_with_one_server(server: LocalServer) -> None:
    script = (
        "import sys; from pathlib import Path; from newscrawl.store.local import LocalServer;"
        "s = LocalServer(Path(sys.argv[1])); s.start(); print(s.pid())"
    )
    command = [sys.executable, "-c", script, str(server.folder.parent)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    pids = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert pids == {str(server.pid())}


def test_data_survive_a_moved_folder(tmp_path: Path) -> None:
    first = LocalServer(tmp_path / "a")
    with MongoClient(first.start()) as client:
        client.test.things.insert_one({"_id": 1})
    first.stop()
    shutil.move(tmp_path / "a", tmp_path / "b")
    second = LocalServer(tmp_path / "b")
    try:
        with MongoClient(second.start()) as client:
            assert client.test.things.count_documents({}) == 1
    finally:
        second.stop()


def test_it_comes_back_after_a_kill(server: LocalServer) -> None:
    with MongoClient(server.start()) as client:
        client.test.things.insert_one({"_id": 1})
    kill_database(server)
    with MongoClient(server.start()) as client:
        assert client.test.things.count_documents({}) == 1


def test_it_waits_for_the_end_of_a_server_that_still_holds_its_files(server: LocalServer) -> None:
    server.start()
    server.stop()
    log = server.folder / "mongod.log"
    with (server.folder / "data" / "mongod.lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        starting = threading.Thread(target=server.start)
        starting.start()
        while "DBPathInUse" not in log.read_text():
            assert starting.is_alive()
    starting.join()
    assert server.pid() is not None


def test_the_last_user_stops_it(tmp_path: Path) -> None:
    first, second = LocalServer(tmp_path), LocalServer(tmp_path)
    first.acquire()
    second.acquire()
    first.release()
    assert second.pid() is not None
    second.release()
    assert second.pid() is None


def test_it_is_kept_where_asked(server: LocalServer) -> None:
    server.start(keep=True)
    user = LocalServer(server.folder.parent)
    user.acquire()
    user.release()
    assert server.pid() is not None


def test_a_foreign_process_with_the_same_number_is_never_stopped(server: LocalServer) -> None:
    server.start()
    server.stop()
    (server.folder / "mongod.pid").write_text(str(os.getpid()))
    assert server.pid() is None
    assert server.stop() is False


def test_a_long_path_puts_the_socket_into_a_private_folder(tmp_path: Path) -> None:
    server = LocalServer(tmp_path / ("long" * 30))
    try:
        server.start()
        assert len(os.fsencode(server.socket)) <= 100
        assert server.socket.parent.stat().st_mode & 0o077 == 0
    finally:
        server.stop()
        shutil.rmtree(server.socket.parent, ignore_errors=True)


def test_a_program_that_is_no_mongod_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_MONGOD", str(tmp_path / "none"))
    with pytest.raises(LocalServerError, match="NEWSCRAWL_MONGOD"):
        LocalServer(tmp_path).start()


def test_a_folder_that_cannot_be_made_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalServerError, match="NEWSCRAWL_DATA"):
        LocalServer(tmp_path / "file").start()


async def test_a_connection_knows_what_kind_of_server_it_has(tmp_path: Path) -> None:
    connection = await connect(None, folder=tmp_path)
    assert connection.topology == "replica set"
    assert connection.database.write_concern.document == {"w": "majority", "j": True}
    await connection.close()


async def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseDown) as caught:
        await connect("mongodb://reader:secret@127.0.0.1:1/?serverSelectionTimeoutMS=200", folder=tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("limit", "gigabytes"), [("1073741824\n", 0.25), ("8589934592\n", 0.5)])
def test_the_cache_is_a_part_of_the_memory_that_a_container_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, gigabytes: float
) -> None:
    monkeypatch.setattr(mongod, "LIMIT", tmp_path / "memory.max")
    mongod.LIMIT.write_text(limit)
    assert mongod.cache_gigabytes() == gigabytes


def test_the_cache_is_never_more_than_a_gigabyte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod, "LIMIT", tmp_path / "memory.max")
    mongod.LIMIT.write_text("max\n")
    assert 0.25 <= mongod.cache_gigabytes() <= 1
