"""The replay: pages read again, differences told as they are found and kept on disk, then written where wanted.

Memory does not grow with the number of pages: what is to be written waits in a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from newscrawl.archive.pages import ArchivedPage, PassedOver, page_at
from newscrawl.archive.payload import NoAnswer
from newscrawl.archive.places import Place
from newscrawl.archive.records import START
from newscrawl.archive.saved import read_saved
from newscrawl.article import Article, NotAnArticle
from newscrawl.crawl.reader import Reader, ReadingFailed
from newscrawl.crawl.reread import Sites, read_again
from newscrawl.crawl.session import Session
from newscrawl.normalize.counted import view_observations
from newscrawl.replay.differences import Difference, Summary, differences
from newscrawl.replay.select import Candidate, Chosen, candidates
from newscrawl.settings import Settings
from newscrawl.store.articles import StoreRefused
from newscrawl.store.correct import Correction, correct

TOGETHER = 100  # corrections of one write
AHEAD = 4  # pages under way for each process that reads them


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of one page. `differences`: none where it is read as it was. `refused`: why it is no article now."""

    url: str
    place: str
    differences: list[Difference] = field(default_factory=list)
    is_new: bool = False
    refused: str | None = None


@dataclass(slots=True)
class Tally:
    """What a replay has found so far. `counts`: pages, same, different, new, and reasons for what was passed over."""

    counts: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)


class Replay:
    """One replay, of which the differences wait in a file until they are written or forgotten."""

    def __init__(self, session: Session, reader: Reader, sites: Sites, own: Settings, folder: Path | None) -> None:
        self.session, self.reader, self.sites, self.own, self.folder = session, reader, sites, own, folder
        self.tally = Tally()
        own.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._waiting: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", dir=own.data)  # noqa: SIM115

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.close()

    async def read(
        self, chosen: Chosen, show: Callable[[Reread], None], *, limit: int | None = None, workers: int = 2
    ) -> None:
        """Read the pages again, at most `limit`; tell what differs, in the order of the archive.

        Raises NothingArchived, PyMongoError, OSError.
        """
        under_way: list[asyncio.Task[tuple[Reread | None, dict[str, Any] | None]]] = []
        found = candidates(self.session.connection.database, chosen, self.folder)
        try:
            async with contextlib.aclosing(found) as stream:
                async for candidate in _at_most(stream, limit):
                    under_way.append(asyncio.create_task(self._read_one(candidate)))
                    if len(under_way) >= AHEAD * workers:
                        self._note(await under_way.pop(0), show)
            while under_way:
                self._note(await under_way.pop(0), show)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _note(self, done: tuple[Reread | None, dict[str, Any] | None], show: Callable[[Reread], None]) -> None:
        reread, to_write = done
        if reread is not None:
            self.tally.summary.add(reread.differences)
            show(reread)
        if to_write is not None:
            self._waiting.write(json.dumps(to_write) + "\n")

    async def _read_one(self, candidate: Candidate) -> tuple[Reread | None, dict[str, Any] | None]:
        counts, document = self.tally.counts, candidate.document
        counts["pages"] += 1
        page = await asyncio.to_thread(self._page, candidate)
        if not isinstance(page, ArchivedPage):
            self.tally.passed_over[page.reason if page else "pruned"] += 1
            return None, None
        if page.status != 200:
            self.tally.passed_over[f"http-{page.status}"] += 1
            return None, None
        try:
            article = await read_again(
                self.reader,
                page,
                self.sites.of(page.url, candidate.site),
                self.own,
                run=document["fetch"].get("run") if candidate.is_stored else document.get("run"),
            )
        except (NotAnArticle, ReadingFailed) as error:
            if not candidate.is_stored:
                counts["refused_still"] += 1
                return None, None
            counts["refused"] += 1
            return Reread(document["url"], candidate.place, refused=f"{error.reason}: {error.detail}"), None
        if not candidate.is_stored:
            counts["new"] += 1
            return Reread(article.url, candidate.place, is_new=True), {"new": article.model_dump(mode="json")}
        found = differences(document, article)
        if not found:
            counts["same"] += 1
            return None, None
        counts["different"] += 1
        correction = Correction.of(document, article)
        return Reread(document["url"], candidate.place, found), {
            "identity": correction.identity,
            "revision": correction.revision,
            "fingerprint": correction.fingerprint,
            "archive": correction.archive,
            "url": correction.url,
            "article": article.model_dump(mode="json"),
            "had_views": document.get("views") is not None,
        }

    def _page(self, candidate: Candidate) -> ArchivedPage | PassedOver | None:
        """The page of an article, from the archive, from the WARC file that it was read from, or a saved page."""
        fetch = candidate.document.get("fetch") or {}
        path = Path(candidate.place)
        if Place.parse(candidate.place).position is not None or not path.is_file() or not fetch.get("at"):
            return page_at(self.folder, candidate.place, most=self.own.max_decompressed_bytes)
        try:
            body = read_saved(path, self.own.max_decompressed_bytes)
        except NoAnswer as error:
            return PassedOver(error.reason, error.detail, fetch["url"], candidate.place, START)
        return ArchivedPage(fetch["url"], fetch["at"], 200, {}, body, None, candidate.place)

    async def write(self) -> int:
        """Write what differs, and give the number of articles. Raises PyMongoError."""
        self._waiting.seek(0)
        written, batch = 0, []
        for line in self._waiting:
            batch.append(json.loads(line))
            if len(batch) == TOGETHER:
                written += await self._write(batch)
                batch = []
        written += await self._write(batch)
        await self.session.writer.flush()
        return written

    async def _write(self, batch: Sequence[dict[str, Any]]) -> int:
        new = [Article.model_validate(record["new"]) for record in batch if "new" in record]
        corrections = []
        for record in batch:
            if "new" in record:
                continue
            article = Article.model_validate(record.pop("article"))
            if not record.pop("had_views"):
                await self._observe(article)
            corrections.append(Correction(**record, article=article))
        stored = await asyncio.gather(*(self._save(article) for article in new))
        return sum(stored) + await correct(self.session.connection.database, corrections)

    async def _observe(self, article: Article) -> None:
        """A counter that was overlooked is an observation of that time; one that was read wrongly stays as it was
        observed, because a time series cannot be corrected."""
        site = self.sites.of(article.url, article.site)
        own = [view for view in view_observations(article, site, at=_at(article)) if view.source == "own page"]
        await self.session.writer.observe(own, are_doubtful=True)

    async def _save(self, article: Article) -> int:
        """Store an article whose page was refused when it was fetched."""
        site = self.sites.of(article.url, article.site)
        at = _at(article)
        views = view_observations(article, site, at=at)
        try:
            await self.session.writer.save(article, now=at, views=views, ages=(), is_late=True)
        except StoreRefused:
            self.tally.passed_over["refused-by-database"] += 1
            return 0
        await self.session.writer.resolve([article.url, *article.aliases])
        return 1


def _at(article: Article) -> Any:
    assert article.fetch.at is not None
    return article.fetch.at


async def _at_most(stream: AsyncIterator[Candidate], limit: int | None) -> AsyncIterator[Candidate]:
    number = 0
    if limit == 0:
        return
    async for candidate in stream:
        yield candidate
        number += 1
        if number == limit:
            return
