"""Scrapy's downloader without its own delays: the gate keeps to them, for all sites of the process together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader import Downloader

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class PacedDownloader(Downloader):
    """Hands every request on at once; see `newscrawl.crawl.gate`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._delay = 0.0
        self.domain_concurrency = self.total_concurrency
