"""What was shown against what is stored, as tables and as JSON: the second half of `newscrawl health`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from newscrawl.cli.output import out, show_table

if TYPE_CHECKING:
    from newscrawl.normalize.completeness import Estimate, Unknown
    from newscrawl.store.ledger import Ledger, Source

MOST_SHOWN = 20  # addresses; --json gives all
KINDS = ("listing", "feed", "sitemap")
FATES = ("stored", "failed", "missing", "left-out", "on-the-way")

WHY_UNKNOWN = {
    "nothing-seen": "nothing was shown in this time",
    "one-source": "only one kind of source was read; a feed or sitemap in the site file would tell",
    "no-overlap": "no article was shown by two kinds of sources, so they may list different things",
    "little-overlap": "too few articles were shown by two kinds of sources",
}


def show_ledger(ledger: Ledger) -> None:
    """Its sources, its hours, and what is missing."""
    show_table(
        ("kind", "shown", "last new (UTC)", "usual silence now", "state", "source"),
        (
            (
                source.kind,
                source.shown,
                source.silence.since if source.silence else None,
                _span(source.silence.usual) if source.silence and source.silence.usual is not None else None,
                _source_state(source),
                source.url,
            )
            for source in ledger.sources
        ),
    )
    kinds = [kind for kind in KINDS if any(hour.counts[kind] for hour in ledger.by_hour.values())]
    fates = [fate for fate in FATES if fate in FATES[:3] or ledger.fates[fate]]
    if ledger.by_hour:
        out.print()
        show_table(
            ("hour (UTC)", *(f"in {kind}s" for kind in kinds), *fates, "missed (estimate)"),
            (
                (begin, *(hour.counts[name] for name in (*kinds, *fates)), _missed(hour.estimate))
                for begin, hour in ledger.by_hour.items()
            ),
        )
    out.print()
    _show_estimate(ledger.estimate)
    _show_addresses(ledger)


def _show_estimate(found: Estimate | Unknown) -> None:
    if isinstance(found, str):
        out.print(f"What no source has shown cannot be estimated: {WHY_UNKNOWN[found]}.", highlight=False)
        return
    out.print(
        f"Shown: {found.seen} articles that did not fail. By what the kinds of sources share there were about"
        f" {found.total} (95 %: {found.low} to {found.high}); about {found.missed} were shown by none.",
        highlight=False,
    )


def _show_addresses(ledger: Ledger) -> None:
    for title, articles in (("failed", ledger.failed), ("missing", ledger.missing)):
        if articles:
            out.print()
            rows = [(title, article.seen, article.reason, article.url) for article in articles[:MOST_SHOWN]]
            show_table(("", "seen (UTC)", "reason", "address"), rows)
            if len(articles) > MOST_SHOWN:
                out.print(f"and {len(articles) - MOST_SHOWN} more; --json shows all", highlight=False)
    if ledger.missing:
        out.print(f"`newscrawl crawl {ledger.site}` fetches what is missing.", markup=False, highlight=False)


def _source_state(source: Source) -> str | None:
    from newscrawl.records import LEDGER

    if source.problem is not None:
        return source.problem
    if source.silence is None:
        return f"nothing new in {LEDGER.days} days" if source.answered_at else None
    return "quiet" if source.silence.is_quiet else "ok"


def _missed(found: Estimate | Unknown) -> str | None:
    return None if isinstance(found, str) else f"{found.missed} ({found.low - found.seen} to {found.high - found.seen})"


def _span(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def ledger_as_json(ledger: Ledger) -> dict[str, Any]:
    """The ledger of a site for its row of `newscrawl health --json`."""
    return {
        "since": ledger.since,
        "until": ledger.until,
        "last_run": ledger.last_run["_id"] if ledger.last_run else None,
        "shown": len(ledger.articles),
        "fates": {fate: ledger.fates[fate] for fate in FATES},
        "estimate": _estimate_as_json(ledger.estimate),
        "sources": [
            {
                "url": source.url,
                "kind": source.kind,
                "shown": source.shown,
                "answered_at": source.answered_at,
                "problem": source.problem,
                "silent_since": source.silence.since if source.silence else None,
                "silent_seconds": source.silence.length.total_seconds() if source.silence else None,
                "usual_seconds": source.silence.usual.total_seconds()
                if source.silence and source.silence.usual is not None
                else None,
                "is_quiet": bool(source.silence and source.silence.is_quiet),
            }
            for source in ledger.sources
        ],
        "hours": [
            {
                "hour": begin,
                **{name: hour.counts[name] for name in (*KINDS, *FATES)},
                "estimate": _estimate_as_json(hour.estimate),
            }
            for begin, hour in ledger.by_hour.items()
        ],
        "missing": [article.url for article in ledger.missing],
        "failed": [{"url": article.url, "reason": article.reason} for article in ledger.failed],
    }


def _estimate_as_json(found: Estimate | Unknown) -> dict[str, Any]:
    from dataclasses import asdict

    return {"unknown": found} if isinstance(found, str) else {**asdict(found), "missed": found.missed}
