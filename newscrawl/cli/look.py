"""What `newscrawl crawl` says at its end: what was left out, and where to look further."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from newscrawl.cli.output import err, out
from newscrawl.cli.run_page import show_pairs
from newscrawl.runs.run_words import MORE, dropped_first
from newscrawl.storable import LONGEST_NAME

if TYPE_CHECKING:
    from newscrawl.records import Run

MOST_SITES = 3  # of which the end of a crawl tells where to look
MOST_REASONS = 4


def mistake_in_key(key: str, *, dry_run: bool) -> str | None:
    """What is wrong with an idempotency key, for people."""
    if dry_run:
        return "--idempotency-key excludes --dry-run, which records no run; leave one out"
    if not key.isprintable() or not 0 < len(key.strip()) == len(key) <= LONGEST_NAME:
        return (
            f"--idempotency-key {key[:50]!r} is no key: 1 to {LONGEST_NAME} printable characters, no blanks at its ends"
        )
    return None


def left_out(run: Run) -> str:
    """The most frequent reasons why articles were not stored, but for mere repetitions; empty where there is none."""
    reasons = [(reason, number) for reason, number in dropped_first(run.dropped) if reason not in MORE]
    parts = [f"{number} {reason}" for reason, number in reasons[:MOST_REASONS]]
    further = sum(number for _reason, number in reasons[MOST_REASONS:])
    return ", ".join([*parts, *([f"{further} for other reasons"] if further else [])])


def steps(runs: list[Run], identities: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Commands that show more of what was not as it should be, with what they show."""
    for run in runs:
        if run.reason is None and run.site in identities:
            yield f"newscrawl runs watch {identities[run.site]}", "how it goes on"
    troubled = [run for run in runs if run.errors or run.outcome not in ("ok", None)]
    for run in troubled[:MOST_SITES]:
        site = shlex.quote(run.site)
        if run.site in identities:
            yield f"newscrawl runs show {identities[run.site]}", "this run whole, with a sample of each reason"
        if run.counts.get("failed"):
            yield f"newscrawl failures list --site {site}", f"{run.counts['failed']} addresses that failed"
        if run.outcome == "degraded":
            yield f"newscrawl runs diff {site}", "what is not as it was in the run before"
    if len(troubled) > MOST_SITES:
        yield "newscrawl runs list", f"{len(troubled) - MOST_SITES} further sites with something to look at"


def show_further(runs: list[Run], identities: Mapping[str, str], earlier: Set[str]) -> None:
    """Say which runs are earlier ones with the same key, what was left out, and what to look at."""
    for run in runs:
        if run.site in earlier:
            was = "goes on" if run.reason is None else f"ended {run.ended_at:%Y-%m-%d %H:%M} UTC"
            err.print(
                f"{run.site}: not started again: the run {identities[run.site]} has this key; it {was}.", soft_wrap=True
            )
    for run in runs:
        if said := left_out(run):
            out.print(f"{run.site}: not stored: {said}", soft_wrap=True)
    if found := list(steps(runs, identities)):
        out.print("\nTo look at:")
        show_pairs(found)
