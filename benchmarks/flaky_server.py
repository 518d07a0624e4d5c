"""A replica that fails a share of all requests, robots.txt among them, in ten ways: over real HTTP on this machine.

Which request fails, and how, follows from a seed and the number of the request. None of the faults says that a page is
gone (404, 410): every article can be had by one who asks again.
"""

from __future__ import annotations

import gzip
import random
import select
import socket
import struct
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from newscrawl.replica import Replica, Server
from newscrawl.replica.server import Answer, Site

STALL = 8.0  # seconds without a byte
SURPLUS = 5000  # bytes that a wrong Content-Length promises
RESET = struct.pack("ii", 1, 0)  # linger for no time: close() sends RST instead of FIN (socket(7))

FAULTS = (
    "500",
    "503 with Retry-After",
    "429 with Retry-After",
    "reset before the answer",
    "reset in mid-body",
    "closed without a byte",
    "Content-Length too long",
    "stall",
    "truncated gzip",
    "no HTTP",
)


def fault_of(seed: int, number: int, share: float) -> str | None:
    """How the request of this number fails; None where it does not. `share`: of all requests, from 0 to 1."""
    dice = random.Random(f"{seed}/{number}")
    return dice.choice(FAULTS) if dice.random() < share else None


class Flaky(Server):
    """A running server. `share` of its requests fail; `faults` counts them by kind."""

    def __init__(self, base_url: str, replica: Replica, seed: int, share: float) -> None:
        super().__init__(base_url, replica)
        self.seed, self.share = seed, share
        self.faults: Counter[str] = Counter()
        self.asked = 0
        """Number of requests so far."""
        self.answers: defaultdict[str, list[str]] = defaultdict(list)
        """Path to what came of each request for it, in their order."""
        self._numbers = count()

    def next_fault(self, path: str) -> str | None:
        """How the request that has just come for a path is to fail."""
        number = next(self._numbers)  # atomic, unlike an addition
        self.asked = number + 1
        fault = fault_of(self.seed, number, self.share)
        if fault is not None:
            self.faults[fault] += 1
        self.answers[path].append(fault or "well")
        return fault


class Handler(BaseHTTPRequestHandler):
    """One connection. Its class is made anew for each server, with these two."""

    site: Site
    flaky: Flaky
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer or fail."""
        self.flaky.requests.append(self.path)
        answer = self.site.answer(self.headers.get("Host", ""), self.path)
        fault = self.flaky.next_fault(self.path)
        if fault is None:
            self._send(answer)
        else:
            self.close_connection = True
            self._fail(fault, answer)

    def _head(self, status: int, length: int, kind: str, **headers: str | None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _send(self, answer: Answer) -> None:
        self._head(answer.status, len(answer.body), answer.kind, Location=answer.location)
        self.wfile.write(answer.body)

    def _fail(self, fault: str, answer: Answer) -> None:
        body, kind = answer.body, answer.kind
        if fault[:3].isdigit():
            retry_after = "1" if "Retry-After" in fault else None
            self._head(int(fault[:3]), 4, "text/html", Retry_After=retry_after, Connection="close")
            self.wfile.write(b"busy")
        elif fault == "reset before the answer":
            self._reset()
        elif fault == "reset in mid-body":
            self._head(answer.status, len(body), kind, Location=answer.location)
            self.wfile.write(body[: len(body) // 2])
            self._reset()
        elif fault == "Content-Length too long":
            self._head(answer.status, len(body) + SURPLUS, kind, Location=answer.location)
            self.wfile.write(body[: len(body) * 2 // 3])
        elif fault == "stall":
            if answer.status == 200 and len(body) % 2:
                self._head(answer.status, len(body), kind)
                self.wfile.write(body[: len(body) // 2])
            self._stall()
        elif fault == "truncated gzip":
            packed = gzip.compress(body or b"nothing", mtime=0)
            packed = packed[: len(packed) * 2 // 3]
            self._head(answer.status, len(packed), kind, Location=answer.location, Content_Encoding="gzip")
            self.wfile.write(packed)
        elif fault == "no HTTP":
            self.wfile.write(b"\x16\x03\x01 SSH-2.0-banner\r\n\r\n" + bytes(range(256)))

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def _stall(self) -> None:
        """Say nothing until the other side has had enough."""
        select.select([self.connection], [], [], STALL)

    def log_message(self, *_arguments: object) -> None:
        """The caller reads `requests` and `faults` instead of a log."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; where it is to be reset, without saying goodbye first."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(RESET)) == RESET:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, *_arguments: object) -> None:
        """A crawler that has had enough closes its side: no news."""


@contextmanager
def serve_flaky(replica: Replica, seed: int, share: float) -> Iterator[Flaky]:
    """Serve the replica on 127.0.0.1, badly, while the context lasts. `share` may be changed meanwhile."""
    http = _Http(("127.0.0.1", 0), Handler)
    flaky = Flaky(f"http://127.0.0.1:{http.server_port}", replica, seed, share)
    http.RequestHandlerClass = type("Own", (Handler,), {"site": Site(replica, flaky.base_url), "flaky": flaky})
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield flaky
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Do something again and again, in a thread, while the context lasts."""
    end = threading.Event()

    def repeat() -> None:
        while not end.wait(seconds):
            do()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
