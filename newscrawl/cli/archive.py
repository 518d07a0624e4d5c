"""`newscrawl archive`: what is kept of fetched pages, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import instant_asked, own_settings, want_consent
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.cli.session import archive_folder
from newscrawl.cli.tables import size

if TYPE_CHECKING:
    from newscrawl.archive.index import ArchiveFile

app = typer.Typer(
    no_args_is_help=True,
    help="""The archive of fetched pages (WARC).

    newscrawl crawl unn --archive           archive what this crawl fetches

    newscrawl archive list                  what there is

    newscrawl archive prune --older-than 90d
    """,
)


@app.command("list")
def list_files(
    site: Annotated[str | None, typer.Option(help="Of this site only, file by file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, file by file.")] = False,
) -> None:
    """Show what the archive holds of each site.

    newscrawl archive list

    newscrawl archive list --site unn
    """
    import sqlite3

    from newscrawl.archive.keep import archive_files

    own = own_settings()
    folder = archive_folder(own)
    try:
        files = archive_files(folder, site=site)
    except (OSError, sqlite3.Error) as error:
        fail(f"{folder}: the archive cannot be read: {error}", Exit.FAILED)
    if as_json:
        show_json("archive", [_plain(file) for file in files], folder=str(folder))
    elif site is not None:
        show_table(COLUMNS, ((file.run, *_cells([file]), file.file) for file in files))
    elif files:
        by_site: dict[str, list[ArchiveFile]] = {}
        for file in files:
            by_site.setdefault(file.site, []).append(file)
        show_table(("site", "files", *COLUMNS[1:-1]), ((name, len(own), *_cells(own)) for name, own in by_site.items()))
        out.print(f"In {folder}.", soft_wrap=True)
    if not files:
        fail(f"nothing is archived in {folder}; `newscrawl crawl SITE --archive` begins", Exit.NOTHING)


COLUMNS = ("run", "pages", "records", "size", "first (UTC)", "last (UTC)", "file")


@app.command()
def prune(
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="Such as 90d; else NEWSCRAWL_ARCHIVE_DAYS tells.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Remove files of the archive whose last page is older. Articles stay as they are, without a page to replay.

    newscrawl archive prune --older-than 90d --dry-run

    newscrawl archive prune --older-than 90d --yes
    """
    import sqlite3

    from newscrawl.archive.keep import prune as remove

    own = own_settings()
    span = older_than or (f"{own.archive_days}d" if own.archive_days else None)
    if span is None:
        fail("how old? --older-than 90d, or set NEWSCRAWL_ARCHIVE_DAYS", Exit.USAGE)
    before = instant_asked(span, "--older-than", "90d")
    folder = archive_folder(own)
    try:
        pruned = remove(folder, before, site=site, dry_run=True)
        if pruned.removed and not dry_run:
            total = size(sum(file.bytes for file in pruned.removed))
            want_consent(f"Remove {len(pruned.removed)} files of {total}?", yes=yes)
            pruned = remove(folder, before, site=site)
    except (OSError, sqlite3.Error) as error:
        fail(f"{folder}: the archive cannot be pruned: {error}", Exit.FAILED)
    if as_json:
        lists = {"removed": [_plain(file) for file in pruned.removed], "spared": [_plain(f) for f in pruned.spared]}
        show_json("pruned", lists, dry_run=dry_run, before=before)
        return
    if pruned.removed:
        show_table(COLUMNS, ((file.run, *_cells([file]), file.file) for file in pruned.removed))
    said = "would be removed" if dry_run else "removed"
    out.print(f"{len(pruned.removed)} files {said}, {size(sum(file.bytes for file in pruned.removed))}.")
    if pruned.spared:
        out.print(f"{len(pruned.spared)} more are as old, and stay while later files repeat their pages.")


def _cells(files: Iterable[ArchiveFile]) -> tuple[Any, ...]:
    files = list(files)
    first = min((file.first for file in files if file.first), default=None)
    last = max((file.last for file in files if file.last), default=None)
    pages, records = sum(file.pages for file in files), sum(file.records for file in files)
    return pages, records, size(sum(file.bytes for file in files)), first, last


def _plain(file: ArchiveFile) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(file)
