"""How a process tells its metrics: over real HTTP, in files, to the process that started it."""

from __future__ import annotations

import asyncio
import builtins
import os
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from newscrawl.metrics import children, exposure, families
from newscrawl.metrics.exposure import exposed
from newscrawl.metrics.tally import Tally


def source() -> Tally:
    tally = Tally()
    tally.add(families.REQUESTS, 4, "unn")
    return tally


async def asked(address: str | None) -> str:
    assert address is not None
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        return await answer.text()


async def test_the_endpoint_tells_metrics_the_process_and_versions() -> None:
    said: list[str] = []
    async with exposed("0", said.append, source) as found:
        text = await asked(found.address)
    assert 'newscrawl_requests_total{site="unn"} 4.0' in text
    assert "process_resident_memory_bytes" in text
    assert 'newscrawl_build_info{lxml="' in text
    assert said == [f"metrics are at {found.address}"]


async def test_without_the_setting_there_is_nothing() -> None:
    async with exposed("", pytest.fail, source, has_children=True) as found:
        assert (found.address, found.environment) == (None, {})


async def test_where_the_port_is_taken_the_next_one_is_used_and_told() -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with exposed(str(port), said.append, source) as found:
            assert "newscrawl_requests_total" in await asked(found.address)
    assert said == [f"port {port} is in use by another process; metrics are at {found.address}"]


async def test_where_all_ports_are_taken_the_process_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposure, "FURTHER_PORTS", 0)
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        async with exposed(str(other.getsockname()[1]), said.append, source) as found:
            assert found.address is None
    assert "are in use; name another one in NEWSCRAWL_METRICS" in said[0]


async def test_an_address_of_another_machine_is_said_and_no_more() -> None:
    said: list[str] = []
    async with exposed("192.0.2.1:9464", said.append, source) as found:
        assert found.address is None
    assert said[0].startswith("no metrics are told: 192.0.2.1:9464 cannot be listened at")


async def test_a_textfile_is_written_at_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "textfile" / "newscrawl.prom"
    async with exposed(str(path), pytest.fail, source):
        pass
    text = path.read_text()
    assert 'newscrawl_requests_total{site="unn"} 4.0' in text
    assert "process_" not in text  # node_exporter has its own under these names
    assert [other.name for other in path.parent.iterdir()] == ["newscrawl.prom"]


async def test_a_textfile_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    async with exposed(str(tmp_path / "file" / "newscrawl.prom"), said.append, source):
        pass
    assert len(said) == 1
    assert "the metrics cannot be written" in said[0]


async def test_a_process_tells_those_of_the_processes_that_it_starts() -> None:
    async with exposed("0", lambda _: None, has_children=True) as parent:
        async with exposed(parent.environment["NEWSCRAWL_METRICS"], pytest.fail, source):
            pass
        folder = parent.environment["NEWSCRAWL_METRICS"]
        assert len(os.listdir(folder)) == 1
        assert 'newscrawl_requests_total{site="unn"} 4.0' in await asked(parent.address)
    assert await asyncio.to_thread(os.path.exists, folder) is False


async def test_the_form_for_a_parent_wants_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_library(monkeypatch)
    async with exposed(f"{tmp_path}/", pytest.fail, source):
        pass
    [name] = os.listdir(tmp_path)
    assert children.read(tmp_path / name).numbers[families.REQUESTS.name] == {("unn",): 4}


async def test_a_library_that_is_missing_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    without_library(monkeypatch)
    said: list[str] = []
    async with exposed("0", said.append, source) as found:
        assert found.address is None
    assert said == [
        "no metrics are told: prometheus-client is not installed; `pip install 'newscrawl[metrics]'` brings it"
    ]


def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith("prometheus_client"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
