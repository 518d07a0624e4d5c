"""The ingest: pages read side by side, stored in the order of their files, and how far that has come kept.

An article goes the way that it goes in a crawl: read and normalised by the processes that read pages, told from what is
stored and written by the batching writer. What is stored already and was seen later than the page stays as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import monotonic

from newscrawl.archive.pages import ArchivedPage, PassedOver
from newscrawl.archive.records import START, Position
from newscrawl.archive.saved import address_in_page
from newscrawl.article import Article, NotAnArticle
from newscrawl.crawl.coverage import covered_fields
from newscrawl.crawl.reader import Reader, ReadingFailed
from newscrawl.crawl.reasons import failure_of
from newscrawl.crawl.reread import Sites, read_again
from newscrawl.crawl.session import Session
from newscrawl.crawl.stop import Stop
from newscrawl.ingest.pages import Item, items_of, unwanted
from newscrawl.ingest.sources import Source
from newscrawl.ingest.state import keep, known_files, state_of
from newscrawl.normalize.counted import view_observations
from newscrawl.records import IngestedFile
from newscrawl.settings import Settings
from newscrawl.site import Site
from newscrawl.store.articles import StoreRefused

AHEAD = 4  # pages under way for each process that reads them
TO_STORE = 300  # articles that wait for the database: more than a batch
KEEP_EVERY = 2.0  # seconds between two notes of how far files have come
TOGETHER = 200  # files whose states are looked up by one query


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for. `site`: pages of this one alone. `fetched_at`: of saved pages; else the time of their file."""

    site: str | None = None
    fetched_at: datetime | None = None
    again: bool = False
    workers: int = 2


@dataclass(slots=True)
class Tally:
    """What has happened so far. `reasons`: why pages were refused or passed over."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    file: str = ""


class Ingest:
    """One ingest. `session`: None where nothing is to be written."""

    def __init__(
        self,
        session: Session | None,
        reader: Reader,
        sites: Sites,
        own: Settings,
        options: Options,
        *,
        run: str | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.session, self.reader, self.sites, self.own = session, reader, sites, own
        self.options, self.run_id, self.stop = options, run, stop or Stop()
        self.tally = Tally()
        self.on_article: Callable[[Article], None] | None = None
        self.on_progress: Callable[[Tally], None] | None = None
        self._states: dict[Path, IngestedFile] = {}
        self._open: set[Path] = set()
        self._to_keep: dict[str, IngestedFile] = {}
        self._reading: deque[tuple[Item, asyncio.Task[Article | None] | None]] = deque()
        self._storing: deque[tuple[Item, asyncio.Task[None] | None]] = deque()
        self._kept_at = monotonic()

    async def ingest(self, sources: Iterable[Source]) -> None:
        """Ingest files, one after another. Ends early where it is told to. Raises PyMongoError, NoSource."""
        try:
            async for item in self._items(sources):
                task = asyncio.create_task(self._read(item)) if isinstance(item.page, ArchivedPage) else None
                if isinstance(item.page, PassedOver):
                    await self._pass_over(item.source, item.page)
                self._reading.append((item, task))
                while len(self._reading) > AHEAD * self.options.workers:
                    await self._store_next()
                if self.stop.is_requested or self._is_away:
                    break
            while self._reading:
                await self._store_next()
            while self._storing:
                await self._end_next()
        finally:
            for _, task in (*self._reading, *self._storing):
                if task is not None:
                    task.cancel()
            left = [task for _, task in (*self._reading, *self._storing) if task is not None]
            await asyncio.gather(*left, return_exceptions=True)
        await self._keep()

    @property
    def _is_away(self) -> bool:
        """The database is away: what was read waits on disk, and nothing more is to."""
        return self.tally.counts["spooled"] > 0

    async def _items(self, sources: Iterable[Source]) -> AsyncIterator[Item]:
        stream = iter(sources)
        while batch := list(islice(stream, TOGETHER)):
            known = await self._known(batch)
            for source in batch:
                try:
                    state = state_of(source.path, self.options.site, known.get(str(source.path)))
                    if state.finished_at is not None:
                        self.tally.counts["files_finished_before"] += 1
                        continue
                    if Position.parse(state.position) != START:
                        self.tally.counts["files_gone_on_with"] += 1
                    self.tally.file = source.path.name
                    self._states[source.path] = state.model_copy(update={"run": self.run_id})
                    async with contextlib.aclosing(self._items_of(source, state)) as items:
                        async for item in items:
                            yield item
                except OSError as error:
                    self.tally.counts["files_failed"] += 1
                    await self._refuse(source, "", str(source.path), "unreadable-file", str(error))

    def _items_of(self, source: Source, state: IngestedFile) -> AsyncGenerator[Item]:
        archive = (self.own.archive_folder or self.own.default_archive).absolute()
        most, fetched_at = self.own.max_decompressed_bytes, self.options.fetched_at
        return items_of(source, state, most, fetched_at=fetched_at, archive=archive)

    async def _known(self, batch: Sequence[Source]) -> dict[str, IngestedFile]:
        if self.session is None or self.options.again:
            return {}
        database, site = self.session.connection.database, self.options.site
        paths = [source.path for source in batch]
        return await self.session.read(lambda: known_files(database, paths, site))

    # --- one page ---------------------------------------------------------------------------------

    async def _read(self, item: Item) -> Article | None:
        """The article on a page; None where there is none, which is recorded."""
        page = item.page
        assert isinstance(page, ArchivedPage)
        self.tally.counts["pages"] += 1
        if (reason := unwanted(page)) is not None:
            self.tally.reasons[reason] += 1
            return None
        try:
            page.url = page.url or await self.reader.read("saved", address_in_page, page.body)
            site = self.sites.of(page.url)
            if self.options.site is not None and site.name != self.options.site:
                self.tally.reasons["another-site"] += 1
                return None
            if site.is_article(page.url) is False and not page.is_article:
                self.tally.reasons["no-article-address"] += 1
                return None
            page.fetched_at = min(page.fetched_at, datetime.now(UTC))
            return await read_again(self.reader, page, site, self.own, run=self.run_id)
        except (NotAnArticle, ReadingFailed) as error:
            await self._refuse(item.source, page.url, page.place, error.reason, error.detail)
        except ValueError as error:
            await self._refuse(item.source, page.url, page.place, "no-address", str(error))
        return None

    async def _pass_over(self, source: Source, page: PassedOver) -> None:
        if page.reason in ("", "revisit-unresolved"):
            self.tally.counts["repeated" if page.reason else "other_records"] += 1
        else:
            await self._refuse(source, page.url, page.place, page.reason, page.detail)

    async def _refuse(self, source: Source, url: str, place: str, reason: str, detail: str) -> None:
        """A page that could not be used, with its reason; of a damaged file that it is damaged."""
        self.tally.counts["failed"] += 1
        self.tally.reasons[reason] += 1
        if self.session is None:
            return
        address = url if url.startswith(("http://", "https://")) else source.path.as_uri()
        site, now = self._name_of(address), datetime.now(UTC)
        failure = failure_of(
            address, site, "ingest", reason, detail, attempts=1, now=now, run=self.run_id, archive=place
        )
        await self.session.writer.fail(failure.model_copy(update={"next_try_at": None}))

    def _name_of(self, address: str) -> str:
        with contextlib.suppress(ValueError):
            return self.sites.of(address).name
        return self.options.site or "ingest"

    # --- in their order ---------------------------------------------------------------------------

    async def _store_next(self) -> None:
        """Hand the next article over to the writer, as soon as it is read."""
        item, reading = self._reading.popleft()
        article = await reading if reading is not None else None
        storing = None
        if article is not None:
            storing = asyncio.create_task(self._store(article, item))
        self._storing.append((item, storing))
        while len(self._storing) > TO_STORE or (self._storing and _is_done(self._storing[0][1])):
            await self._end_next()

    async def _store(self, article: Article, item: Item) -> None:
        counts, page = self.tally.counts, item.page
        assert isinstance(page, ArchivedPage)
        assert article.fetch.at is not None
        if self.on_article is not None:
            self.on_article(article)
        if self.session is None:
            counts["shown"] += 1
            return
        site, at, writer = self.sites.of(page.url), article.fetch.at, self.session.writer
        views = [v.model_copy(update={"run": page.run}) for v in view_observations(article, site, at=at)]
        try:
            outcome = await writer.save(article, now=at, views=views, ages=self._ages(site, at), is_late=True)
        except StoreRefused as error:
            await self._refuse(item.source, page.url, page.place, "refused-by-database", str(error))
            return
        counts[outcome] += 1
        self.tally.fields.update(covered_fields(article))
        if outcome == "new":
            await writer.resolve([article.url, *article.aliases])

    def _ages(self, site: Site, at: datetime) -> Sequence[timedelta]:
        """Ages at which the article is visited again: none where no crawl could, or where it is too old by now."""
        ages = self.own.revisits if site.crawl.revisits is None else site.crawl.revisits
        return ages if site.name in self.sites.known and ages and datetime.now(UTC) - at < ages[-1] else ()

    async def _end_next(self) -> None:
        """The next page is done: its file has come so far."""
        item, storing = self._storing.popleft()
        if storing is not None:
            await storing
        state = self._states[item.source.path]
        if item.page is None:
            state = state.model_copy(update={"finished_at": datetime.now(UTC)})
            self.tally.counts["files"] += 1
            del self._states[item.source.path]
        elif item.source.kind == "warc":
            state = state.model_copy(update={"position": str(item.after)})
            self._states[item.source.path] = state
        if not self._is_away:
            self._to_keep[state.path] = state
        if monotonic() - self._kept_at > KEEP_EVERY or len(self._to_keep) > TOGETHER:
            await self._keep()
        if self.on_progress is not None:
            self.on_progress(self.tally)

    async def _keep(self) -> None:
        """Note how far the files have come, after everything before is stored."""
        states, self._to_keep = list(self._to_keep.values()), {}
        self._kept_at = monotonic()
        if self.session is not None and states:
            await self.session.writer.flush()
            if not self._is_away:
                await keep(self.session.connection.database, states)


def _is_done(task: asyncio.Task[None] | None) -> bool:
    return task is None or task.done()
