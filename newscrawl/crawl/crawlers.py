"""The crawlers of a process, one a site: begun one after the other, at most so many at a time, let go when done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from scrapy import signals
from scrapy.settings import Settings as ScrapySettings

from newscrawl.article import Article
from newscrawl.crawl.ending import end_early
from newscrawl.crawl.options import Ended, Options
from newscrawl.crawl.reader import is_reading
from newscrawl.crawl.run_record import INTERRUPTED, RunRecord, counts_of, run_of
from newscrawl.crawl.stop import Stop
from newscrawl.records import Run
from newscrawl.site import Site
from newscrawl.spiders.loader import spider_of
from newscrawl.spiders.site_spider import SiteSpider

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess, Crawler

MOST_OPENING = 20
"""Sites that are opened at a time: the first ones fetch while others still ask the database what is known of them."""
LONGEST_OPENING = 2.0
"""Seconds for which one that waits, for another run of its site to end, holds up those after it."""


class Supply(Protocol):
    """Where the sites of a process come from."""

    async def take(self) -> Site | None:
        """The next site, as soon as it is to begin; None: there is none any more."""


class Listed:
    """Sites in the order of a list."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._waiting = deque(sites)

    def leave_out(self, names: Iterable[str]) -> None:
        """These are not to be crawled."""
        left_out = set(names)
        self._waiting = deque(site for site in self._waiting if site.name not in left_out)

    async def take(self) -> Site | None:
        """The next one."""
        return self._waiting.popleft() if self._waiting else None


class Crawlers:
    """Crawls what a supply gives, `most` sites at a time. `on_end` is told of each end, `on_article` of each article.

    A crawler takes its memory until its site is done: what it has learnt is in its record by then.
    """

    def __init__(
        self,
        process: AsyncCrawlerProcess,
        options: Options,
        stop: Stop,
        *,
        most: int,
        on_end: Callable[[Ended], None],
        on_article: Callable[[Article], None] | None = None,
    ) -> None:
        self.process, self.options, self.stop = process, options, stop
        self.on_end, self.on_article = on_end, on_article
        self.problems: list[Exception] = []
        """What nobody foresaw, of crawls that ended by it."""
        self._running: dict[str, Crawler] = {}
        self._crawls: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()
        self._done: dict[str, dict[str, int]] = {}
        self._places, self._opening = asyncio.Semaphore(most), asyncio.Semaphore(MOST_OPENING)

    def counts(self) -> dict[str, dict[str, int]]:
        """The counts of every site so far, by its name."""
        running = {name: counts_of(crawler) for name, crawler in self._running.items() if crawler.spider is not None}
        return {**self._done, **running}

    def expects_pages(self) -> bool:
        """Whether any page is asked for, or is being read."""
        return is_reading() or any(
            crawler.engine is not None and crawler.engine.downloader.active for crawler in self._running.values()
        )

    async def crawl(self, supply: Supply) -> None:
        """Crawl until the supply is at its end and all crawls are, or until the process is told to end."""
        feeding = asyncio.create_task(self._feed(supply))
        ending = asyncio.create_task(end_early(self.stop, self._running.values(), self._crawls))

        def begin_no_further() -> None:
            feeding.cancel()

        self.stop.then(begin_no_further)
        while not feeding.done() or self._crawls:
            await asyncio.wait([feeding, *self._crawls] if not feeding.done() else self._crawls)
        if self.stop.is_requested:
            await ending
        ending.cancel()
        for name, crawler in self._running.items():
            if name not in self._told and crawler.spider is not None:
                self._tell(crawler, INTERRUPTED)
        if not feeding.cancelled():
            feeding.result()

    async def _feed(self, supply: Supply) -> None:
        while True:
            await self._places.acquire()
            await self._opening.acquire()
            site = await supply.take()
            if site is None:
                return
            crawl = asyncio.create_task(self._crawl(site))
            self._crawls.add(crawl)
            crawl.add_done_callback(self._crawls.discard)

    async def _crawl(self, site: Site) -> None:
        crawler = self._running[site.name] = self.process.create_crawler(spider_of(site))

        def closed(spider: SiteSpider, reason: str) -> None:
            self._tell(crawler, reason)

        def scraped(item: Any) -> None:
            if self.on_article is not None and isinstance(item, Article):
                self.on_article(item)

        crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)
        crawler.signals.connect(scraped, signal=signals.item_scraped, weak=False)
        self._hold_up_others(crawler)
        try:
            await self.process.crawl(crawler, stop=self.stop, **self.options.arguments())
        except Exception as error:
            self.problems.append(error)
        finally:
            if not self.stop.is_requested:  # else its end is seen to with those of all others
                self._let_go(site.name)
            self._places.release()

    def _hold_up_others(self, crawler: Crawler) -> None:
        """Until it has opened, or has ended, but not for long."""
        timer: asyncio.TimerHandle | None = None

        def opened() -> None:
            nonlocal timer
            if timer is not None:
                timer.cancel()
                timer = None
                self._opening.release()

        timer = asyncio.get_running_loop().call_later(LONGEST_OPENING, opened)
        crawler.signals.connect(opened, signal=signals.engine_started, weak=False)
        crawler.signals.connect(opened, signal=signals.spider_closed, weak=False)

    def _tell(self, crawler: Crawler, reason: str) -> None:
        spider = crawler.spider
        assert isinstance(spider, SiteSpider)
        self._told.add(spider.name)
        self.on_end(Ended(spider.name, _record(crawler, reason), spider.run_id))

    def _let_go(self, name: str) -> None:
        """Keep nothing of a crawler that is done but its counts. Scrapy's table of signals would hold it for ever."""
        crawler = self._running.pop(name)
        self._done[name] = counts_of(crawler) if crawler.spider is not None else {}
        for signal in (signals.spider_closed, signals.item_scraped, signals.engine_started):
            crawler.signals.disconnect_all(signal)


def _record(crawler: Crawler, reason: str) -> Run:
    record = crawler.get_extension(RunRecord)
    return run_of(crawler, record.started_at if record else datetime.now(UTC), reason)


class OwnSettings(ScrapySettings):
    """Scrapy's settings, of which each crawler takes a copy: here one that shares what no crawler changes.

    A deep copy takes 2,500 objects and some milliseconds, for each site once more.
    """

    def copy(self) -> Self:
        """A copy whose settings can be set anew; those that are tables themselves are shared."""
        copied = copy(self)
        copied.attributes = {name: copy(attribute) for name, attribute in self.attributes.items()}
        return copied
