"""The item pipelines one by one, with the real spider class, writer and database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import MemoryStatsCollector

from newscrawl.article import Article, Card, Fetch, RawArticle, RawDate, Section
from newscrawl.crawl.reading import Reading
from newscrawl.crawl.session import Session
from newscrawl.normalize.article import normalize_article
from newscrawl.pipelines.deduplicate import DeduplicatePipeline
from newscrawl.pipelines.select import SelectPipeline
from newscrawl.pipelines.store import StorePipeline
from newscrawl.settings import scrapy_settings, settings
from newscrawl.site import parse_site
from newscrawl.spiders.loader import spider_of
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
SITE = parse_site({"publisher": "Example", "home": "https://example.com/", "timezone": "UTC"}, Path("example.toml"))


@pytest.fixture
async def crawler(connection: Connection, tmp_path: Path) -> AsyncIterator[Crawler]:
    """A crawler whose spider has a database of its own."""
    crawler = Crawler(spider_of(SITE), scrapy_settings(settings()))
    crawler.spider = spider_of(SITE).from_crawler(crawler)
    crawler._stats = MemoryStatsCollector(crawler)
    spool = Spool(tmp_path / "spool.jsonl")
    crawler.spider.session = Session(connection, ArticleWriter(connection, spool, interval=0.01), spool)
    yield crawler
    await crawler.spider.session.writer.close()


def counts(crawler: Crawler) -> dict[str, int]:
    return {name.removeprefix("newscrawl/"): value for name, value in crawler.stats.get_stats().items()}


def reading(
    url: str = "https://example.com/news/1", published: str = "2026-01-06T10:00:00Z", **fields: object
) -> Reading:
    raw = RawArticle(
        url=url,
        headline="Storm on the coast",
        sections=[Section(paragraphs=["The wind rose."])],
        published=[RawDate(published, "meta")],
        **fields,  # type: ignore[arg-type]
    )
    card = Card(url=url, source="listing")
    return Reading(normalize_article(raw, SITE, fetched_at=NOW, card=card), card, Fetch(status=200))


async def article_of(crawler: Crawler, item: Reading) -> Article:
    return await SelectPipeline.from_crawler(crawler).process_item(item)


async def test_a_reading_becomes_its_article_with_its_fetch(crawler: Crawler) -> None:
    article = await article_of(crawler, reading())
    assert article.headline == "Storm on the coast"
    assert article.published is not None
    assert article.published.at == datetime(2026, 1, 6, 10, tzinfo=UTC)
    assert article.fetch.status == 200


async def test_an_article_older_than_asked_for_is_dropped_and_counted(crawler: Crawler) -> None:
    item = reading(published="2026-01-01T10:00:00Z")
    item.since = NOW - timedelta(days=2)
    with pytest.raises(DropItem):
        await article_of(crawler, item)
    assert counts(crawler)["older_than_since"] == 1


async def test_an_article_met_again_is_dropped_and_its_addresses_kept(crawler: Crawler) -> None:
    deduplicate, store = DeduplicatePipeline.from_crawler(crawler), StorePipeline.from_crawler(crawler)
    first = await article_of(crawler, reading())
    await store.process_item(await deduplicate.process_item(first))
    again = await article_of(crawler, reading(aliases=["https://example.com/amp/1"]))
    with pytest.raises(DropItem):
        await deduplicate.process_item(again)
    await crawler.spider.session.writer.flush()
    stored = await crawler.spider.session.connection.database["articles"].find_one({})
    assert "https://example.com/amp/1" in stored["aliases"]
    assert counts(crawler)["duplicates"] == 1


async def test_an_address_met_before_the_first_reading_is_stored_is_kept_too(crawler: Crawler) -> None:
    deduplicate, store = DeduplicatePipeline.from_crawler(crawler), StorePipeline.from_crawler(crawler)
    first = await deduplicate.process_item(await article_of(crawler, reading()))
    with pytest.raises(DropItem):
        await deduplicate.process_item(await article_of(crawler, reading(aliases=["https://example.com/amp/1"])))
    await crawler.spider.session.writer.flush()  # the address is written, and no article has it yet
    await store.process_item(first)
    stored = await crawler.spider.session.connection.database["articles"].find_one({})
    assert "https://example.com/amp/1" in stored["aliases"]


async def test_an_item_is_done_when_the_database_has_it(crawler: Crawler) -> None:
    await StorePipeline.from_crawler(crawler).process_item(await article_of(crawler, reading()))
    assert await crawler.spider.session.connection.database["articles"].count_documents({}) == 1
    assert counts(crawler)["new"] == 1
    assert counts(crawler)["field/body"] == 1


async def test_an_article_that_the_database_refuses_is_a_failure(crawler: Crawler) -> None:
    article = await article_of(crawler, reading())
    article.body = "x" * 17 * 2**20
    with pytest.raises(DropItem):
        await StorePipeline.from_crawler(crawler).process_item(article)
    await crawler.spider.session.writer.flush()
    [failure] = await crawler.spider.session.connection.database["failures"].find().to_list()
    assert (failure["stage"], failure["reason"]) == ("store", "refused-by-database")


async def test_counters_of_the_article_and_of_its_related_cards_are_observed(crawler: Crawler) -> None:
    card = Card(url="https://example.com/news/2", source="related", headline="Other", views="22684 views")
    await StorePipeline.from_crawler(crawler).process_item(
        await article_of(crawler, reading(views="27977 views", related=[card]))
    )
    await crawler.spider.session.writer.flush()
    views = await crawler.spider.session.connection.database["views"].find().to_list()
    assert sorted((view["count"], view["source"]) for view in views) == [(22684, "card"), (27977, "own page")]


async def test_an_article_read_at_last_is_no_failure_any_more(crawler: Crawler) -> None:
    spider = crawler.spider
    await spider.record_failure("https://example.com/news/1", "fetch", "http-500", "the server answered 500")
    spider.articles.attempts["https://example.com/news/1"] = 1
    await StorePipeline.from_crawler(crawler).process_item(await article_of(crawler, reading()))
    await spider.session.writer.flush()
    assert await spider.session.connection.database["failures"].count_documents({}) == 0
