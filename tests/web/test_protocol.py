"""What a connection may send: heads of a length, in a time."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from newscrawl.web import protocol
from tests.web.conftest import Served

GET = b"GET /api/v1/schema HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def connected(served: Served) -> Iterator[socket.socket]:
    address = urlsplit(served.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received


def test_a_head_without_end_is_cut_off(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(GET)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(1000):
                connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
        assert b"HTTP/1.1 200" not in until_closed(connection)


def test_a_head_that_comes_slowly_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SLOWEST_HEAD", 0.2)
    with connected(served) as connection:
        assert until_closed(connection) == b""
    with connected(served) as connection:
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(GET)
        assert b"HTTP/1.1" not in until_closed(connection).partition(b"}}")[2]


def test_requests_one_after_the_other_have_their_bounds_each(served: Served) -> None:
    long = b"X-Long: " + b"x" * 40_000 + b"\r\n"
    with connected(served) as connection:
        for _ in range(3):
            connection.sendall(GET.replace(b"GET", b"HEAD") + long + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_what_is_no_http_is_refused(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert until_closed(connection).startswith(b"HTTP/1.1 400")
