"""What a worker tells Prometheus of itself."""

from __future__ import annotations

from pathlib import Path

from newscrawl.fleet.agent import Agent
from newscrawl.fleet.metrics import tally_of
from newscrawl.metrics import families
from newscrawl.store.connect import Connection


async def test_a_worker_tells_its_jobs(connection: Connection, tmp_path: Path) -> None:
    agent = Agent(connection, tmp_path, lambda _line: None, most=3)
    agent.worker = agent.worker.model_copy(update={"done": 5})
    assert tally_of(agent).numbers == {
        families.WORKER_RUNNING.name: {(): 0},
        families.WORKER_LIMIT.name: {(): 3},
        families.WORKER_DONE.name: {(): 5},
    }
