"""The embedded database: a real `mongod` that newscrawl runs where no server is named.

One server a data folder, shared by all newscrawl processes of its owner, reachable only through a socket in a private
folder: no TCP port, so no password and no port to choose. It is stopped when the last process that uses it ends,
unless `newscrawl db start` asked to keep it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias
from urllib.parse import quote

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from newscrawl.store.mongod import ENGINE, LocalServerError, cache_gigabytes, checked, find_mongod, why_it_failed

Client: TypeAlias = "AsyncMongoClient[dict[str, Any]]"

REPLICA_SET = "newscrawl"
LONGEST_SOCKET = 100  # bytes; the kernel's sun_path holds 108 with its end (unix(7))
START_SECONDS = 60.0
STOP_SECONDS = 60.0
ENDING_SECONDS = 0.5  # until processes that were killed use a server no more
OPEN_FILES = 64000  # what MongoDB's production notes ask for

_acquired: set[LocalServer] = set()
"""The servers that this process uses."""


def server_processes() -> set[int]:
    """Process numbers of the servers that this process uses."""
    return {pid for server in list(_acquired) if (pid := server.process) is not None}


def abandon_servers() -> None:
    """Abandon every server that this process uses. Other users that are ending have a moment for it."""
    for server in list(_acquired):
        server.abandon()


class LocalServer:
    """The embedded server of one data folder. `folder` is newscrawl's data folder, made where absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute() / "mongodb"
        self._use: IO[str] | None = None
        self._launched: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where the server listens; under the system's temporary folder where the path would be too long."""
        near = self.folder / "mongod.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET:
            return near
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"newscrawl-{os.getuid()}-{name}" / "mongod.sock"

    @property
    def uri(self) -> str:
        """Address for any MongoDB driver or mongosh. Writes are acknowledged only when they survive a crash."""
        return f"mongodb://{quote(str(self.socket), safe='')}/?directConnection=true&w=majority&journal=true"

    def start(self, binary: Path | None = None, *, keep: bool = False) -> str:
        """Start the server unless it runs, and give its address. `keep`: it outlives its last user.

        Any number of processes may call this at once. Raises LocalServerError with a remedy.
        """
        self._make_folders()
        with self._lock():
            if keep:
                (self.folder / "keep").touch()
            self._await_end_of_abandoned()
            if self.pid() is None:
                self._launch(checked(binary) if binary else find_mongod())
            self._become_primary()
        return self.uri

    def acquire(self, binary: Path | None = None) -> str:
        """Start the server if need be and count this process among its users until `release`."""
        self._make_folders()
        use = (self.folder / "users").open("a")
        fcntl.flock(use, fcntl.LOCK_SH)
        self._use = use
        _acquired.add(self)
        try:
            return self.start(binary)
        except LocalServerError:
            self.release()
            raise

    def release(self) -> None:
        """This process uses the server no more; the last one to say so stops it, unless it is to be kept."""
        if self._use is None:
            return
        use, self._use = self._use, None
        _acquired.discard(self)
        with use, self._lock():
            try:
                # Another holder, also one that was killed and is gone, decides by the lock itself.
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if not (self.folder / "keep").exists():
                self._stop()

    @property
    def process(self) -> int | None:
        """Process number of the server, also of one that has just been started; None where there is none."""
        return self.pid() or (self._launched.pid if self._launched is not None else None)

    def abandon(self) -> None:
        """End the use of a process that ends at once: the last user tells the server to end, and does not wait."""
        pid = self.process
        if self._use is None or pid is None or (self.folder / "keep").exists():
            return
        deadline = time.monotonic() + ENDING_SECONDS
        while True:
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # others use it: those that were killed just now do not for long
                if time.monotonic() > deadline:
                    return
                time.sleep(0.01)
            else:
                break
        with contextlib.suppress(OSError):
            (self.folder / "ending").write_text(str(pid))  # who comes next waits for its end, and starts it anew
            os.kill(pid, signal.SIGTERM)

    def pid(self) -> int | None:
        """Process number of the running server, checked to be ours; None where it does not run."""
        try:
            pid = int((self.folder / "mongod.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.folder / "data") in command else None

    def stop(self) -> bool:
        """Stop the server and wait for its end. False where it did not run. Raises LocalServerError."""
        if not self.folder.exists():
            return False
        with self._lock():
            (self.folder / "keep").unlink(missing_ok=True)
            return self._stop()

    def _stop(self) -> bool:
        pid = self.pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        self._await_end(pid)
        return True

    def _await_end(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while self.pid() == pid:
            if time.monotonic() > deadline:
                raise LocalServerError(f"mongod (process {pid}) has not ended within {STOP_SECONDS:.0f} s")
            time.sleep(0.02)

    def _await_end_of_abandoned(self) -> None:
        ending = self.folder / "ending"
        with contextlib.suppress(FileNotFoundError, ValueError):
            self._await_end(int(ending.read_text()))
        ending.unlink(missing_ok=True)

    def _make_folders(self) -> None:
        try:
            for folder in (self.folder, self.folder / "data", self.socket.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise LocalServerError(
                f"{self.folder} cannot be made or written ({error.strerror}); name another folder in NEWSCRAWL_DATA"
            ) from None
        owner = self.socket.parent.stat()
        if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
            raise LocalServerError(f"{self.socket.parent} is open to other users; remove it and try again")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            file = (self.folder / "lock").open("a")
        except OSError as error:
            raise LocalServerError(
                f"{self.folder} cannot be written ({error.strerror}); name another folder in NEWSCRAWL_DATA"
            ) from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _launch(self, binary: Path) -> None:
        self.socket.unlink(missing_ok=True)
        command = [
            *(str(binary), "--dbpath", str(self.folder / "data"), "--bind_ip", str(self.socket)),
            # Beside the socket of bind_ip mongod opens one named after its port: not in the shared /tmp.
            *("--unixSocketPrefix", str(self.socket.parent), "--filePermissions", "0600"),
            *("--replSet", REPLICA_SET, "--oplogSize", "512"),
            # One that is to end before it has become primary would wait for others to take notice: there are none.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"),
            *("--wiredTigerCacheSizeGB", f"{cache_gigabytes():.2f}", "--wiredTigerEngineConfigString", ENGINE),
            # CVE-2025-14847 is in the decompression of messages.
            *("--networkMessageCompressors", "disabled"),
            *("--logpath", str(self.folder / "mongod.log"), "--logRotate", "reopen", "--logappend"),
            *("--pidfilepath", str(self.folder / "mongod.pid")),
        ]
        deadline = time.monotonic() + START_SECONDS
        while (problem := self._attempt(command, deadline)) is not None:
            code, text = problem
            # A server that was killed a moment ago holds its files until the last of its threads has ended.
            if "DBPathInUse" not in text or time.monotonic() > deadline:
                raise LocalServerError(why_it_failed(binary, text, code))
            time.sleep(0.1)

    def _attempt(self, command: list[str], deadline: float) -> tuple[int, str] | None:
        """Start it once and wait until it answers; its exit code and output where it does not."""
        log = self.folder / "mongod.log"
        before = log.stat().st_size if log.exists() else 0
        with (self.folder / "start.log").open("w+b") as output:
            process = subprocess.Popen(
                # The shell raises the limit of open files and becomes mongod: the pid stays the same.
                ["/bin/sh", "-c", 'ulimit -n "$0"; exec "$@"', str(_open_files()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                close_fds=True,
            )
            self._launched = process
            while not self._answers():
                code = process.poll()
                if code is not None or time.monotonic() > deadline:
                    output.seek(0)
                    return code or 0, output.read().decode(errors="replace") + _tail(log, before)
                time.sleep(0.02)
        return None

    def _answers(self) -> bool:
        async def ping(client: Client) -> None:
            await client.admin.command("ping")

        if not self.socket.exists():
            return False
        try:
            self._ask(1000, ping)
        except PyMongoError:
            return False
        return True

    def _ask(self, patience: int, question: Callable[[Client], Coroutine[None, None, None]]) -> None:
        """Ask the server; `patience`: milliseconds. The asynchronous client has no threads whose end takes time."""

        async def ask() -> None:
            address = f"mongodb://{quote(str(self.socket), safe='')}/?directConnection=true"
            client: Client = AsyncMongoClient(address, serverSelectionTimeoutMS=patience)
            async with client:
                await question(client)

        asyncio.run(ask())

    def _become_primary(self) -> None:
        """Make the server a replica set of one, and follow the folder where it has moved."""
        member = {"_id": 0, "host": str(self.socket)}
        deadline = time.monotonic() + START_SECONDS

        async def become(client: Client) -> None:
            while not (await client.admin.command("hello")).get("isWritablePrimary"):
                try:
                    config = (await client.admin.command("replSetGetConfig"))["config"]
                    if config["members"][0]["host"] != member["host"]:
                        config["members"] = [member]
                        config["version"] += 1
                        await client.admin.command("replSetReconfig", config, force=True)
                except OperationFailure as error:
                    if error.code != 94:  # NotYetInitialized
                        raise
                    await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
                if time.monotonic() > deadline:
                    raise LocalServerError(f"mongod does not become primary; see {self.folder / 'mongod.log'}")
                await asyncio.sleep(0.02)

        self._ask(10_000, become)


def _open_files() -> int:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)


def _tail(log: Path, start: int) -> str:
    """The end of what was logged after the first `start` bytes."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace")[-8000:]
    except OSError:
        return ""
