"""robots.txt in a real crawl: what is asked for, what is refused and why, what is remembered (RFC 9309)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

RULES = "User-agent: *\nDisallow: /news/secret\n"


@pytest.fixture
def small(newscrawl: Any, website: Any) -> Any:
    """The command, with a site of two articles named `small`."""
    website.listing("open", "secret")
    website.pages["/robots.txt"] = (200, RULES)
    newscrawl.add_site("small", website.site_file())
    newscrawl.environment["NEWSCRAWL_REVISITS"] = ""
    return newscrawl


def pages(website: Any) -> list[str]:
    """Paths asked for, of the listing and the articles."""
    return [path for path in website.requests if path.startswith("/news")]


def names(small: Any) -> set[str]:
    """Names of the stored articles."""
    return {document["url"].rpartition("/")[2] for document in small.documents("articles")}


def grow_older(small: Any, field: str = "fetched_at", **age: float) -> None:
    """Let what is known of robots.txt be older."""
    [known] = small.documents("robots")
    with MongoClient(small.uri, tz_aware=True) as client:
        client[small.database]["robots"].update_one({}, {"$set": {field: known[field] - timedelta(**age)}})


def last_errors(small: Any) -> dict[str, int]:
    """Reasons in the record of the last run."""
    errors: dict[str, int] = small.json("runs", "list")[0]["errors"]
    return errors


def test_what_the_rules_forbid_is_not_asked_for_and_told_with_the_rule(small: Any, website: Any) -> None:
    small("crawl", "small")
    assert names(small) == {"open"}
    assert "/news/secret" not in website.requests
    [failure] = small.json("failures", "list")
    assert failure["reason"] == "robots-forbidden"
    assert '/robots.txt forbids this address to * by the rule "Disallow: /news/secret"' in failure["detail"]
    assert last_errors(small) == {"robots-forbidden": 1}


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_robots_txt_that_is_unavailable_allows_everything(small: Any, website: Any, status: int) -> None:
    website.pages["/robots.txt"] = (status, "User-agent: *\nDisallow: /\n")
    small("crawl", "small")
    assert names(small) == {"open", "secret"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_txt_that_is_unreachable_forbids_everything(small: Any, website: Any, status: int) -> None:
    website.pages["/robots.txt"] = (status, "<html><body>maintenance</body></html>")
    small("crawl", "small", code=1)
    assert pages(website) == []
    [failure] = small.json("failures", "list")
    assert failure["reason"] == "robots-unreachable"
    assert f"/robots.txt could not be read (http-{status}" in failure["detail"]


def test_a_robots_txt_that_never_comes_forbids_everything(small: Any, website: Any) -> None:
    released = threading.Event()

    def held() -> Any:
        released.wait(60)
        return (200, "")

    website.pages["/robots.txt"] = held
    small.environment["NEWSCRAWL_TIMEOUT"] = "1"
    small.run("crawl", "small")
    released.set()
    assert pages(website) == []
    assert last_errors(small) == {"robots-unreachable": 1}


def test_a_copy_of_the_rules_is_believed_for_thirty_days_of_outage(small: Any, website: Any) -> None:
    small("crawl", "small")
    website.pages["/robots.txt"] = (503, "")
    website.listing("open", "secret", "later")
    grow_older(small, hours=25)
    website.requests.clear()
    small("crawl", "small")
    assert website.requests.count("/robots.txt") == 1
    assert names(small) == {"open", "later"}
    assert last_errors(small)["robots-copy-believed"] == 1
    website.listing("open", "secret", "later", "latest")
    grow_older(small, hours=25)
    grow_older(small, "text_at", days=31)
    website.requests.clear()
    small("crawl", "small", code=1)
    assert pages(website) == []


def test_the_rules_are_asked_for_once_a_day_also_by_many_runs(small: Any, website: Any) -> None:
    small("crawl", "small")
    website.requests.clear()
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /\n")
    website.listing("open", "secret", "later")
    small("crawl", "small")
    assert "/robots.txt" not in website.requests
    assert names(small) == {"open", "later"}
    grow_older(small, hours=24)
    small("crawl", "small", code=1)
    assert website.requests[-1] == "/robots.txt"
    assert last_errors(small) == {"robots-forbidden": 1}


def test_an_outage_is_over_with_the_next_run_after_a_minute(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (503, "")
    small("crawl", "small", code=1)
    website.pages["/robots.txt"] = (200, RULES)
    grow_older(small, minutes=1)
    small("crawl", "small")
    assert names(small) == {"open"}


def test_many_requests_at_once_wait_for_one_robots_txt(small: Any, website: Any) -> None:
    website.listing(*(f"story-{number}" for number in range(30)))
    small("crawl", "small", "--dry-run")
    assert website.requests.count("/robots.txt") == website.requests.count("/ai.txt") == 1
    assert website.requests[0] == "/robots.txt"
    assert len(pages(website)) == 31


def test_redirects_are_followed_five_times_and_more(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (301, "/robots1.txt")
    website.pages |= {f"/robots{n}.txt": (302, f"{website.base_url}/robots{n + 1}.txt") for n in range(1, 5)}
    website.pages["/robots5.txt"] = (200, RULES)
    small("crawl", "small")
    assert names(small) == {"open"}


def test_redirects_that_go_round_end_and_count_as_no_robots_txt(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (302, "/robots1.txt")
    website.pages["/robots1.txt"] = (302, "/robots.txt")
    small("crawl", "small")
    assert sum("robots" in path for path in website.requests) == 2
    assert names(small) == {"open", "secret"}
    assert last_errors(small) == {"robots-redirects": 1}


def test_a_redirect_away_from_the_web_forbids_everything(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (302, "file:///etc/passwd")
    small("crawl", "small", code=1)
    assert pages(website) == []


def test_the_group_of_the_own_name_holds(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (200, f"{RULES}User-agent: TownBot\nDisallow: /news/open\n")
    small.environment["NEWSCRAWL_USER_AGENT"] = "townbot/1.0 (press@example.com)"
    small("crawl", "small")
    assert names(small) == {"secret"}
    assert "forbids this address to townbot" in small.json("failures", "list")[0]["detail"]


def test_a_delay_beyond_the_cap_is_told(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (200, "User-agent: *\nCrawl-delay: 86400\n")
    small.environment["NEWSCRAWL_MAX_CRAWL_DELAY"] = "0.01"
    small("crawl", "small")
    assert last_errors(small) == {"crawl-delay-capped": 1}


def test_what_the_publisher_allows_is_recorded_and_shown(small: Any, website: Any) -> None:
    website.pages["/ai.txt"] = (200, "User-agent: *\nDisallow: /\n")
    website.pages["/.well-known/tdmrep.json"] = (
        200,
        '[{"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://example.com/policy"}]',
    )
    website.headers["/news/open"] = {"X-Robots-Tag": "googlebot: noindex"}
    small("crawl", "small")
    [article] = small.documents("articles")
    said = {name: value for name, value in article["rights"].items() if value}
    assert said == {
        "noindex": True,
        "tdm_reserved": True,
        "tdm_policy": "https://example.com/policy",
        "ai_txt": "disallowed",
    }
    assert article["provenance"]["rights"] == "header:x-robots-tag, site:tdmrep.json, site:ai.txt"
    shown = small("articles", "show", article["url"])
    assert "noindex, text mining reserved (https://example.com/policy), training disallowed by ai.txt" in shown
    website.listing("open", "secret", "later")
    website.requests.clear()
    small("crawl", "small")
    assert website.requests == website.visited  # a day has not passed
    later = small.documents("articles", headline="The headline of the article later")
    assert later[0]["rights"]["tdm_reserved"]


def test_these_files_obey_robots_txt_and_are_only_asked_for_before_an_article(small: Any, website: Any) -> None:
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /ai.txt\nDisallow: /news/secret\n")
    website.listing("secret")
    small("crawl", "small")
    assert website.requests == ["/robots.txt", "/news"]
    website.listing("secret", "open")
    small("crawl", "small")
    assert "/ai.txt" not in website.requests
    assert "/.well-known/tdmrep.json" in website.requests
    assert names(small) == {"open"}
