"""What a worker tells Prometheus of itself; its crawls tell the rest, through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newscrawl.metrics import families
from newscrawl.metrics.tally import Tally

if TYPE_CHECKING:
    from newscrawl.fleet.agent import Agent


def tally_of(agent: Agent) -> Tally:
    """All of it, now."""
    told = Tally()
    told.add(families.WORKER_RUNNING, agent.running)
    told.add(families.WORKER_LIMIT, agent.worker.most)
    told.add(families.WORKER_DONE, agent.worker.done)
    return told
