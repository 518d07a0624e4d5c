"""The record of an ingest in `runs`, beside those of crawls."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from importlib.metadata import version

from newscrawl.crawl.circumstances import command_line, versions, who
from newscrawl.crawl.coverage import COVERED
from newscrawl.ingest.conduct import Tally
from newscrawl.records import Run


def begun(name: str) -> Run:
    """The record at its beginning. `name` stands in the place of a site."""
    return Run(
        site=name,
        command=command_line(),
        started_at=datetime.now(UTC),
        started_by=who(),
        version=version("newscrawl"),
        versions=versions(),
        pid=os.getpid(),
        host=socket.gethostname(),
    )


def so_far(run: Run, tally: Tally) -> Run:
    """The record as it stands."""
    counts = tally.counts
    stored = sum(counts[name] for name in ("new", "changed", "unchanged", "older"))
    return run.model_copy(
        update={
            "counts": dict(counts),
            "errors": dict(tally.reasons),
            "coverage": {name: round(tally.fields[name] / stored, 4) for name in COVERED} if stored else {},
        }
    )


def ended(run: Run, tally: Tally, reason: str, *, is_ok: bool) -> Run:
    """The record at its end."""
    outcome = "ok" if is_ok and reason == "finished" else "failed"
    update = {"ended_at": datetime.now(UTC), "reason": reason, "outcome": outcome}
    return so_far(run, tally).model_copy(update=update)
