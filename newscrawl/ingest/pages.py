"""Pages out of the files, one after another, in a thread; where each file goes on after them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive.pages import ArchivedPage, PassedOver, pages_in
from newscrawl.archive.payload import NoAnswer
from newscrawl.archive.records import START, Position
from newscrawl.archive.saved import read_saved
from newscrawl.ingest.sources import Source
from newscrawl.records import IngestedFile

TOGETHER = 8  # records read at a time
MOST_TOGETHER = 4 * 2**20  # bytes of these
HTML = ("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml")


@dataclass(slots=True)
class Item:
    """One page of a file, or what was passed over. `page` is None at the end of the file."""

    source: Source
    page: ArchivedPage | PassedOver | None
    after: Position = START


async def items_of(
    source: Source, state: IngestedFile, most: int, *, fetched_at: datetime | None = None, archive: Path | None = None
) -> AsyncGenerator[Item]:
    """What is in a file beyond its state, then its end. `most`: bytes of one page. Raises OSError.

    `fetched_at`: of a saved page. `archive`: the folder of the archive; places of files in it are named from there on.
    """
    if source.kind == "html":
        yield Item(source, await asyncio.to_thread(_saved, source, state, most, fetched_at))
    else:
        is_own = archive is not None and source.path.is_relative_to(archive)
        name = str(source.path.relative_to(archive)) if is_own and archive is not None else None
        pages = pages_in(source.path, Position.parse(state.position), name=name, most=most)
        while batch := await asyncio.to_thread(_some, pages):
            for page in batch:
                # A file that ends within a record may be on its way: it is read on from there when it has grown.
                is_cut = isinstance(page, PassedOver) and page.reason == "cut-short"
                yield Item(source, page, Position.parse(page.place.rpartition(":")[2]) if is_cut else page.after)
    yield Item(source, None)


def _some(pages: Iterator[ArchivedPage | PassedOver]) -> list[ArchivedPage | PassedOver]:
    found: list[ArchivedPage | PassedOver] = []
    size = 0
    for page in pages:
        found.append(page)
        size += len(page.body) if isinstance(page, ArchivedPage) else 0
        if len(found) == TOGETHER or size > MOST_TOGETHER:
            break
    return found


def _saved(source: Source, state: IngestedFile, most: int, fetched_at: datetime | None) -> ArchivedPage | PassedOver:
    """A saved page; its address is still to be found in it where nobody has told it. It was fetched when saved."""
    place = str(source.path)
    try:
        body = read_saved(source.path, most)
    except NoAnswer as error:
        return PassedOver(error.reason, error.detail, source.url or source.path.as_uri(), place, START)
    at = (fetched_at or state.modified_at).astimezone(UTC)
    return ArchivedPage(source.url or "", at, 200, {}, body, None, place)


def unwanted(page: ArchivedPage) -> str | None:
    """Why a page is no article's, by what surrounds it: a stable code; None where that has to be read."""
    if page.status != 200:
        return "not-modified" if page.status == 304 else f"http-{page.status}"
    if page.context and not page.is_article:
        return "no-article-page"
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    return "not-html" if kind and kind not in HTML else None
