"""The one spider: a run of a site, with its listings and its articles, and what goes wrong in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar, TypeVarTuple
from urllib.parse import urlsplit

import scrapy
from pymongo.errors import PyMongoError
from scrapy.settings import BaseSettings

from newscrawl.crawl.circumstances import who
from newscrawl.crawl.gate import gate
from newscrawl.crawl.reader import Reader, close_reader, open_reader
from newscrawl.crawl.reasons import Stage, failure_of, reason_of
from newscrawl.crawl.refusals import Stopped
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.crawl.stop import Stop
from newscrawl.crawl.traffic import Traffic
from newscrawl.settings import settings
from newscrawl.site import Site
from newscrawl.spiders.articles import Articles
from newscrawl.spiders.learning import Learning
from newscrawl.spiders.listings import Listings
from newscrawl.spiders.past import PastListings
from newscrawl.spiders.revisits import Revisits
from newscrawl.spiders.span import Span
from newscrawl.store.ledger import lost_articles
from newscrawl.store.memory import hosts_of, remember_hosts
from newscrawl.store.queries import failures_at, site_failures

CONTROL_SURFACES = ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED")
"""Settings of Scrapy that let others run code in the crawler."""
ABOVE_ALL = 1000
"""A priority above that of Scrapy's command line, which is 40: no `-s` opens them."""
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class SiteSpider(scrapy.Spider):
    """Crawls `site`. Arguments, all optional and as text: `limit` (0: nothing is fetched), `since` (ISO instant),
    `max_pages`, `dry_run`, `no_revisits` (new articles only), `only_revisits` (no new ones).

    `first_day` and `last_day` (ISO dates) make a backfill of it; `again`: finished days once more. `now`: what
    failed is tried again at once, also at hosts that are down or want to be left alone. `wait`: seconds to wait for
    another run of the site to end. `archive`: archive the pages or not, whatever is set. `started_by`: who, if not the
    user of the process. `key`: no second run of the site with it. `only_due`: of the listings, feeds and sitemaps those
    that are due. `in_fleet`: of all processes of the database one asks a host. `addresses`, no text: of what failed
    before these addresses, and nothing else. `stop`, no text: what tells the run to end early.
    """

    site: ClassVar[Site]

    def __init__(
        self,
        limit: str | int | None = None,
        since: str | None = None,
        max_pages: str | int | None = None,
        dry_run: str | bool = False,
        no_revisits: str | bool = False,
        only_revisits: str | bool = False,
        first_day: str | None = None,
        last_day: str | None = None,
        again: str | bool = False,
        *,
        now: str | bool = False,
        wait: str | float = 0,
        archive: str | bool | None = None,
        started_by: str | None = None,
        key: str | None = None,
        only_due: str | bool = False,
        in_fleet: str | bool = False,
        addresses: frozenset[str] | None = None,
        stop: Stop | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(self.site.name, **arguments)
        self.limit = int(limit) if limit is not None else None
        self.since = datetime.fromisoformat(since).astimezone(UTC) if since else None
        self.max_pages = int(max_pages) if max_pages is not None else None
        self.dry_run, self.no_revisits, self.only_revisits = map(_is_true, (dry_run, no_revisits, only_revisits))
        self.asks_now = _is_true(now)
        self.asks_again = _is_true(again)
        self.wait = float(wait)
        self.started_by, self.key = started_by or who(), key or None
        self.days_asked = (
            (date.fromisoformat(first_day), date.fromisoformat(last_day)) if first_day and last_day else None
        )
        """First and last day of a backfill, as they were asked for."""
        self.traffic = Traffic()
        self.only_due = _is_true(only_due)
        self.in_fleet = _is_true(in_fleet)
        self.addresses = addresses
        self.stop = stop or Stop()
        self.archive = None if archive is None else _is_true(archive)
        self.session: Session | None = None
        self.run_id: str | None = None
        self._reader: Reader | None = None
        self.span: Span | None = None
        """Articles published outside are left out."""
        self.listings = Listings(self)
        if self.days_asked:
            self.span = Span(*self.days_asked, self.site.timezone)
            self.listings = PastListings(self, self.span, again=self.asks_again)
            self.no_revisits = True
        self.articles = Articles(self)
        self.revisits = Revisits(self)
        self.learning = Learning(self)
        self.has_lost = False
        """Something could neither be stored nor recorded: no walk of this run counts as complete."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The site file's delay and concurrency before the general ones."""
        super().update_settings(settings)
        for surface in CONTROL_SURFACES:
            settings.set(surface, False, priority=ABOVE_ALL)
        if cls.site.crawl.delay is not None:
            settings.set("DOWNLOAD_DELAY", cls.site.crawl.delay, priority="spider")
        if cls.site.crawl.concurrency is not None:
            settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", cls.site.crawl.concurrency, priority="spider")

    async def open_database(self) -> None:
        """Open the process's database session; a dry run has none. Raises DatabaseDown."""
        if not self.dry_run:
            self.session = await open_session(settings())

    async def close_database(self) -> None:
        """End this spider's use of the session."""
        session, self.session = self.session, None
        if session is not None:
            await close_session(session)

    def open_reader(self) -> Reader:
        """The processes that read pages, which get ready while the first page is fetched."""
        if self._reader is None:
            self._reader = open_reader(settings().page_timeout, self.site.languages)
        return self._reader

    @property
    def reader(self) -> Reader | None:
        """Those processes; None before they are wanted, and after the end."""
        return self._reader

    @property
    def archive_folder(self) -> Path | None:
        """Where the pages of this run are archived; None: nowhere."""
        own = settings()
        if self.archive is None:
            return own.archive_folder
        return (own.archive_folder or own.default_archive) if self.archive else None

    async def read(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """What a function gives for a page of the site, in a process that ends where the page is too much for it.

        Raises ReadingFailed, and what the function raises.
        """
        return await self.open_reader().read(self.site.name, function, *arguments, note=self.traffic.reading.add)

    async def closed(self, reason: str) -> None:
        """End this spider's use of the processes that read pages, as Scrapy asks for."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await close_reader(reader)

    @property
    def fetches_nothing(self) -> bool:
        """The run begins and ends and asks for no page: no new article is wanted, nor is it there for stored ones."""
        return self.limit == 0 and not self.only_revisits

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"newscrawl/{name}", number)

    # --- the run --------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Addresses that failed before and are due, every listing, feed and sitemap, and articles to visit again."""
        if self.session is not None:
            try:
                await self._recall_failures(self.session)
                await self.learning.recall(self.session)
                await self._recall_hosts(self.session)
                await self.listings.recall()
                if not self.fetches_nothing:
                    await self.revisits.claim()
            except PyMongoError as error:
                await self.database_away(error)
                return
        if self.addresses is not None:
            async for request in self.listings.requests_again():
                yield request
        if not self.only_revisits:
            for request in self.articles.requests_again():
                yield request
        if self.fetches_nothing:
            return
        if not self.only_revisits and self.addresses is None:
            async for request in self.listings.requests():
                yield request
        for request in self.revisits.requests():
            yield request

    async def _recall_failures(self, session: Session) -> None:
        database = session.connection.database
        now, also_early = datetime.now(UTC), self.asks_now
        if self.addresses is not None:
            wanted = list(self.addresses)
            due = await session.read(lambda: failures_at(database, self.site.name, wanted))
        else:
            due = await session.read(lambda: site_failures(database, self.site.name, now, also_early=also_early))
        for failure in due:
            if failure.article is not None:
                self.revisits.chosen.append(failure.article)
                continue
            attempts = self.listings.failed if failure.stage == "discover" else self.articles.attempts
            attempts[failure.url] = failure.attempts
        if self.span is None:
            # Also beside chosen addresses: this run's sound end would hide from the next one that an earlier was lost.
            self.articles.lost = await session.read(
                lambda: lost_articles(database, self.site.name, self.run_id, datetime.now(UTC))
            )

    async def _recall_hosts(self, session: Session) -> None:
        if not self.asks_now:
            database = session.connection.database
            gate().recall(await session.read(lambda: hosts_of(database, self._hosts)))

    @property
    def _hosts(self) -> frozenset[str]:
        return self.site.all_hosts | {urlsplit(url).netloc for url in self.site.sources}

    async def end_walks(self, finished: bool) -> None:
        """Keep what the run has learnt of listings and addresses."""
        await self.revisits.end()
        await self.articles.end()
        if self.session is not None:
            try:
                await self.learning.end(self.session)
                await remember_hosts(self.session.connection.database, gate().learnt(self._hosts, datetime.now(UTC)))
            except PyMongoError as error:
                self.logger.warning("what this run has learnt of the site is not kept: %s", str(error)[:200])
        await self.listings.end(finished)

    # --- what goes wrong ------------------------------------------------------------------------

    async def database_away(self, error: PyMongoError) -> None:
        """The database does not answer: what is not known to be new is not fetched; the next run goes on."""
        self.has_lost = True
        self.remark("database-away")
        self.logger.error("the database does not answer: %s", str(error)[:200])

    def remark(self, reason: str) -> None:
        """Count a reason in the run's record, for what is wrong and no failure of an address."""
        self.count(f"reason/{reason}")

    async def download_failed(self, url: str, stage: Stage, error: BaseException) -> bool:
        """An address that could not be fetched. False: the run was stopped before it came to it, which is no failure;
        the address stays unknown."""
        if isinstance(error, Stopped) or self.stop.is_requested:
            self.has_lost = True
            return False
        await self.record_failure(url, stage, reason_of(error), str(error), until=getattr(error, "until", None))
        return True

    async def record_failure(
        self,
        url: str,
        stage: Stage,
        reason: str,
        detail: str,
        *,
        until: datetime | None = None,
        archive: str | None = None,
    ) -> None:
        """Count a failure and keep it in `failures` with its reason, so that it can be shown and tried again.

        `until`: when it may be tried again, where that is known. `archive`: where the answer is archived.
        """
        self.count("failed")
        self.remark(reason)
        self.logger.info("%s: %s: %s", url, reason, detail)
        if self.session is None:
            return
        attempts = (self.articles.attempts.get(url) or self.listings.failed.get(url) or 0) + 1
        failure = failure_of(
            url,
            self.site.name,
            stage,
            reason,
            detail,
            attempts=attempts,
            now=datetime.now(UTC),
            run=self.run_id,
            until=until,
            archive=archive,
        )
        await self.session.writer.fail(await self.revisits.postpone(failure))


def _is_true(argument: str | bool) -> bool:
    return str(argument).lower() in {"1", "true", "yes"}
