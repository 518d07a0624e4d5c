"""A run for people: the page that `newscrawl runs show` prints."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any

from newscrawl.cli.output import out, show_table
from newscrawl.cli.tables import size
from newscrawl.runs.run_words import dropped_first, ended_as, length_of


def show_page(run: dict[str, Any], samples: dict[str, dict[str, Any]], now: datetime) -> None:
    """Print a run. `samples`: reason to a failure that it met."""
    out.print(f"{run['_id']}: {ended_as(run)}")
    show_pairs([(name, value) for name, value in _heading(run, now) if value])
    counts = {name: number for name, number in sorted((run.get("counts") or {}).items()) if number}
    _section("Counts", ("", "number"), list(counts.items()))
    codes = run.get("codes") or run.get("statuses") or {}
    _section("Answers", ("status", "number"), sorted(codes.items()))
    dropped = dropped_first(run.get("dropped") or {})
    _section(_links(counts, dropped), ("not stored", "number"), dropped)
    errors = sorted((run.get("errors") or {}).items(), key=lambda item: (-item[1], item[0]))
    rows = [(reason, number, samples.get(reason, {}).get("url")) for reason, number in errors]
    _section("What was wrong", ("reason", "times", "for example"), rows)
    coverage = run.get("coverage") or {}
    shares = [(name, f"{100 * share:.1f} %") for name, share in coverage.items()]
    _section("Articles of this run that have the field", ("field", "share"), shares)
    _show_hosts(run)
    for note in run.get("notes") or []:
        out.print(note, soft_wrap=True)
    _look_further(run, samples)


def _links(counts: dict[str, int], dropped: list[tuple[str, int]]) -> str:
    """What became of all links, as a sum."""
    number = sum(number for _reason, number in dropped)
    known = counts.get("known", 0) + counts.get("known_visited", 0)
    return f"Links to articles: {counts.get('links', 0)} = {known} known + {counts.get('stored', 0)} stored + {number}"


def _heading(run: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    times, versions = run.get("times") or {}, run.get("versions") or {"newscrawl": run.get("version", "")}
    options = " ".join(f"{name}={value}" for name, value in (run.get("options") or {}).items())
    by = f"{run.get('started_by') or 'unknown'}, process {run.get('pid')} on {run.get('host')}"
    sent, decoded = run.get("bytes") or 0, run.get("bytes_decoded") or 0
    bytes_told = f"{size(sent)} as sent, {size(decoded)} decompressed" if sent else ""
    return [
        ("site", run["site"]),
        ("command", run.get("command") or ""),
        ("options", options),
        ("key", run.get("key") or ""),
        ("started by", by),
        ("started", f"{run['started_at']:%Y-%m-%d %H:%M:%S} UTC"),
        ("took", length_of(run, now)),
        ("received", bytes_told),
        ("one download", _quantiles(times, "download")),
        ("one reading", _quantiles(times, "reading")),
        ("versions", ", ".join(f"{name} {number}" for name, number in versions.items() if number)),
    ]


def _quantiles(times: dict[str, float], name: str) -> str:
    median, high = times.get(f"{name}_p50"), times.get(f"{name}_p95")
    return f"{median:.3g} s (median), {high:.3g} s (95 % are faster)" if median is not None and high is not None else ""


def _section(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        out.print(f"\n{title}", style="bold")
        show_table(columns, rows)


def show_pairs(pairs: list[tuple[str, str]]) -> None:
    """Two columns without a heading."""
    widest = max((len(first) for first, _second in pairs), default=0)
    for first, second in pairs:
        out.print(f"{first:{widest}}  {second}", soft_wrap=True)


HOST_COLUMNS = ("host", "queued", "in flight", "delay now", "paused until", "last 429 or 503")


def host_cells(host: dict[str, Any]) -> tuple[Any, ...]:
    """One host of a running crawl, in these columns."""
    paused, throttled = host.get("paused_until"), host.get("throttled_at")
    return (
        host["host"],
        host["queued"],
        host["in_flight"],
        f"{host['delay']:g} s",
        f"{paused:%H:%M:%S}" if paused else "",
        f"{throttled:%H:%M:%S}" if throttled else "",
    )


def _show_hosts(run: dict[str, Any]) -> None:
    if run.get("state") == "running":
        _section("Hosts (times in UTC)", HOST_COLUMNS, [host_cells(host) for host in run.get("hosts") or []])


def _look_further(run: dict[str, Any], samples: dict[str, dict[str, Any]]) -> None:
    site, steps = shlex.quote(str(run["site"])), []
    if run.get("state") == "running":
        steps.append((f"newscrawl runs watch {run['_id']}", "how it goes on"))
    if samples:
        steps.append((f"newscrawl failures list --site {site}", "every address that failed"))
    if run.get("state") == "ended":
        steps.append((f"newscrawl runs diff {site}", "the last two runs side by side"))
    if steps:
        out.print()
        show_pairs(steps)
