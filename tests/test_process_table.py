"""Processes that the database tells of: gone where their own table of processes says so, and nowhere else."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import UTC, datetime

import pytest

from newscrawl.job import Worker
from newscrawl.process_table import is_gone, process_table
from newscrawl.store.workers import is_alive

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def ended() -> int:
    """Number of a process that was here."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_a_process_of_this_table_is_gone_when_it_has_ended(ended: int) -> None:
    assert is_gone(process_table(), "another name", ended)
    assert not is_gone(process_table(), "another name", os.getpid())


def test_the_number_of_a_process_in_another_table_says_nothing_though_its_host_has_the_same_name(ended: int) -> None:
    assert not is_gone("another boot 4026531836", socket.gethostname(), ended)


def test_of_a_record_without_its_table_the_name_of_the_host_is_believed(ended: int) -> None:
    assert is_gone(None, socket.gethostname(), ended)
    assert not is_gone(None, "another name", ended)


def test_a_worker_in_another_table_lives_while_it_gives_signs_of_life(ended: int) -> None:
    fields = {"name": "w", "host": socket.gethostname(), "pid": ended, "version": "1", "most": 1}
    worker = Worker(**fields, table="another boot 1", since=NOW, seen_at=NOW)
    assert is_alive(worker, NOW)
    assert not is_alive(worker.model_copy(update={"table": process_table()}), NOW)
