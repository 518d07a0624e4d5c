"""One article under several addresses is one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import DropItem

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.article import Article
    from newscrawl.spiders.site_spider import SiteSpider


class DeduplicatePipeline:
    """Refuses an article that this run has read before; its other addresses become aliases."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article at its first meeting. Raises DropItem at every further one."""
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        if item.id not in self.seen:
            self.seen.add(item.id)
            return item
        spider.count("duplicates")
        if spider.session is not None and item.aliases:
            await spider.session.writer.add_aliases(item.id, item.aliases)
        raise DropItem(f"already read under another address: {item.url}", log_level="DEBUG")
