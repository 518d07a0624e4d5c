"""`newscrawl serve` and `newscrawl keys`: how they begin, what they refuse, and how they end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from tests.conftest import Newscrawl


@pytest.fixture
def running(newscrawl_of_module: Newscrawl) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = newscrawl_of_module.start("serve", "--port", "0")
    assert process.stdout is not None
    told = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", told)
    assert found, process.communicate()
    yield process, found[0]
    process.kill()
    process.communicate()


def test_it_serves_on_this_machine_and_ends_its_streams_with_the_signal(
    running: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = running
    with urllib.request.urlopen(f"{address}api/v1/articles") as answer:
        assert json.load(answer)["articles"] == []
    with urllib.request.urlopen(f"{address}api/v1/events") as stream:
        assert stream.readline().startswith(b"id: ")
        process.send_signal(signal.SIGTERM)
        assert b"article" not in stream.read()
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (143, "")


def test_beyond_this_machine_it_is_refused_without_a_key(newscrawl_of_module: Newscrawl) -> None:
    code, _, errors = newscrawl_of_module.run("serve", "--host", "0.0.0.0", "--port", "0")
    assert code == 2
    assert "newscrawl keys add" in errors


def test_an_address_that_cannot_be_had_is_told(newscrawl_of_module: Newscrawl) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, errors = newscrawl_of_module.run("serve", "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "is in use by another program; name another port by --port" in errors


def test_keys_are_made_listed_and_revoked(newscrawl: Newscrawl) -> None:
    made = newscrawl.json("keys", "add", "newsroom", "--expires", "30d")
    assert re.fullmatch(r"nck_newsroom\.[\w-]{43}", made["key"])
    assert newscrawl("keys", "add", "desk", "--scope", "operate").startswith("nck_desk.")
    newscrawl("keys", "add", "desk", code=2)
    newscrawl("keys", "add", "Desk!", code=2)
    newscrawl("keys", "add", "other", "--scope", "write", code=2)
    newscrawl("keys", "add", "other", "--expires", "soon", code=2)
    assert made["key"] not in newscrawl("keys", "list")
    newscrawl("keys", "revoke", "desk")
    newscrawl("keys", "revoke", "nobody", code=4)
    states = {key["name"]: (key["scopes"], key["state"]) for key in newscrawl.json("keys", "list")}
    assert states == {"newsroom": (["read"], "holds"), "desk": (["operate"], "revoked")}
