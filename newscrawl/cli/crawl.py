"""`newscrawl crawl`: fetch the new articles of sites."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from signal import Signals
from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.asked import all_sites, instant_asked, own_settings, sites_asked, sites_there
from newscrawl.cli.look import mistake_in_key, show_further
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail, out, show_json, show_table
from newscrawl.cli.progress import final_line, progress
from newscrawl.normalize.spans import parse_span
from newscrawl.process_setup import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable

    from newscrawl.article import Article
    from newscrawl.crawl.options import Options, Outcome, Progress
    from newscrawl.records import Run
    from newscrawl.settings import Settings
    from newscrawl.site import Site

MOST_PROCESSES = 256


def days_of(first: str | None, last: str | None, since: str | None, now: datetime) -> tuple[date, date] | None:
    """The days that `--from` and `--to` name, `--to` today where it is left out. Raises ValueError for people."""
    if first is None and last is None:
        return None
    if first is None:
        raise ValueError("--to needs --from: the first day to fill")
    if since is not None:
        raise ValueError("--since and --from exclude each other: --from alone goes back to a day, and looks further")
    tomorrow = (now + timedelta(days=1)).date()  # somewhere it is that day already
    days = []
    for option, text in (("--from", first), ("--to", last or tomorrow.isoformat())):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            raise ValueError(f"{option} {text!r} is no day such as 2026-01-31") from None
    begin, end = days
    if begin > tomorrow:
        raise ValueError(f"--from {first} lies in the future")
    if end < begin:
        raise ValueError(f"--to {last} lies before --from {first}; exchange them")
    return begin, end


def processes_asked(text: str) -> int:
    """The number of processes that `--jobs` names. Ends with code 2 where it names none."""
    if text in ("0", "auto"):
        return usable_cores()
    if text.isascii() and text.isdigit() and int(text[:9]) <= MOST_PROCESSES:
        return int(text)
    fail(f"--jobs {text!r} is no number of processes from 1 to {MOST_PROCESSES}, and not `auto`", Exit.USAGE)


def run_crawl(
    sites: list[Site],
    own: Settings,
    options: Options,
    processes: int,
    on_article: Callable[[Article], None] | None,
    on_progress: Progress,
) -> Outcome:
    """Crawl in this process, or with several. Raises DatabaseDown, OSError."""
    if processes > 1 and len(sites) > 1:
        from newscrawl.crawl.parallel import crawl_in_parallel

        return crawl_in_parallel(sites, own, options, processes, on_article=on_article, on_progress=on_progress)
    from newscrawl.crawl.process import crawl as crawl_here

    return crawl_here(sites, own, options, on_article=on_article, on_progress=on_progress)


def crawl(
    names: Annotated[list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every site.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Fetch at most so many new articles a site; 0: begin, fetch nothing, end.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Nothing older: 2d, 12h, or a date like 2026-01-31.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Backfill from this day, such as 2026-01-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Backfill up to this day and all of it; else today.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Backfill days once more that are finished.")] = False,
    max_pages: Annotated[int | None, typer.Option(min=1, help="Pages of each listing.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print articles, write nothing.")] = False,
    no_revisits: Annotated[bool, typer.Option("--no-revisits", help="No further visits of stored articles.")] = False,
    revisit: Annotated[bool, typer.Option("--revisit", help="Such visits that are due, and nothing else.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Of the listings, feeds and sitemaps those that are due by their own rhythm.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Try what failed again at once, also at hosts that are left alone.")
    ] = False,
    wait: Annotated[
        str | None,
        typer.Option(help="Wait so long, such as 10m, for another run of a site; else it is refused."),
    ] = None,
    archive: Annotated[
        bool | None, typer.Option("--archive/--no-archive", help="Archive the pages, or do not; else as set.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--idempotency-key", help="Of each site start one crawl with it; told again, show what that did."),
    ] = None,
    jobs: Annotated[
        str, typer.Option("--jobs", "-j", metavar="N", help="Crawl with so many processes; auto: one a core.")
    ] = "1",
    started_by: Annotated[str | None, typer.Option("--started-by", hidden=True)] = None,
    in_fleet: Annotated[bool, typer.Option("--in-fleet", hidden=True)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Fetch the new articles of sites into the database, and visit stored ones again that are due.

    newscrawl crawl unn

    newscrawl crawl unn tagesschau --since 2d

    newscrawl crawl unn --from 2024-01-01 --to 2024-01-31

    newscrawl crawl unn --limit 5 --dry-run

    newscrawl crawl unn --revisit

    newscrawl crawl --all --due --jobs auto
    """
    from newscrawl.crawl.options import Options
    from newscrawl.runs.past import ENDED_BY_OPERATOR
    from newscrawl.store.connect import DatabaseDown
    from newscrawl.store.last_health import keep_health

    own = own_settings()
    # What a schedule has started goes on without a site that is not there: the others are due all the same.
    known = all_sites(is_told=True) if every else sites_there(names) if started_by is not None else None
    chosen = list(known.values()) if known is not None else sites_asked(names)
    start = instant_asked(since) if since else None
    try:
        patience = parse_span(wait) if wait else timedelta()
    except ValueError as error:
        fail(f"--wait: {error}", Exit.USAGE)
    try:
        days = days_of(first, last, since, datetime.now(UTC))
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    processes = processes_asked(jobs)
    if not chosen:
        if known is not None and known.wrong:
            raise typer.Exit(int(Exit.USAGE))  # it is said of each
        fail("name at least one site, or --all; `newscrawl sites list` shows them", Exit.USAGE)

    if due and (days or revisit):
        fail(f"--due excludes {'--from' if days else '--revisit'}; leave one out", Exit.USAGE)
    if revisit and days:
        fail("--revisit excludes --from; leave one out", Exit.USAGE)
    if revisit and (no_revisits or dry_run):
        fail(f"--revisit excludes {'--no-revisits' if no_revisits else '--dry-run'}; leave one out", Exit.USAGE)

    if key is not None and (mistake := mistake_in_key(key, dry_run=dry_run)):
        fail(mistake, Exit.USAGE)

    shown: list[dict[str, object]] = []

    def show(article: Article) -> None:
        if as_json:
            shown.append(article.model_dump(mode="json"))
        elif dry_run:
            show_article_line(article)

    options = Options(
        limit=limit,
        since=start,
        max_pages=max_pages,
        dry_run=dry_run,
        no_revisits=no_revisits,
        only_revisits=revisit,
        days=days,
        again=again,
        now=now,
        wait=patience,
        archive=archive,
        started_by=started_by,
        key=key,
        due=due,
        in_fleet=in_fleet,
    )
    if in_fleet:
        end_with_worker()
    started = time.monotonic()
    try:
        with progress(quiet=dry_run) as report:
            outcome = run_crawl(chosen, own, options, processes, show if dry_run else None, report)
    except DatabaseDown as error:
        fail(str(error), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    runs = list(outcome.runs.values())
    if not dry_run and limit != 0:
        ended = {run.site: run.outcome for run in runs if run.outcome and run.reason not in ENDED_BY_OPERATOR}
        keep_health(own.data, ended, datetime.now(UTC))
    if as_json:
        told = [{"_id": outcome.identities.get(run.site), **run.model_dump(mode="json")} for run in runs]
        show_json("crawl", {"runs": told, "articles": shown, "earlier": sorted(outcome.earlier)})
    elif runs and manner.is_quiet:
        out.print(final_line(runs, time.monotonic() - started), soft_wrap=True)
    elif runs:
        summary(runs, dry_run=dry_run, only_revisits=revisit or limit == 0)
        show_further(runs, outcome.identities, outcome.earlier)
    if outcome.signal:
        err.print(f"Ended early by {Signals(outcome.signal).name}: what was fetched is stored; the next run goes on.")
    left_out = known.wrong if known is not None else ()
    code = exit_code(runs, len(chosen), may_be_idle=revisit or due or limit == 0, has_left_out=bool(left_out))
    raise typer.Exit(128 + outcome.signal if outcome.signal else int(code))


def end_with_worker() -> None:
    """End in order when standard input ends, which the worker that has begun this crawl holds open while it lives."""
    import os
    import sys
    import threading

    from newscrawl.crawl.process import end_in_order

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 64):
            pass
        end_in_order()

    threading.Thread(target=watch, name="newscrawl-worker", daemon=True).start()


def exit_code(runs: list[Run], asked: int, *, may_be_idle: bool = False, has_left_out: bool = False) -> Exit:
    """The worst of what happened to the sites, the database first. `may_be_idle`: nothing to do is no fault.

    `has_left_out`: sites that were asked for are left out, for their files are wrong.
    """
    if any(run.reason == "database-down" or run.counts.get("spooled") or "database-away" in run.errors for run in runs):
        return Exit.DEPENDENCY
    if any(run.reason == "configuration" for run in runs):
        return Exit.USAGE
    if len(runs) < asked or any(run.outcome == "failed" and run.reason != "locked" for run in runs):
        return Exit.FAILED
    if any(run.reason in ("locked", None) for run in runs):  # None: an earlier run with the same key, which goes on
        return Exit.LOCKED
    if has_left_out:
        return Exit.USAGE
    if any(run.outcome == "degraded" for run in runs):
        return Exit.DEGRADED
    if not may_be_idle and not any(run.counts.get(name) for run in runs for name in MET):
        return Exit.NOTHING
    return Exit.OK


MET = ("cards", "listings_unchanged", "new", "changed", "unchanged", "shown", "finished_before")
"""Counts that show that a site had articles at all."""


def show_article_line(article: object) -> None:
    """One article of a dry run on stdout."""
    from newscrawl.article import Article
    from newscrawl.cli.render import render

    assert isinstance(article, Article)
    out.print(render(article.model_dump()), crop=False)


def summary(runs: list[Run], *, dry_run: bool = False, only_revisits: bool = False) -> None:
    """What each site's crawl did, and why anything failed."""
    columns: tuple[str, ...] = ("shown",) if dry_run else ("new", "changed", "unchanged")
    if any(run.counts.get("revisited") for run in runs):
        columns += ("revisited", "gone")
    rows = []
    for run in runs:
        counts = dict(run.counts)
        counts["unchanged"] = sum(counts.get(name, 0) for name in ("unchanged", "not_modified", "known"))
        seconds = f"{(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else ""
        cells = [counts.get(column, 0) for column in (*columns, "duplicates", "failed")]
        rows.append([run.site, run.outcome or "running", *cells, seconds])
    show_table(("site", "outcome", *columns, "duplicates", "failed", "time"), rows)
    reasons = [(run.site, reason, number) for run in runs for reason, number in sorted(run.errors.items())]
    if reasons:
        show_table(("site", "what was wrong", "times"), reasons)
    for note in (note for run in runs for note in run.notes):
        out.print(note, highlight=False, soft_wrap=True)
    if only_revisits and not any(run.counts.get("revisited") for run in runs) and not reasons:
        out.print("Nothing was due.")
    elif not dry_run and runs and not any(run.counts.get(name) for run in runs for name in ("new", "changed", "gone")):
        is_known = not (reasons or only_revisits)
        out.print("Nothing new: every article was known." if is_known else "Nothing new.")
    if any(run.counts.get("spooled") for run in runs):
        out.print("The database was away: the articles wait on disk. `newscrawl db replay` stores them.")
