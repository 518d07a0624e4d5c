"""The flaky server: which request fails, and what a client sees of each way to fail."""

from __future__ import annotations

import http.client
import urllib.request
import zlib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from newscrawl.replica import Replica

SEEN = {
    "500": "status 500",
    "503 with Retry-After": "status 503, again after 1 s",
    "429 with Retry-After": "status 429, again after 1 s",
    "reset before the answer": "ConnectionResetError",
    "reset in mid-body": "ConnectionResetError",
    "closed without a byte": "RemoteDisconnected",
    "Content-Length too long": "IncompleteRead",
    "stall": "TimeoutError",
    "truncated gzip": "gzip that does not end",
    "no HTTP": "BadStatusLine",
}


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module under test, which stands beside the package."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    return import_module("flaky_server")


def asked(url: str) -> str:
    """What a client sees of one request, in a word."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=0.5)
    try:
        connection.request("GET", urlsplit(url).path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    if answer.status != 200:
        again = answer.getheader("Retry-After")
        return f"status {answer.status}" + (f", again after {again} s" if again else "")
    if answer.getheader("Content-Encoding") == "gzip":
        unpacking = zlib.decompressobj(31)
        unpacking.decompress(body)
        return "whole gzip" if unpacking.eof else "gzip that does not end"
    return "whole page"


def test_the_same_seed_fails_the_same_requests_in_the_same_way(flaky: ModuleType) -> None:
    first, again, other = ([flaky.fault_of(seed, number, 0.3) for number in range(200)] for seed in (1, 1, 2))
    assert first == again != other


def test_the_share_of_requests_fails_and_in_every_way_alike(flaky: ModuleType) -> None:
    faults = [fault for number in range(20_000) if (fault := flaky.fault_of(1, number, 0.3))]
    assert len(faults) == pytest.approx(6000, rel=0.05)
    assert {fault: faults.count(fault) for fault in flaky.FAULTS} == pytest.approx(
        dict.fromkeys(flaky.FAULTS, 600), rel=0.15
    )


def test_a_server_that_is_well_fails_nothing(flaky: ModuleType) -> None:
    with flaky.serve_flaky(Replica(9), 1, 0) as server, urllib.request.urlopen(f"{server.base_url}/news") as answer:
        assert answer.status == 200
        assert server.faults.total() == 0


@pytest.mark.parametrize("fault", SEEN)
def test_a_client_sees_the_fault_as_it_is_named(flaky: ModuleType, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flaky, "FAULTS", (fault,))
    with flaky.serve_flaky(Replica(9), 1, 1) as server:
        assert asked(f"{server.base_url}/news") == SEEN[fault]
