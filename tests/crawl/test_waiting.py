"""The articles of one crawl that wait on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler

from newscrawl.article import Card
from newscrawl.crawl import waiting
from newscrawl.crawl.waiting import TOGETHER, Kept, Overflow, Waiting
from newscrawl.settings import settings


@pytest.fixture
def overflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Overflow:
    monkeypatch.setenv("NEWSCRAWL_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(waiting, "settings", settings.__wrapped__)
    return Overflow()


def kept(number: int) -> Kept:
    url = f"https://example.com/news/{number}"
    return url, str(number), Card(url=url, source="sitemap", headline=f"Story {number}"), 1


def test_articles_come_back_in_their_order_with_what_led_to_them(overflow: Overflow) -> None:
    articles = [kept(number) for number in range(3 * TOGETHER + 7)]
    for article in articles:
        overflow.push(article)
    assert len(overflow) == len(articles)
    assert [overflow.pop() for _ in articles] == articles
    assert not overflow


def test_what_comes_in_between_goes_behind(overflow: Overflow) -> None:
    for number in range(TOGETHER + 1):
        overflow.push(kept(number))
    first = overflow.pop()
    overflow.push(kept(TOGETHER + 1))
    rest = [overflow.pop() for _ in range(len(overflow))]
    assert [int(identity) for _, identity, _, _ in [first, *rest]] == list(range(TOGETHER + 2))


def test_the_file_is_no_longer_than_what_waits_and_has_no_name(overflow: Overflow, tmp_path: Path) -> None:
    for _ in range(3):
        for number in range(2 * TOGETHER):
            overflow.push(kept(number))
        while overflow:
            overflow.pop()
    assert overflow._file is not None
    assert overflow._file.seek(0, 2) == 0
    assert list((tmp_path / "data").iterdir()) == []


def test_a_disk_that_refuses_loses_nothing(overflow: Overflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("no folder")
    articles = [kept(number) for number in range(2 * TOGETHER)]
    for article in articles:
        overflow.push(article)
    assert [overflow.pop() for _ in articles] == articles


def test_an_address_that_is_too_long_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_MAX_URL_LENGTH", "100")
    monkeypatch.setattr(waiting, "settings", settings.__wrapped__)
    crawler = get_crawler(settings_dict={"SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue"})
    scheduler = Waiting.from_crawler(crawler)
    scheduler.open(crawler._create_spider("site"))
    assert scheduler.enqueue_request(Request("https://example.com/".ljust(100, "a")))
    assert not scheduler.enqueue_request(Request("https://example.com/".ljust(101, "b")))
    assert len(scheduler) == 1
