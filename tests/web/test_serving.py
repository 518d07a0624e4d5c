"""The socket that is listened at: what is told where it cannot be had."""

from __future__ import annotations

import socket

import pytest

from newscrawl.web.serving import CannotListen, listen, shown_address


def test_no_small_answer_waits_for_the_one_before_it() -> None:
    with listen("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP  # by which asyncio knows that it may set TCP_NODELAY


def test_an_address_that_cannot_be_had_is_told_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"port {port} of 127.0.0.1 is in use.*--port"):
            listen("127.0.0.1", port)
    with pytest.raises(CannotListen, match=r"192.0.2.1 is no address of this machine.*--host"):
        listen("192.0.2.1", 0)
    with pytest.raises(CannotListen, match=r"no\.invalid is no address of this machine.*--host"):
        listen("no.invalid", 0)
    with pytest.raises(CannotListen, match="is no host name"):
        listen("a" * 70, 0)


def test_what_listens_everywhere_is_opened_as_this_machine() -> None:
    with listen("0.0.0.0", 0) as sock:
        assert shown_address(sock) == f"http://localhost:{sock.getsockname()[1]}/"
