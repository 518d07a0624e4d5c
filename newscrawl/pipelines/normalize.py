"""Raw strings to typed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import DropItem

from newscrawl.article import NotAnArticle
from newscrawl.normalize.article import normalize_article
from newscrawl.normalize.dates import parse_date

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from newscrawl.article import Article
    from newscrawl.crawl.reading import Reading
    from newscrawl.spiders.site_spider import SiteSpider


class NormalizePipeline:
    """Makes an `Article` of each reading; drops what is older than the run asked for."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its components."""
        return cls(crawler)

    async def process_item(self, item: Reading) -> Article:
        """The typed record. Raises DropItem for what is no article, and for one published before `since`."""
        spider: SiteSpider = self.crawler.spider  # type: ignore[assignment]
        try:
            article = normalize_article(item.raw, spider.site, fetched_at=item.fetched_at, card=item.card)
        except NotAnArticle as error:
            await spider.record_failure(item.raw.url, "read", error.reason, error.detail)
            raise DropItem(error.detail, log_level="DEBUG") from None
        if article.is_cut:
            spider.remark("body-cut")
        at = article.published.at if article.published else None
        if article.published and at is None:
            later = parse_date(article.published.raw, languages=spider.site.languages)
            spider.remark("date-in-future" if later else "date-unreadable")
        if article.views and article.views.count is None:
            spider.remark("counter-out-of-range")
        if item.since and at and at < item.since:
            spider.count("older_than_since")
            raise DropItem(f"published {at:%Y-%m-%d %H:%M} UTC, before the limit", log_level="DEBUG")
        if spider.span and item.card and item.card.found_at:
            spider.listings.note_published(item.card.found_at, at)
            if at is None or at not in spider.span:
                spider.count("outside_the_days" if at else "without_date")
                raise DropItem(f"published {at or 'at an unknown time'}, not on the days asked for", log_level="DEBUG")
        return article.model_copy(update={"fetch": item.fetch})
