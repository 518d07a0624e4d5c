"""A run in words for people: how it ended, how long it took, and why links were not stored. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

MORE = ("shown-again", "other-site", "no-article-address", "no-address")
"""Reasons for links that were no further articles: told last."""


def ended_as(run: dict[str, Any]) -> str:
    """`ok`, `degraded`, `failed: shutdown`, `running` or `crashed`. `run`: a document with its `state`."""
    if run.get("state") in ("running", "crashed"):
        return str(run["state"])
    outcome, reason = run.get("outcome"), run.get("reason")
    return str(outcome) if reason == "finished" else f"{outcome}: {reason}"


def length_of(run: dict[str, Any], now: datetime) -> str:
    """How long it took, or goes on already."""
    begun, crashed = run["started_at"], run.get("state") == "crashed"
    until = run.get("ended_at") or (run.get("seen_at") or begun if crashed else now)
    return span(until - begun)


def span(length: timedelta) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`."""
    seconds = length.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def dropped_first(dropped: dict[str, int]) -> list[tuple[str, int]]:
    """Reasons of drops, the most frequent first, those of mere repetitions last."""
    return sorted(dropped.items(), key=lambda item: (item[0] in MORE, -item[1], item[0]))
