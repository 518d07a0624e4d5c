"""One process crawls many sites at once: builds Scrapy's process and reports what each crawl did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from newscrawl.article import Article
from newscrawl.crawl.run_record import counts_of, run_of
from newscrawl.crawl.session import close_session, open_session
from newscrawl.records import Run
from newscrawl.settings import Settings, scrapy_settings
from newscrawl.site import Site
from newscrawl.spiders.loader import spider_of
from newscrawl.store.connect import DatabaseDown


@dataclass(frozen=True)
class Options:
    """What a crawl is asked for. `since`: older articles are left out. `limit`: new articles fetched a site.

    `days`: first and last day of a backfill, both whole. `again`: finished days once more. `now`: hosts that earlier
    runs found down, or that asked to be left alone, are asked all the same.
    """

    limit: int | None = None
    since: datetime | None = None
    max_pages: int | None = None
    dry_run: bool = False
    no_revisits: bool = False
    only_revisits: bool = False
    days: tuple[date, date] | None = None
    again: bool = False
    now: bool = False

    def arguments(self) -> dict[str, Any]:
        """The same as spider arguments."""
        return {
            "limit": self.limit,
            "since": self.since.isoformat() if self.since else None,
            "max_pages": self.max_pages,
            "dry_run": self.dry_run,
            "no_revisits": self.no_revisits,
            "only_revisits": self.only_revisits,
            "first_day": self.days[0].isoformat() if self.days else None,
            "last_day": self.days[1].isoformat() if self.days else None,
            "again": self.again,
            "now": self.now,
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
    Call it once a process: an event loop is not started twice. Raises DatabaseDown where no server
    answers, OSError where the data folder cannot be used.
    """
    logging.getLogger("scrapy.addons").setLevel(logging.ERROR)
    process = AsyncCrawlerProcess(scrapy_settings(own))
    crawlers: dict[str, Crawler] = {}
    outcome = Outcome({})
    problems: list[BaseException] = []

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
        session = None
        try:
            if not options.dry_run:
                session = await open_session(own)  # held, so that an embedded server runs until the last site is done
            await crawl_all()
        except (DatabaseDown, OSError) as error:
            problems.append(error)
        finally:
            if session is not None:
                await close_session(session)

    async def crawl_all() -> None:
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

    def stop() -> None:
        with contextlib.suppress(ReactorNotRunning):
            loop.stop()

    def note(number: int, _frame: Any) -> None:
        if outcome.signal is None:
            outcome.signal = number
            loop.callFromThread(lambda: asyncio.ensure_future(process.stop()))
        else:  # a second one: at once
            loop.callFromThread(stop)

    def note_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, note)

    def begin() -> None:
        loop.callLater(0, note_signals)  # after Scrapy, whose handlers would stop the loop too early
        asyncio.ensure_future(main).add_done_callback(lambda _main: stop())

    loop.callWhenRunning(begin)
    process.start(stop_after_crawl=False)
