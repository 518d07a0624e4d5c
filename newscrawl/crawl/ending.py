"""The early end of all crawls of a process, after it was told to end: what is stopped, and by when."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from scrapy.crawler import Crawler

from newscrawl.crawl.gate import gate
from newscrawl.crawl.run_record import INTERRUPTED, RunRecord
from newscrawl.crawl.stop import CRAWLS, DOWNLOADS, OVER, Stop
from newscrawl.spiders.site_spider import SiteSpider

LOOK = 0.05  # seconds between two looks at crawls that have not begun, or not ended
LAST = 0.5  # seconds left for what follows the crawls


async def end_early(stop: Stop, crawlers: Collection[Crawler], crawls: Collection[asyncio.Task[Any]]) -> None:
    """Wait for the signal, then end the crawls: those that have not come to their end in time are cancelled.

    When this returns every run has its record, in the database or on disk, and no site is locked.
    """
    await stop.wait()
    gate().stop(DOWNLOADS)
    told: dict[Crawler, asyncio.Task[None]] = {}
    while (waiting := [crawl for crawl in crawls if not crawl.done()]) and stop.left(CRAWLS):
        for crawler in crawlers:
            # One that is only being opened sees the signal itself, or is told as soon as it runs.
            if crawler not in told and crawler.crawling and crawler.engine.running:
                told[crawler] = asyncio.create_task(crawler.stop_async())
        await asyncio.wait(waiting, timeout=min(LOOK, stop.left(CRAWLS)))
    # A crawl that was closing when it was told counts as done before its record is written: wait for that as well.
    endings = [asyncio.ensure_future(_end(crawler)) for crawler in crawlers if crawler.spider is not None]
    if endings:
        await asyncio.wait(endings, timeout=stop.left(OVER - LAST))
    if waiting:
        # What is torn out of its work complains of it, one page after the other; it is known and said already.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    for task in (*told.values(), *crawls):
        task.cancel()


async def _end(crawler: Crawler) -> None:
    record = crawler.get_extension(RunRecord)
    assert isinstance(crawler.spider, SiteSpider)
    if record is not None:
        await record.end(crawler.spider, INTERRUPTED)
