"""A good guest: what servers ask for is kept to, within a run and by later ones; nothing leads inside."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


@pytest.fixture
def reasons(newscrawl: Any) -> Callable[[], dict[str, str]]:
    """Path to the reason of each failure."""
    return lambda: {
        failure["url"].partition("//")[2].partition("/")[2]: failure["reason"]
        for failure in newscrawl.documents("failures")
    }


def answers(*statuses: int, then: str = "") -> Callable[[], tuple[int, str]]:
    """A page that answers with these statuses first, and is served after that."""
    left = list(statuses)
    return lambda: (left.pop(0), "busy") if left else (200, then)


def test_a_page_that_fails_twice_is_stored_at_the_third_attempt_and_asked_for_later_each_time(
    newscrawl: Any, website: Any
) -> None:
    newscrawl.environment["NEWSCRAWL_RETRIES"] = "2"
    website.listing("flood")
    times: list[float] = []
    good = website.pages["/news/flood"]
    failing = answers(500, 502, then=good[1])

    def page() -> tuple[int, str]:
        times.append(time.monotonic())
        return failing()

    website.pages["/news/flood"] = page
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    assert newscrawl.headlines() == ["The headline of the article flood"]
    first, second = times[1] - times[0], times[2] - times[1]
    assert first >= 1
    assert second >= 2


def test_a_server_that_asks_for_a_second_is_left_alone_for_it_and_the_page_is_stored(
    newscrawl: Any, website: Any
) -> None:
    newscrawl.environment |= {"NEWSCRAWL_RETRIES": "1", "NEWSCRAWL_CONCURRENCY": "1"}
    website.listing("flood", "storm", "fire")
    website.headers["/news/flood"] = {"Retry-After": "2"}
    good = website.pages["/news/flood"]
    website.pages["/news/flood"] = answers(429, then=good[1])
    newscrawl.add_site("small", website.site_file())
    began = time.monotonic()
    newscrawl("crawl", "small")
    assert time.monotonic() - began >= 2
    assert len(newscrawl.headlines()) == 3


def test_a_server_that_asks_for_an_hour_gets_it_from_this_run_and_the_next(
    newscrawl: Any, website: Any, reasons: Callable[[], dict[str, str]]
) -> None:
    newscrawl.environment |= {"NEWSCRAWL_RETRIES": "2", "NEWSCRAWL_CONCURRENCY": "1"}
    website.listing("flood", "storm", "fire")
    good = dict(website.pages)
    for path in good.keys() - {"/news"}:
        website.pages[path] = (503, "busy")
        website.headers[path] = {"Retry-After": "3600"}
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    asked = [path for path in website.requests if path.startswith("/news/")]
    assert len(asked) == 1
    assert set(reasons().values()) == {"host-asks-to-wait"}
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    for failure in newscrawl.documents("failures"):
        assert abs(failure["next_try_at"] - in_an_hour) < timedelta(minutes=1)

    website.requests.clear()
    _code, output, _errors = newscrawl.run("crawl", "small")
    assert website.requests == []
    assert "host-asks-to-wait" in output

    website.pages |= good
    website.headers.clear()
    newscrawl.run("crawl", "small", "--now")
    assert "/news" in website.requests


def test_a_site_that_is_down_is_not_asked_for_everything_and_is_crawled_when_it_is_back(
    newscrawl: Any, website: Any, reasons: Callable[[], dict[str, str]]
) -> None:
    newscrawl.environment["NEWSCRAWL_CONCURRENCY"] = "1"
    names = [f"story-{number}" for number in range(20)]
    website.listing(*names)
    newscrawl.add_site("small", website.site_file())
    website.stop_after("/news")
    newscrawl.run("crawl", "small")
    told = list(reasons().values())
    assert told.count("connection-refused") <= 6
    assert told.count("host-down") >= 14

    website.start()
    newscrawl("crawl", "small", code=0)
    assert len(newscrawl.headlines()) >= 14


def test_what_failed_waits_for_its_time_unless_the_operator_wants_it_now(newscrawl: Any, website: Any) -> None:
    website.listing("flood", "storm")
    good = website.pages["/news/flood"]
    website.pages["/news/flood"] = (500, "broken")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    website.pages["/news/flood"] = good
    newscrawl("crawl", "small")
    assert len(newscrawl.headlines()) == 1
    newscrawl("crawl", "small", "--now")
    assert len(newscrawl.headlines()) == 2
    assert newscrawl.documents("failures") == []


def test_redirects_that_lead_inside_or_nowhere_are_not_followed(
    newscrawl: Any, website: Any, reasons: Callable[[], dict[str, str]]
) -> None:
    targets = {
        "metadata": ("http://169.254.169.254/latest/meta-data/", "forbidden-address"),
        "neighbour": ("http://127.0.0.1:1/", "forbidden-address"),
        "file": ("file:///etc/passwd", "forbidden-scheme"),
        "script": ("javascript:alert(1)", "forbidden-scheme"),
        "loop": ("/news/loop", "too-many-redirects"),
        "long": ("/news/" + "a" * 3000, "address-too-long"),
    }
    website.listing(*targets)
    for name, (target, _reason) in targets.items():
        website.pages[f"/news/{name}"] = (302, target)
    newscrawl.add_site("small", website.site_file())
    newscrawl.run("crawl", "small")
    assert reasons() == {f"news/{name}": reason for name, (_target, reason) in targets.items()}
    assert len(website.requests) < 30


def test_a_page_that_sends_its_reader_on_by_a_meta_element_is_followed(newscrawl: Any, website: Any) -> None:
    website.listing("old", "new")
    website.pages["/news/old"] = (
        200,
        '<html><head><meta http-equiv="refresh" content="0; url=/news/new"></head></html>',
    )
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    assert newscrawl.headlines() == ["The headline of the article new"]


def test_no_credentials_cookies_or_referrer_are_sent(newscrawl: Any, website: Any) -> None:
    website.listing("flood")
    website.headers["/news"] = {"Set-Cookie": "session=1; Path=/"}
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    sent = {name for _path, headers in website.asked for name in headers}
    assert not sent & {"cookie", "authorization", "referer"}


def test_cookies_are_kept_where_the_operator_wants_them_and_only_few(newscrawl: Any, website: Any) -> None:
    newscrawl.environment["NEWSCRAWL_COOKIES"] = "true"
    website.listing("flood")
    website.headers["/news"] = {"Set-Cookie": "session=1; Path=/"}
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    assert dict(website.asked)["/news/flood"]["cookie"] == "session=1"


def test_every_request_names_the_crawler_and_its_contact(newscrawl: Any, website: Any) -> None:
    newscrawl.environment["NEWSCRAWL_USER_AGENT"] = "newscrawl/0.1 (desk@example.com)"
    website.listing("flood")
    newscrawl.add_site("small", website.site_file())
    newscrawl("crawl", "small")
    assert {headers["user-agent"] for _path, headers in website.asked} == {"newscrawl/0.1 (desk@example.com)"}


def test_a_wrong_allow_list_is_told_before_anything_is_asked_for(newscrawl: Any, website: Any) -> None:
    newscrawl.environment["NEWSCRAWL_ALLOW_HOSTS"] = "10.0.0.0/99"
    newscrawl.add_site("small", website.site_file())
    code, _output, errors = newscrawl.run("crawl", "small")
    assert code == 2
    assert "NEWSCRAWL_ALLOW_HOSTS" in errors
    assert "10.0.0.0/99" in errors
    assert website.requests == []
