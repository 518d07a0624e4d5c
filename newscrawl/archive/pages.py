"""Archived pages, whole: of any WARC file in its order, of an archive by site, run and time, or one by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newscrawl.archive.index import REFERS_TO, archived_sites
from newscrawl.archive.payload import Answer, NoAnswer, answer_of, split
from newscrawl.archive.places import ENDING, Place, day_of, instant_of, run_of
from newscrawl.archive.records import START, Damage, Position, Record, read_records
from newscrawl.archive.write import CONTEXT
from newscrawl.extract.limits import LIMITS

MOST_REFERRED = 3
"""Steps from a revisit record to the payload; newscrawl writes one."""
RECORD_EXTRA = 2 * 2**20  # bytes of a record beside the body of its page


@dataclass(slots=True)
class ArchivedPage:
    """One answer that was archived, read anew. `headers`: names in small letters, codings undone.

    `run`: the crawl that fetched it; None where another crawler did. `place`: where it stands, for `page_at`.
    `context`: what the crawler knew of it (`kind`, `card`, `met`, `policy`); empty where another crawler fetched it.
    `after`: where the records of its file go on.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: dict[str, str]
    body: bytes
    run: str | None
    place: str
    context: dict[str, Any] = field(default_factory=dict)
    after: Position = START

    @property
    def is_article(self) -> bool:
        """It was fetched as the page of an article."""
        return self.context.get("kind") == "article"

    def __str__(self) -> str:
        """The address: logs hold no whole pages."""
        return self.url


@dataclass(slots=True)
class PassedOver:
    """A record that gives no page. `reason`: stable code; empty for what is no answer at all, such as a request."""

    reason: str
    detail: str
    url: str
    place: str
    after: Position


def pages_in(
    path: Path,
    start: Position = START,
    *,
    name: str | None = None,
    folder: Path | None = None,
    most: int = LIMITS.decompressed_bytes,
) -> Iterator[ArchivedPage | PassedOver]:
    """Every page of one WARC file from `start` on, and what of it is passed over. Raises OSError.

    `name`: what places call the file; its path by default. `folder`: that of the archive that references lead into.
    `most`: decompressed bytes of one page.
    """
    file, folder = name or str(path), folder or path.parent.parent.parent
    waiting: Record | None = None
    beside: dict[str, Any] = {}
    after = start
    for found in read_records(path, start, most=most + RECORD_EXTRA):
        if isinstance(found, Record) and waiting is not None and _is_beside(found, waiting):
            beside = _context(found) or beside
            after = found.after
            continue
        if waiting is not None:
            yield _page(waiting, beside, file, folder, run_of(path), after, most)
        waiting, beside, after = None, {}, found.after
        place = str(Place(file, found.at))
        if isinstance(found, Damage):
            yield PassedOver(found.reason, found.detail, found.url, place, found.after)
        elif found.kind in ("response", "revisit", "resource"):
            waiting = found
        else:
            yield PassedOver("", found.kind, found.url, place, found.after)
    if waiting is not None:
        yield _page(waiting, beside, file, folder, run_of(path), after, most)


def archived_pages(
    folder: Path,
    *,
    site: str | None = None,
    run: str | None = None,
    since: datetime | None = None,
    most: int = LIMITS.decompressed_bytes,
) -> Iterator[ArchivedPage]:
    """The pages of an archive, revisits resolved, file by file; what cannot be read, or was pruned, is left out.

    `site`, `run`: of these alone. `since`: fetched then or later. Answers of every status, kind and type are given;
    `is_article` tells the pages of articles. Constant memory. Raises OSError where a file cannot be opened.
    """
    for name in [site] if site else archived_sites(folder):
        for path in sorted((folder / name).glob(f"*/*{ENDING}")):
            day = day_of(path)
            if (run and run_of(path) != run) or (since and day and day < (since - timedelta(days=2)).date()):
                continue  # a run writes on into the next day
            for page in pages_in(path, name=str(path.relative_to(folder)), folder=folder, most=most):
                if isinstance(page, ArchivedPage) and (since is None or page.fetched_at >= since):
                    yield page


def page_at(
    folder: Path | None, place: str, *, most: int = LIMITS.decompressed_bytes
) -> ArchivedPage | PassedOver | None:
    """The page at a place of an archive; None where nothing is there any more. Raises OSError for other reasons."""
    where = Place.parse(place)
    if where.position is None or not (path := where.path(folder)).exists():
        return None
    within = None if Path(where.file).is_absolute() else folder
    return next(pages_in(path, where.position, name=where.file, folder=within, most=most), None)


def _is_beside(record: Record, answer: Record) -> bool:
    """The record was written together with the answer, which it names."""
    to = record.headers.get("warc-concurrent-to")
    return to is not None and to == answer.headers.get("warc-record-id")


def _context(record: Record) -> dict[str, Any]:
    if record.headers.get("content-type") != CONTEXT:
        return {}
    try:
        found = json.loads(record.block)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _page(
    record: Record,
    context: dict[str, Any],
    file: str,
    folder: Path,
    run: str | None,
    after: Position,
    most: int,
) -> ArchivedPage | PassedOver:
    place = str(Place(file, record.at))
    try:
        answer = _resource(record) if record.kind == "resource" else _answer(record, file, folder, most)
        at = instant_of(record.headers.get("warc-date", ""))
        if at is None:
            raise NoAnswer("no-date", "the record does not say when the page was fetched")
    except NoAnswer as error:
        return PassedOver(error.reason, error.detail, record.url, place, after)
    own_run = run if context else None
    return ArchivedPage(record.url, at, answer.status, answer.headers, answer.body, own_run, place, context, after)


def _answer(record: Record, file: str, folder: Path, most: int) -> Answer:
    if record.kind == "response":
        return answer_of(record.block, most=most)
    if "server-not-modified" in record.headers.get("warc-profile", ""):
        return Answer(304, split(record.block)[1] if record.block else {}, b"")
    original = _original(record, file, folder, most)
    answer = answer_of(original.block, most=most)
    if record.block:  # the headers of this time; the codings are those of the payload
        headers: Mapping[str, str] = split(record.block)[1]
        answer.headers |= {name: value for name, value in headers.items() if not name.endswith("-encoding")}
    return answer


def _original(record: Record, file: str, folder: Path, most: int) -> Record:
    """The record with the payload that a revisit record refers to. Raises NoAnswer."""
    for _ in range(MOST_REFERRED):
        target = record.headers.get(REFERS_TO)
        if target is None:
            raise NoAnswer("revisit-unresolved", "the record repeats a page of another file, which it does not name")
        where = Place.parse(target)
        candidates = (where.path(folder), Path(file).parent / Path(where.file).name)
        path = next((path for path in candidates if path.exists()), None)
        if path is None or where.position is None:
            raise NoAnswer("revisit-pruned", f"the page that the record repeats is not there any more: {where.file}")
        found = next(read_records(path, where.position, most=most + RECORD_EXTRA), None)
        if not isinstance(found, Record):
            raise NoAnswer("revisit-unresolved", f"the page that the record repeats cannot be read: {target}")
        if found.kind == "response":
            return found
        record = found
    raise NoAnswer("revisit-unresolved", "the record leads to no page")


def _resource(record: Record) -> Answer:
    """A page that was saved without its headers."""
    return Answer(200, {"content-type": record.headers.get("content-type", "")}, record.block)
