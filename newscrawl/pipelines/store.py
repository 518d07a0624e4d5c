"""Articles into MongoDB: an item is done when the database has acknowledged it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from newscrawl.crawl.coverage import covered_fields
from newscrawl.crawl.refusals import Dropped
from newscrawl.normalize.counted import view_observations
from newscrawl.store.articles import StoreRefused

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.article import Article
    from newscrawl.spiders.site_spider import SiteSpider


class StorePipeline:
    """Hands each article and every view counter on its page to the batching writer."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def process_item(self, item: Article) -> Article:
        """The article, once it is in the database, or on disk while the database is away.

        Raises Dropped where the database refuses it.
        """
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        if spider.session is None:
            spider.count("shown")
            return item
        writer = spider.session.writer
        now = datetime.now(UTC)
        try:
            views = view_observations(item, spider.site, at=item.fetch.at or now)
            outcome = await writer.save(item, now=now, views=views, ages=spider.revisits.ages)
        except StoreRefused as error:
            await spider.record_failure(item.url, "store", "refused-by-database", str(error))
            raise Dropped("refused-by-database", str(error)) from None
        spider.count(outcome)
        spider.articles.note_stored(item, outcome)
        for name in covered_fields(item):
            spider.count(f"field/{name}")
        tried = spider.articles.attempts.keys() | spider.revisits.attempts.keys()
        await writer.resolve([url for url in (item.url, *item.aliases) if url in tried])
        return item
