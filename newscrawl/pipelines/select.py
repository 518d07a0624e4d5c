"""Only the articles that the run is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from newscrawl.crawl.refusals import Dropped

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.article import Article
    from newscrawl.crawl.reading import Reading
    from newscrawl.spiders.site_spider import SiteSpider


class SelectPipeline:
    """Takes the `Article` out of each reading; drops what is older than the run asked for, or of other days."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def process_item(self, item: Reading) -> Article:
        """The article with its fetch. Raises Dropped for one published before `since` or outside of the days."""
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        at = item.article.published.at if item.article.published else None
        if item.since and at and at < item.since:
            spider.count("older_than_since")
            raise Dropped("older-than-since", f"published {at:%Y-%m-%d %H:%M} UTC, before the limit")
        if spider.span and item.card and item.card.found_at:
            spider.listings.note_published(item.card.found_at, at)
            if at is None or at not in spider.span:
                spider.count("outside_the_days" if at else "without_date")
                reason = "outside-the-days" if at else "without-date"
                raise Dropped(reason, f"published {at or 'at an unknown time'}, not on the days asked for")
        item.article.fetch = item.fetch
        return item.article
