"""`newscrawl health`: what was shown against what is stored, site by site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.output import Exit, fail, out, show_json, show_table, with_database

if TYPE_CHECKING:
    from newscrawl.normalize.completeness import Estimate, Unknown
    from newscrawl.store.connect import Connection
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


def health(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name; every one without.")
    ] = None,
    hours: Annotated[float, typer.Option(min=1, max=24 * 30, help="So far back.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Compare what sites have shown with what is stored, and estimate what was missed.

    Ends with 3 where a site is degraded: articles are missing, or a source is quiet or cannot be read. Ends with 4
    where none of the sites was ever crawled.

    newscrawl health

    newscrawl health unn --hours 48
    """
    from zoneinfo import ZoneInfo

    from newscrawl.settings import ConfigurationError, read_settings
    from newscrawl.site import SiteError, find_site, load_sites

    try:
        known = load_sites(read_settings().site_folders)
        chosen = [find_site(name, known) for name in dict.fromkeys(names or [])] or [*known.values()]
    except (ConfigurationError, SiteError) as error:
        fail(str(error), Exit.USAGE)

    async def read(connection: Connection) -> list[Ledger]:
        from newscrawl.store.ledger import read_ledger

        now = datetime.now(UTC)
        since = now - timedelta(hours=hours)
        return [
            await read_ledger(
                connection.database,
                site.name,
                since=since,
                now=now,
                zone=ZoneInfo(site.timezone or "UTC"),
                configured=site.sources,
            )
            for site in sorted(chosen, key=lambda site: site.name)
        ]

    ledgers = with_database(read)
    if not names:
        ledgers = [ledger for ledger in ledgers if ledger.state != "unknown"]
    if as_json:
        show_json("health", [_as_json(ledger) for ledger in ledgers])
    elif names:
        for ledger in ledgers:
            _show(ledger)
    else:
        _show_all(ledgers)
    if any(ledger.state == "degraded" for ledger in ledgers):
        raise typer.Exit(int(Exit.DEGRADED))
    if all(ledger.state == "unknown" for ledger in ledgers):
        fail("nothing was crawled yet; `newscrawl crawl SITE` does", Exit.NOTHING)


def _show_all(ledgers: list[Ledger]) -> None:
    show_table(
        ("site", "state", "last run (UTC)", "shown", *FATES[:3], "missed (estimate)", "what is wrong"),
        (
            (
                ledger.site,
                ledger.state,
                ledger.last_run["started_at"] if ledger.last_run else None,
                len(ledger.articles),
                *(ledger.fates[fate] for fate in FATES[:3]),
                _missed(ledger.estimate),
                "; ".join(ledger.troubles),
            )
            for ledger in ledgers
        ),
    )


def _show(ledger: Ledger) -> None:
    """One site: its sources, its hours, and what is missing."""
    if ledger.state == "unknown":
        out.print(f"{ledger.site}: was never crawled; `newscrawl crawl {ledger.site}` does", markup=False)
        return
    out.print(f"{ledger.site}: {ledger.state}, {ledger.since:%Y-%m-%d %H:%M} to {ledger.until:%Y-%m-%d %H:%M} UTC")
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


def _as_json(ledger: Ledger) -> dict[str, Any]:
    return {
        "site": ledger.site,
        "state": ledger.state,
        "troubles": ledger.troubles,
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
