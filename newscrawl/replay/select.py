"""Which stored articles, and which refused addresses, are to be read again from their archived pages."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newscrawl.archive.places import ENDING
from newscrawl.normalize.urls import article_id
from newscrawl.store.lookup import get_article
from newscrawl.store.observations import Database

Document = dict[str, Any]
TOGETHER = 40  # documents in memory at a time
_RUN = re.compile(r"\d{8}T\d{6}-(?P<site>[a-z0-9_-]+)-[0-9a-f]+")


class NothingArchived(ValueError):
    """There is nothing to replay. The message is for people."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to replay: the articles of one site, one run, since an instant, or one article."""

    site: str | None = None
    run: str | None = None
    since: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored article, or a failure, with the place of its page."""

    document: Document
    place: str
    is_stored: bool

    @property
    def site(self) -> str:
        """The site that it is of."""
        return str(self.document.get("site") or "")


async def candidates(database: Database, chosen: Chosen, folder: Path | None) -> AsyncGenerator[Candidate]:
    """The articles whose latest page is archived, then the addresses whose page was refused; by index, in pieces.

    `folder`: that of the archive. Raises NothingArchived, PyMongoError.
    """
    if chosen.url is not None:
        yield await _at(database, chosen.url)
        return
    if chosen.run is not None:
        found = _RUN.fullmatch(chosen.run)
        files = _files(folder, found["site"], chosen.run) if found and folder else []
        if not found or not files:
            raise NothingArchived(
                f"the archive has no pages of a run {chosen.run}; `newscrawl archive list` shows them"
            )
        ranges = [(found["site"], f"{file}:", f"{file};") for file in files]
    else:
        sites = [chosen.site] if chosen.site else await _sites(database)
        ranges = [(site, "", "\U0010ffff") for site in sites]
    for is_stored in (True, False):
        for site, first, last in ranges:
            async for candidate in _within(database, site, first, last, chosen.since, is_stored=is_stored):
                yield candidate


async def _within(
    database: Database, site: str, first: str, last: str, since: datetime | None, *, is_stored: bool
) -> AsyncIterator[Candidate]:
    """Those of a site with places in a range, in its order; a query for each piece, so that none waits for long."""
    name, at = ("fetch.archive", "fetch.at") if is_stored else ("archive", "last_at")
    collection = database["articles" if is_stored else "failures"]
    while True:
        query: Document = {"site": site, name: {"$gt": first, "$lt": last}}
        if since is not None:
            query[at] = {"$gte": since}
        found = await collection.find(query).sort(name, 1).limit(TOGETHER).to_list()
        for document in found:
            yield _candidate(document, is_stored=is_stored)
        if len(found) < TOGETHER:
            return
        first = _candidate(found[-1], is_stored=is_stored).place


def _candidate(document: Document, *, is_stored: bool) -> Candidate:
    place = document["fetch"]["archive"] if is_stored else document["archive"]
    return Candidate(document, place, is_stored)


async def _at(database: Database, url: str) -> Candidate:
    document = await get_article(database, url)
    if document is not None and (document.get("fetch") or {}).get("archive"):
        return _candidate(document, is_stored=True)
    if document is not None:
        raise NothingArchived(f"the page of {document['url']} was not archived; turn the archive on for later fetches")
    failure = await database["failures"].find_one({"_id": article_id(url), "archive": {"$gt": ""}})
    if failure is None:
        raise NothingArchived(f"nothing is stored of {url}")
    return _candidate(failure, is_stored=False)


async def _sites(database: Database) -> list[str]:
    stored = await database["articles"].distinct("site", {"fetch.archive": {"$gt": ""}})
    refused = await database["failures"].distinct("site", {"archive": {"$gt": ""}})
    return sorted({str(site) for site in (*stored, *refused) if site})


def _files(folder: Path, site: str, run: str) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in (folder / site).glob(f"*/{run}-[0-9]*{ENDING}"))
