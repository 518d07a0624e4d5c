"""Past runs of a site as its health is judged by them. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FIELDS = (
    "site",
    "command",
    "options",
    "started_at",
    "ended_at",
    "reason",
    "outcome",
    "counts",
    "coverage",
    "errors",
    "statuses",
    "times",
)
"""Fields of `Run` that are read here: what a query has to bring along."""

ENDED_BY_OPERATOR = frozenset({"shutdown", "interrupted", "locked"})
"""Reasons of runs that came to no end of their own: they say nothing of the site."""

_PARTIAL_OPTIONS = ("limit", "from", "dry_run", "revisit", "addresses")
_PARTIAL_WORDS = ("--limit", "--from", "--dry-run", "--revisit")
"""The same, for runs of versions that kept no options."""
_NO_CRAWLS = ("ingest", "replay")


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run that has ended, or crashed."""

    id: str
    started_at: datetime
    outcome: str
    """`ok`, `degraded` or `failed`."""
    reason: str
    counts: Mapping[str, int] = field(default_factory=dict)
    coverage: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    """HTTP class such as `5xx` to number of answers."""
    seconds: float | None = None
    """Median time of one answer; None: not known."""

    @property
    def stored(self) -> int:
        """Articles that `coverage` is about."""
        return sum(self.counts.get(name, 0) for name in ("new", "changed", "unchanged", "spooled"))

    @property
    def new(self) -> int:
        """New articles, those on disk for a database that is away among them."""
        return self.counts.get("new", 0) + self.counts.get("spooled", 0)

    @property
    def failed_pages(self) -> int:
        """Articles that could not be fetched, read or stored."""
        return max(0, self.counts.get("failed", 0) - self.counts.get("failed_listings", 0))


def past_runs(documents: Iterable[Mapping[str, Any]]) -> list[PastRun]:
    """The runs that can be compared with each other, the oldest first.

    Left out are runs that go on, that an operator has ended, that were to see a part only (with `--limit`, `--revisit`
    or `--dry-run`, and backfills), and what is no crawl.
    """
    found = [_past_run(document) for document in documents if is_comparable(document)]
    return sorted(found, key=lambda run: run.started_at)


def is_comparable(run: Mapping[str, Any]) -> bool:
    """Whether a run has looked for everything new, and has come to an end of its own."""
    if run.get("outcome") is None or run.get("reason") in (None, *ENDED_BY_OPERATOR):
        return False
    options = run.get("options") or {}
    if any(options.get(name) for name in _PARTIAL_OPTIONS):
        return False
    words = _words(run.get("command") or "")
    if any(word in _NO_CRAWLS for word in words[1:2]):
        return False
    return not any(word.partition("=")[0] in _PARTIAL_WORDS for word in words)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quote that is never closed
        return command.split()


def _past_run(document: Mapping[str, Any]) -> PastRun:
    counts = document.get("counts") or {}
    statuses = document.get("statuses") or {
        f"{digit}xx": counts[f"http_{digit}xx"] for digit in "2345" if f"http_{digit}xx" in counts
    }
    return PastRun(
        id=document["_id"],
        started_at=document["started_at"],
        outcome=document["outcome"],
        reason=document["reason"],
        counts=counts,
        coverage=document.get("coverage") or {},
        errors=document.get("errors") or {},
        statuses=statuses,
        seconds=(document.get("times") or {}).get("download_p50"),
    )
