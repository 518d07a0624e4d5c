"""The process that serves: its socket, its signals, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from newscrawl.web.protocol import BoundedProtocol

GRACE = 5  # seconds in which answers that are being given may come to their end
BACKLOG = 2048


class CannotListen(OSError):
    """The address cannot be listened at. The message says why, and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # With the protocol named asyncio knows it for TCP, and lets no small answer wait for the one before it (Nagle).
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(BACKLOG)
        except BaseException:
            sock.close()
            raise
        sock.setblocking(False)
        return sock
    except socket.gaierror as error:
        raise CannotListen(f"{host} is no address of this machine ({error.strerror}); name another by --host") from None
    except UnicodeError:
        raise CannotListen(f"{host!r} is no host name; name another by --host") from None
    except OSError as error:
        told = {
            errno.EADDRINUSE: f"port {port} of {host} is in use by another program; name another port by --port",
            errno.EACCES: f"port {port} may be listened at by the system alone; name another port by --port",
            errno.EADDRNOTAVAIL: f"{host} is no address of this machine; name another by --host",
        }
        said = told.get(error.errno or 0, f"{host}:{port} cannot be listened at: {error.strerror}; name another")
        raise CannotListen(said) from None


def shown_address(sock: socket.socket) -> str:
    """What a browser on this machine opens."""
    host, port = sock.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class Serving(uvicorn.Server):
    """uvicorn that keeps the signals it gets, and lets streams end when it is to end."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # anybody may send them
                timeout_keep_alive=20,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.app = app
        self.received: list[int] = []

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first SIGINT or SIGTERM ends it with grace, the second one at once; neither is raised again."""
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            self.force_exit = bool(self.received)
            self.received.append(number)
            self.should_exit = True

        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop, number)
        except (RuntimeError, ValueError):  # a thread beside the main one, as in tests: its owner ends it
            yield
            return
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: streams first, which have no end of their own."""
        self.app.state.reader.stopping.set()
        await super().shutdown(sockets)


def log_by(say: Callable[[str], None], *, is_debugged: bool = False) -> None:
    """Let what the server has to say be said, one line each; what uvicorn tells of its start is left out.

    `is_debugged`: with the traceback of errors that nobody foresaw.
    """

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(self.format(record) if is_debugged else record.getMessage())

    for name in ("newscrawl.web", "uvicorn", "sse_starlette"):
        logger = logging.getLogger(name)
        logger.handlers = [Handler()]
        logger.propagate = False
        logger.setLevel(logging.DEBUG if is_debugged and name == "newscrawl.web" else logging.WARNING)
