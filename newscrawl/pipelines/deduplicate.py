"""One article under several addresses is one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from newscrawl.crawl.refusals import Dropped

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.article import Article
    from newscrawl.spiders.site_spider import SiteSpider


class DeduplicatePipeline:
    """Refuses an article that this run has read before; its other addresses become aliases."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.seen: dict[str, list[str]] = {}
        """Identity to the addresses of the article as first read, which may still be on its way to the database."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article at its first meeting. Raises Dropped at every further one."""
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        if item.id not in self.seen:
            self.seen[item.id] = item.aliases
            return item
        spider.count("duplicates")
        self.seen[item.id] += [url for url in item.aliases if url not in self.seen[item.id]]
        if spider.session is not None and item.aliases:
            await spider.session.writer.add_aliases(item.id, item.aliases)
        raise Dropped("duplicate", f"already read under another address: {item.url}")
