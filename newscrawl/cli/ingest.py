"""`newscrawl ingest`: pages from WARC and HTML files into the database."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, named_sites, own_settings
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail, out, show_json, show_table
from newscrawl.cli.progress import EVERY, form

if TYPE_CHECKING:
    from newscrawl.crawl.session import Session
    from newscrawl.crawl.stop import Stop
    from newscrawl.ingest.conduct import Ingest, Options, Tally
    from newscrawl.ingest.sources import Source
    from newscrawl.records import Run
    from newscrawl.settings import Settings
    from newscrawl.site import Site

NAME = "ingest"
"""What its runs and its lock are called in the place of a site."""
MOST_WORKERS = 8


def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="WARC or HTML files, or folders of them.")],
    site: Annotated[str | None, typer.Option(help="Pages of this site only.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the one saved page.")] = None,
    url_list: Annotated[
        Path | None,
        typer.Option("--url-list", help="File with a line for each saved page: its path, a tab, its address."),
    ] = None,
    fetched_at: Annotated[
        str | None,
        typer.Option("--fetched-at", help="When saved pages were fetched; else when their files were changed."),
    ] = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Read files once more that are finished.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print articles, write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Read pages from WARC files (also those of Common Crawl) and saved HTML files, and store their articles.

    newscrawl ingest CC-NEWS-20260101000000-00001.warc.gz

    newscrawl ingest saved-pages/ --url-list addresses.tsv

    newscrawl ingest page.html --url https://unn.ua/en/news/example --dry-run

    An ingest that ended early goes on where it was. An older page never replaces a newer one.
    """
    from newscrawl.ingest.conduct import Options
    from newscrawl.ingest.sources import NoSource, find_sources, read_addresses
    from newscrawl.process_setup import usable_cores

    own = own_settings()
    sites = all_sites()
    if site is not None:
        named_sites([site], sites)
    try:
        addresses = read_addresses(url_list) if url_list else {}
        names = [path.absolute() for path in files]
        for _ in find_sources([name for name in names if not name.is_dir()], {}):
            pass  # what is misspelt is said before anything is read
        if url is not None:
            addresses = _one(names, url)
        at = _instant(fetched_at)
    except NoSource as error:
        fail(str(error), Exit.USAGE)
    except OSError as error:
        fail(f"{error.filename or files[0]}: cannot be read: {error.strerror or error}", Exit.USAGE)
    options = Options(site, at, again, workers=min(MOST_WORKERS, usable_cores()))
    shown: list[dict[str, Any]] = []
    sources = find_sources(names, addresses)
    with _progress(quiet=dry_run) as report:
        tally, run, signal = _run(
            own, sites, options, sources, shown.append if as_json else None, report, dry_run=dry_run
        )
    if as_json:
        record = run.model_dump(mode="json") if run else {"counts": dict(tally.counts), "errors": dict(tally.reasons)}
        show_json(NAME, record, articles=shown if dry_run else [])
    else:
        _summary(tally, dry_run=dry_run)
    if signal:
        err.print(f"Ended early by {Signals(signal).name}: what was read is stored; the same command goes on.")
        raise typer.Exit(128 + signal)
    raise typer.Exit(int(exit_code(tally)))


def exit_code(tally: Tally) -> Exit:
    """Damaged files and refused documents are faults; pages that are no articles are none. Nothing is found where no
    article is met, neither now nor by the earlier ingest of a file that this one has gone on with."""
    counts, reasons = tally.counts, tally.reasons
    if counts["spooled"]:
        return Exit.DEPENDENCY
    if counts["files_failed"] or any(reasons[reason] for reason in FAULTS):
        return Exit.FAILED
    if not any(counts[name] for name in MET):
        return Exit.NOTHING
    return Exit.OK


FAULTS = ("no-warc", "damaged-gzip", "cut-short", "wrong-length", "refused-by-database")
MET = ("new", "changed", "unchanged", "older", "shown", "files_finished_before", "files_gone_on_with")


def _one(names: list[Path], url: str) -> dict[str, str]:
    from newscrawl.ingest.sources import NoSource
    from newscrawl.normalize.urls import web_address

    address = web_address(url)
    if address is None:
        raise NoSource(f"--url {url[:200]!r} is no http or https address")
    if len(names) != 1 or names[0].is_dir():
        raise NoSource("--url is the address of one saved page; for more of them there is --url-list")
    return {str(names[0]): address}


def _instant(text: str | None) -> datetime | None:
    from newscrawl.ingest.sources import NoSource

    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise NoSource(f"--fetched-at {text!r} is no instant such as 2026-01-31T10:00:00Z") from None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _run(
    own: Settings,
    sites: dict[str, Site],
    options: Options,
    sources: Iterator[Source],
    show: Callable[[dict[str, Any]], None] | None,
    report: Callable[[Tally], None],
    *,
    dry_run: bool,
) -> tuple[Tally, Run | None, int | None]:
    """The ingest in an event loop of its own. Ends with code 2, 5 or 6 where it cannot begin or go on."""
    from pymongo.errors import PyMongoError

    from newscrawl.crawl.lock import SiteLock, SiteLocked
    from newscrawl.crawl.reader import Reader
    from newscrawl.crawl.reread import Sites
    from newscrawl.crawl.session import close_session, open_session
    from newscrawl.crawl.stop import WRITES, Stop, told_by_signals
    from newscrawl.ingest.conduct import Ingest
    from newscrawl.store.connect import DatabaseDown, describe

    async def work() -> tuple[Tally, Run | None, int | None]:
        stop, loop = Stop(), asyncio.get_running_loop()
        with told_by_signals(stop, loop.call_soon_threadsafe):
            session = None if dry_run else await open_session(own)
            reader = Reader(own.page_timeout, workers=options.workers)
            try:
                if session is not None:
                    writer = session.writer
                    stop.then(lambda: writer.end_by(loop.time() + stop.left(WRITES)))
                ingesting = Ingest(session, reader, Sites(sites), own, options, stop=stop)
                ingesting.on_progress = report
                if dry_run:
                    ingesting.on_article = lambda article: _show(article, show)
                run = await _recorded(ingesting, sources, session, stop)
                return ingesting.tally, run, stop.signal
            finally:
                await reader.close()
                if session is not None:
                    await close_session(session)

    lock = SiteLock(own.lock_folder, NAME)
    try:
        if not dry_run:
            lock.take()
        return asyncio.run(work())
    except SiteLocked as error:
        fail(f"another ingest is under way (process {error.holder}); wait for its end, or stop it", Exit.LOCKED)
    except (DatabaseDown, PyMongoError) as error:
        fail(describe(error, own.mongo_uri), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    finally:
        lock.release()


async def _recorded(ingesting: Ingest, sources: Iterator[Source], session: Session | None, stop: Stop) -> Run | None:
    """Ingest, within a record of the run."""
    from newscrawl.ingest.record import begun, ended, so_far
    from newscrawl.store.runs import run_identity, start_run

    if session is None:
        await ingesting.ingest(sources)
        return None
    run = begun(NAME)
    ingesting.run_id = run_identity(run)
    await start_run(session.connection.database, ingesting.run_id, run)
    reason, heart = "failed", session.heart
    heart.join(ingesting.run_id, lambda: so_far(run, ingesting.tally))
    try:
        await ingesting.ingest(sources)
        reason = (
            "shutdown" if stop.is_requested else "database-down" if ingesting.tally.counts["spooled"] else "finished"
        )
    finally:
        heart.leave(ingesting.run_id)
        run = ended(run, ingesting.tally, reason, is_ok=exit_code(ingesting.tally) in (Exit.OK, Exit.NOTHING))
        await session.writer.end_run(ingesting.run_id, run)
        await session.writer.flush()
    return run


def _show(article: Any, show: Callable[[dict[str, Any]], None] | None) -> None:
    from newscrawl.cli.crawl import show_article_line

    if show is not None:
        show(article.model_dump(mode="json"))
    else:
        show_article_line(article)


@contextmanager
def _progress(*, quiet: bool, every: float = EVERY) -> Iterator[Callable[[Tally], None]]:
    """A line that is kept up to date on a terminal, a new one every so many seconds elsewhere; on stderr."""
    last = began = time.monotonic()

    def line(tally: Tally) -> str:
        counts, seconds = tally.counts, max(time.monotonic() - began, 0.001)
        words = ", ".join(
            f"{counts[name]} {name}" for name in ("pages", "new", "changed", "unchanged", "older", "failed")
        )
        return f"{tally.file}: {words}, {counts['pages'] / seconds:.0f} pages/s"

    def lines(tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            err.print(line(tally), soft_wrap=True)

    shape = "none" if quiet else form(manner, os.environ, is_terminal=sys.stderr.isatty())
    if shape == "none":
        yield lambda _tally: None
    elif shape == "live":
        with err.status("") as status:
            yield lambda tally: status.update(line(tally))
    else:
        yield lines


def _summary(tally: Tally, *, dry_run: bool) -> None:
    counts = tally.counts
    columns = ("files", "pages", *(("shown",) if dry_run else ("new", "changed", "unchanged", "older")), "failed")
    show_table(columns, [[counts[name] for name in columns]])
    if tally.reasons:
        rows = sorted(tally.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        show_table(("passed over because", "pages"), rows)
    if number := counts["files_finished_before"]:
        out.print(
            f"{number} {'file was' if number == 1 else 'files were'} finished before; --again reads them once more."
        )
    if number := counts["files_gone_on_with"]:
        out.print(f"{number} {'file was' if number == 1 else 'files were'} gone on with: an earlier ingest had begun.")
    if counts["spooled"]:
        out.print("The database was away: the articles wait on disk. `newscrawl db replay` stores them; then go on.")
