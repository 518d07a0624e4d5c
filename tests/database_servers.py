"""Real database servers of other kinds than the embedded one: a replica set of three, one that asks for a password."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from newscrawl.store.mongod import find_mongod

PATIENCE = 60.0  # seconds
MEMORY = Path("/dev/shm")


def free_port() -> int:
    """A TCP port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mongod:
    """One mongod at a port of this machine."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True)
        self._log = folder / "mongod.log"
        self.host = f"127.0.0.1:{free_port()}"
        self._command = [
            *(str(find_mongod()), "--dbpath", str(folder), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--port", self.host.partition(":")[2], "--oplogSize", "64", "--wiredTigerCacheSizeGB", "0.25"),
            *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=16MB)"),
            *("--logpath", str(self._log), *options),
        ]
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(PyMongoError), self.client() as client:
                client.admin.command("hello")
                return
            assert self._process.poll() is None, f"mongod has ended:\n{self._log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, "mongod does not answer"

    def client(self, **options: Any) -> MongoClient[dict[str, Any]]:
        """A connection to this server alone."""
        return MongoClient(f"mongodb://{self.host}/", directConnection=True, serverSelectionTimeoutMS=200, **options)

    def kill(self) -> None:
        """kill -9."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


class ReplicaSet:
    """Three servers, one of them the primary. `election`: milliseconds without it until another one is chosen."""

    def __init__(self, folder: Path, election: int = 1000) -> None:
        self.members = [Mongod(folder / str(number), "--replSet", "test") for number in range(3)]
        members = [{"_id": number, "host": server.host} for number, server in enumerate(self.members)]
        # The next primary is elected within two seconds, not ten as by default.
        settings = {"electionTimeoutMillis": election, "heartbeatIntervalMillis": 200}
        with self.members[0].client() as client:
            client.admin.command("replSetInitiate", {"_id": "test", "members": members, "settings": settings})
        self.uri = f"mongodb://{','.join(server.host for server in self.members)}/?replicaSet=test"
        with MongoClient(self.uri) as client:
            client.admin.command("ping")

    def primary(self) -> Mongod:
        """The present primary."""
        with MongoClient(self.uri) as client:
            client.admin.command("ping")
            host, port = client.primary or ("", 0)
        return next(server for server in self.members if server.host == f"{host}:{port}")

    def step_down(self) -> None:
        """Let the primary give its place to another."""
        with self.primary().client() as client:
            client.admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5)

    def stop(self) -> None:
        """Stop all."""
        for server in self.members:
            server.kill()


@contextlib.contextmanager
def with_passwords(folder: Path) -> Iterator[Mongod]:
    """A server with the users `writer` and `reader` of the database `newscrawl`; their passwords are their names."""
    server = Mongod(folder, "--auth")
    try:
        with server.client() as client:  # the first user may be made without a password
            client.admin.command("createUser", "root", pwd="root", roles=["root"])
        with server.client(username="root", password="root") as client:
            for name, role in (("writer", "dbOwner"), ("reader", "read")):
                client.admin.command("createUser", name, pwd=name, roles=[{"role": role, "db": "newscrawl"}])
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def alone(*options: str) -> Iterator[tuple[Mongod, str]]:
    """A server without others, and its address: standalone, or with `--replSet NAME` a replica set of one.

    Its files are in memory, where the system has it.
    """
    with tempfile.TemporaryDirectory(prefix="newscrawl-tests-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        server = Mongod(Path(folder) / "server", *options)
        address = f"mongodb://{server.host}/?serverSelectionTimeoutMS=2000"
        try:
            if "--replSet" in options:
                name = options[options.index("--replSet") + 1]
                settings = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200}
                members = [{"_id": 0, "host": server.host}]
                with server.client() as client:
                    client.admin.command("replSetInitiate", {"_id": name, "members": members, "settings": settings})
                address += f"&replicaSet={name}"
            yield server, address
        finally:
            server.kill()
