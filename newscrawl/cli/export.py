"""`newscrawl articles export`: stored articles as files for other tools."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.filters import Filters, filtered, want_sites
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail, out, show_json
from newscrawl.cli.tables import size

if TYPE_CHECKING:
    from newscrawl.columns import Column
    from newscrawl.export.manifest import Manifest, Tally
    from newscrawl.export.run import Wanted
    from newscrawl.store.connect import Connection

FORMATS = ("parquet", "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst")
PARTITIONS = ("day", "month", "site")
STDOUT = "-"
TOLD_EVERY = 10.0  # seconds


@filtered()
def export(
    filters: Filters,
    target: Annotated[str, typer.Argument(metavar="FOLDER", help="Folder to make, or to add to; - is stdout.")],
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}; - is jsonl by itself.")
    ] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="NAMES", help="Only these columns, such as url,headline,views.")
    ] = None,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="Add what came since the last export into this folder.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the export that the folder holds.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="SPAN", help="Parquet files of a site and a day; or month, or site.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tell what was made as JSON.")] = False,
) -> None:
    """Write articles to files: Parquet by site and day, JSON lines or CSV, with a manifest and a dataset card.

    newscrawl articles export news

    newscrawl articles export news --incremental

    newscrawl articles export - --format csv --site unn --since 7d --fields url,headline,views

    It takes what fulfils every filter, articles that are gone and merged ones among them: `status` tells. The folder is
    there when it is whole. --incremental goes on where the last export into the folder ended, with its filters and
    columns; where there was none, it begins with everything.
    """
    if target == STDOUT:
        _to_stdout(filters, form or "jsonl", fields, by, incremental=incremental, as_json=as_json)
        return
    if incremental and replace:
        fail("--incremental adds to an export and --replace drops it; name one of them", Exit.USAGE)
    path = Path(target)
    before = _manifest_of(path)
    if before is not None and not (incremental or replace):
        fail(
            f"{path} holds an export of {before.made_at:%Y-%m-%d %H:%M}; add --incremental to go on where it ended, or"
            " --replace, or name another folder",
            Exit.USAGE,
        )
    kept = before if incremental else None
    wanted = _continued(kept, filters, form, fields, by) if kept else _wanted(filters, form or "parquet", fields, by)
    manifest = _to_folder(path, wanted, kept)
    if manifest is None:
        fail("no article fulfils this; nothing was written", Exit.NOTHING)
    _tell(path, manifest, kept, as_json=as_json)


def _to_folder(path: Path, wanted: Wanted, kept: Manifest | None) -> Manifest | None:
    from newscrawl.export.folder import FolderInUse, ForeignFolder
    from newscrawl.export.rows import WrongValue
    from newscrawl.export.run import to_folder

    async def work(connection: Connection) -> Manifest | None:
        await _want_present(connection)
        if kept is None:
            await want_sites(connection.database, wanted.selection)
        return await to_folder(connection.database, wanted, path, before=kept, told=_progress())

    try:
        return with_database(work)
    except FolderInUse as error:
        fail(str(error), Exit.LOCKED)
    except ForeignFolder as error:
        fail(str(error), Exit.USAGE)
    except WrongValue as error:
        fail(f"{error}; correct the document, or leave the column out with --fields", Exit.FAILED)
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror or error}; nothing was changed", Exit.FAILED)


def _to_stdout(
    filters: Filters, form: str, fields: str | None, by: str | None, *, incremental: bool, as_json: bool
) -> None:
    from newscrawl.export.run import to_stream

    if incremental:
        fail("--incremental needs a folder, whose manifest says where to go on; here name --after-seq", Exit.USAGE)
    if as_json:
        fail("stdout is for the articles; leave --json out, --format jsonl is JSON already", Exit.USAGE)
    if form == "parquet":
        fail("Parquet is written into a folder; name one, or --format jsonl or csv", Exit.USAGE)
    wanted = _wanted(filters, form, fields, by)

    async def work(connection: Connection) -> tuple[Tally, int]:
        await _want_present(connection)
        await want_sites(connection.database, wanted.selection)
        return await to_stream(connection.database, wanted, sys.stdout.buffer)

    taken, until = with_database(work)
    sys.stdout.buffer.flush()
    if taken.rows == 0:
        fail(_nothing(wanted), Exit.NOTHING)
    if not manner.is_quiet:
        err.print(f"{taken.rows:,} articles; for what comes after them: --after-seq {until}", soft_wrap=True)


async def _want_present(connection: Connection) -> None:
    """Go on only where the stored articles have the form in which they are exported; else end with code 2."""
    from newscrawl.store.migrate import is_present

    if not await is_present(connection.database):
        fail(
            "the stored articles are of an earlier version of newscrawl; `newscrawl db init` converts them", Exit.USAGE
        )


def _nothing(wanted: Wanted) -> str:
    after = wanted.selection.after_seq
    return f"nothing was stored or changed after {after}" if after else "no article fulfils this; try fewer filters"


def _wanted(filters: Filters, form: str, fields: str | None, by: str | None) -> Wanted:
    """What the command line asks for. Ends with code 2 where it cannot be had."""
    import difflib

    from newscrawl.export.run import Wanted

    if form not in FORMATS:
        near = difflib.get_close_matches(form, FORMATS, 1)
        fail(
            f"--format {form!r} is none of {', '.join(FORMATS)}" + (f"; did you mean {near[0]}?" if near else ""),
            Exit.USAGE,
        )
    if by is not None and by not in PARTITIONS:
        fail(f"--by {by!r} is none of {', '.join(PARTITIONS)}", Exit.USAGE)
    if by is not None and form != "parquet":
        fail(f"--by parts Parquet files, and {form} is one file; leave it out", Exit.USAGE)
    if form == "parquet":
        _want_pyarrow()
    span: Any = by or "day"
    return Wanted(filters.selection(), _columns(fields, form), form, span)


def _columns(fields: str | None, form: str) -> tuple[Column, ...]:
    from newscrawl.columns import COLUMNS, FLAT, chosen
    from newscrawl.export.run import ALWAYS

    among = FLAT if form.startswith("csv") else COLUMNS
    if fields is None:
        return among
    names = [name.strip() for name in fields.split(",") if name.strip()]
    if not names:
        fail("--fields is empty; name columns, or leave it out", Exit.USAGE)
    try:
        return chosen((*ALWAYS, *names), among)
    except ValueError as error:
        known = ", ".join(column.name for column in among)
        fail(f"--fields: {error}" + ("" if "?" in str(error) else f"; there are {known}"), Exit.USAGE)


def _continued(before: Manifest, filters: Filters, form: str | None, fields: str | None, by: str | None) -> Wanted:
    """What a further export into a folder is to hold: the same as before. Ends with code 2 for anything else."""
    from newscrawl.columns import SCHEMA, chosen
    from newscrawl.export.run import Wanted

    given = [word for word in (form, fields, by) if word is not None] + filters.words()
    if given:
        fail(
            "--incremental goes on with the filters, columns and format that the folder was begun with; leave them"
            " out here, or name another folder",
            Exit.USAGE,
        )
    if before.columns != SCHEMA:
        fail(f"the folder has columns of {before.columns}, this newscrawl writes {SCHEMA}; add --replace", Exit.USAGE)
    if before.format == "parquet":
        _want_pyarrow()
    try:
        columns = chosen(before.fields)
    except ValueError as error:
        fail(f"the manifest of the folder is not right: {error}", Exit.USAGE)
    span: Any = before.partitions or "day"
    selection = before.selection.model_copy(update={"after_seq": before.next_after_seq})
    return Wanted(selection, columns, before.format, span)


def _manifest_of(path: Path) -> Manifest | None:
    from newscrawl.export.manifest import WrongManifest, read

    try:
        return read(path)
    except WrongManifest as error:
        fail(f"{error}; name another folder, or remove the file", Exit.USAGE)


def _want_pyarrow() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        fail("Parquet needs pyarrow; pip install 'newscrawl[export]', or choose --format jsonl or csv", Exit.USAGE)


def _progress() -> Callable[[int], None]:
    """Tells now and then on stderr how far it is."""
    began = last = time.monotonic()

    def told(rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= TOLD_EVERY and not (manner.is_quiet or manner.hides_progress):
            last = now
            err.print(f"{rows:,} articles, {rows / (now - began):,.0f} a second", soft_wrap=True)

    return told


def _tell(path: Path, manifest: Manifest, before: Manifest | None, *, as_json: bool) -> None:
    rows = manifest.rows - (before.rows if before else 0)
    new = manifest.files[len(before.files) if before else 0 :]
    if as_json:
        told = manifest.model_dump(mode="json", exclude={"files", "form"}, exclude_defaults=False)
        show_json("export", told, folder=str(path), new_rows=rows, new_files=[file.path for file in new])
        return
    if before and rows == 0:
        out.print(f"nothing has come since; {path} has {manifest.rows:,} articles", soft_wrap=True)
        return
    more = f", {manifest.rows:,} with those before" if before else ""
    files = f"{len(new):,} file{'s' if len(new) != 1 else ''}, {size(sum(file.bytes for file in new))}"
    out.print(f"{rows:,} articles in {files}{more}: {path}", soft_wrap=True)
