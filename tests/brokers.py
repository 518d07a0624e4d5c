"""Real message brokers at free ports of this machine: Redis and RabbitMQ, where they are installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.database_servers import free_port

PATIENCE = 90.0  # seconds: RabbitMQ on a busy machine
SERVERS = {"redis": "redis-server", "rabbitmq": "rabbitmq-server"}


def missing(kind: str) -> str | None:
    """Why there is no broker of this kind; None: there is."""
    program = SERVERS[kind]
    return None if shutil.which(program) else f"{program} is not installed"


class Broker:
    """One broker. `kind`: `redis`, which keeps its messages in a file, or `rabbitmq`."""

    def __init__(self, kind: str, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.kind, self.folder, self.port = kind, folder, free_port()
        self.uri = f"redis://127.0.0.1:{self.port}/0" if kind == "redis" else f"amqp://127.0.0.1:{self.port}//"
        self._names = free_port()  # of epmd, the name server of Erlang, which outlives its nodes
        self._distribution = free_port()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        if self.kind == "redis":
            command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
            command += ["--appendonly", "yes", "--save", ""]
            environment = dict(os.environ)
        else:
            (self.folder / "enabled_plugins").write_text("[].\n")
            (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
            command = [self._real_server()]
            environment = os.environ | {
                "HOME": str(self.folder),
                "RABBITMQ_NODENAME": f"t{self.port}@localhost",
                "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
                "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
                "RABBITMQ_LOG_BASE": str(self.folder / "log"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
                "RABBITMQ_DIST_PORT": str(self._distribution),
                "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
                "ERL_EPMD_PORT": str(self._names),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
            }
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            assert time.monotonic() < deadline, f"{self.kind} does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of the server and whatever it has started, but for the name server."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Kill it, and its name server."""
        self.kill()
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if f"ERL_EPMD_PORT={self._names}".encode() in path.read_bytes().split(b"\0"):
                    os.kill(int(path.parent.name), signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(2)
                connection.sendall(b"PING\r\n" if self.kind == "redis" else b"AMQP\x00\x00\x09\x01")
                answer = connection.recv(64)
        except OSError:
            return False
        return answer.startswith(b"+PONG") if self.kind == "redis" else bool(answer)

    @staticmethod
    def _real_server() -> str:
        """The script of RabbitMQ itself: Debian's wrapper for it changes the user."""
        beside = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        return str(beside) if beside.exists() else "rabbitmq-server"
