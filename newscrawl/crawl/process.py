"""One process crawls many sites at once: builds Scrapy's process and reports what each crawl did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from newscrawl.article import Article, Run
from newscrawl.crawl.run_record import counts_of, run_of
from newscrawl.settings import Settings, scrapy_settings
from newscrawl.site import Site
from newscrawl.spiders.loader import spider_of
from newscrawl.store.connect import DatabaseDown


@dataclass(frozen=True)
class Options:
    """What a crawl is asked for. `since`: older articles are left out. `limit`: articles fetched a site."""

    limit: int | None = None
    since: datetime | None = None
    max_pages: int | None = None
    dry_run: bool = False

    def arguments(self) -> dict[str, Any]:
        """The same as spider arguments."""
        return {
            "limit": self.limit,
            "since": self.since.isoformat() if self.since else None,
            "max_pages": self.max_pages,
            "dry_run": self.dry_run,
        }


@dataclass
class Outcome:
    """What a crawl did: the run record of each site, and the signal that ended it early, if one did."""

    runs: dict[str, Run]
    signal: int | None = None


Progress = Callable[[dict[str, dict[str, int]]], None]


def crawl(
    sites: Sequence[Site],
    own: Settings,
    options: Options,
    *,
    on_article: Callable[[Article], None] | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Crawl the sites in this process. A first SIGINT or SIGTERM ends it once all that was fetched is stored.

    `on_article` sees every article as it is done; `on_progress` the counts of every site twice a second.
    Call it once a process: an event loop is not started twice. Raises DatabaseDown where no server answers.
    """
    logging.getLogger("scrapy.addons").setLevel(logging.ERROR)
    process = AsyncCrawlerProcess(scrapy_settings(own))
    crawlers: dict[str, Crawler] = {}
    outcome = Outcome({})
    problems: list[BaseException] = []

    async def check_database() -> None:
        from newscrawl.crawl.session import close_session, open_session

        try:
            await close_session(await open_session(own))
        except DatabaseDown as error:
            problems.append(error)

    for site in sites:
        crawler = process.create_crawler(spider_of(site))
        crawlers[site.name] = crawler
        started_at = datetime.now(UTC)

        def closed(spider: Any, reason: str, crawler: Crawler = crawler, started_at: datetime = started_at) -> None:
            outcome.runs[spider.name] = run_of(crawler, started_at, reason)

        def scraped(item: Any) -> None:
            if on_article is not None and isinstance(item, Article):
                on_article(item)

        crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)
        crawler.signals.connect(scraped, signal=signals.item_scraped, weak=False)

    async def main() -> None:
        if not options.dry_run:
            await check_database()
        if problems:
            return
        tasks = [process.crawl(crawler, **options.arguments()) for crawler in crawlers.values()]
        pending = asyncio.gather(*tasks, return_exceptions=True)
        while not pending.done():
            await asyncio.wait([pending], timeout=0.5)
            if on_progress is not None:
                on_progress({name: counts_of(crawler) for name, crawler in crawlers.items() if crawler.stats})
        problems.extend(result for result in pending.result() if isinstance(result, BaseException))

    _start(process, main(), outcome)
    for problem in problems:
        raise problem
    return outcome


def _start(process: AsyncCrawlerProcess, main: Any, outcome: Outcome) -> None:
    """Run `main` inside the process's loop, which ends with the last crawl, and note a signal that ends it."""
    from twisted.internet import reactor
    from twisted.internet.error import ReactorNotRunning

    loop: Any = reactor  # Twisted's own types are those of the module, not of the reactor put in its place

    def note_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            scrapy_handler: Any = signal.getsignal(number)

            def note(number: int, frame: Any, then: Any = scrapy_handler) -> None:
                outcome.signal = outcome.signal or number
                then(number, frame)

            signal.signal(number, note)

    def end(_main: Any) -> None:
        with contextlib.suppress(ReactorNotRunning):  # a signal has stopped it
            loop.stop()

    def begin() -> None:
        loop.callLater(0, note_signals)  # after Scrapy has put its own handlers in place
        asyncio.ensure_future(main).add_done_callback(end)

    loop.callWhenRunning(begin)
    process.start(stop_after_crawl=False)
