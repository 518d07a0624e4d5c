"""What an article page and its headers say of the use of the article."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import newscrawl
from newscrawl.article import RawArticle, Rights
from newscrawl.extract.page import Page
from newscrawl.extract.rights import add_policy, read_rights
from newscrawl.normalize.publisher_policy import read_policy

URL = "https://example.com/news/bridge-closed"


def rights(*metas: tuple[str, str], **headers: str) -> dict[str, Any] | None:
    """What is said, without what is not."""
    elements = "".join(f'<meta name="{name}" content="{content}">' for name, content in metas)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found, _source = read_rights(
        Page(f"<html><head>{elements}</head><body><p>text</p></body></html>", URL, headers=named)
    )
    return found.model_dump(exclude_defaults=True) if found else None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("noindex", {"noindex": True}),
        ("NOINDEX,NoFollow", {"noindex": True}),
        ("none", {"noindex": True}),
        ("noarchive", {"noarchive": True}),
        ("nocache", {"noarchive": True}),
        ("nosnippet", {"nosnippet": True}),
        ("max-snippet:0", {"max_snippet": 0, "nosnippet": True}),
        ("max-snippet: 160, max-image-preview:large", {"max_snippet": 160}),
        ("max-snippet:-1", None),
        ("max-snippet:many", None),
        ("max-snippet:" + "9" * 40, None),
        ("noai, noimageai", {"noai": True, "noimageai": True}),
        ("noindex noarchive", {"noindex": True, "noarchive": True}),
        ("unavailable_after: 2026-12-31", {"unavailable_after": "2026-12-31"}),
        ("index, follow", None),
        ("all", None),
        ("noindexing", None),
        ("", None),
    ],
)
def test_a_robots_element_is_read(content: str, said: dict[str, Any] | None) -> None:
    assert rights(("robots", content)) == said


def test_elements_for_several_crawlers_hold_together() -> None:
    said = rights(("robots", "noarchive, max-snippet:300"), ("Googlebot", "max-snippet:50"), ("newscrawl", "noindex"))
    assert said == {"noarchive": True, "noindex": True, "max_snippet": 50}


def test_an_element_for_another_crawler_says_nothing() -> None:
    assert rights(("bingbot", "noindex"), ("AdsBot-Google", "nosnippet")) is None


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("noindex", {"noindex": True}),
        ("googlebot: noindex", {"noindex": True}),
        ("googlebot: noindex, noarchive", {"noindex": True, "noarchive": True}),
        ("otherbot: noindex, noarchive", None),
        ("otherbot: noindex, googlebot: nosnippet", {"nosnippet": True}),
        ("noarchive, otherbot: noindex", {"noarchive": True}),
        ("googlebot: max-snippet: 20", {"max_snippet": 20}),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST", {"unavailable_after": "25 Jun 2010 15:00:00 PST"}),
        (
            "unavailable_after: Saturday, 25-Jun-10 15:00:00 GMT, noindex",
            {"unavailable_after": "Saturday, 25-Jun-10 15:00:00 GMT", "noindex": True},
        ),
        (":::,,,: noindex", {"noindex": True}),
    ],
)
def test_a_header_is_read_with_the_crawlers_that_it_names(header: str, said: dict[str, Any] | None) -> None:
    assert rights(x_robots_tag=header) == said


def test_a_tdm_reservation_of_the_page_holds_before_that_of_the_header() -> None:
    policy = "https://example.com/policy.json"
    assert rights(tdm_reservation="1", tdm_policy=policy) == {"tdm_reserved": True, "tdm_policy": policy}
    assert rights(("tdm-reservation", "0"), tdm_reservation="1", tdm_policy=policy) == {"tdm_reserved": False}
    assert rights(("tdm-reservation", "1"), ("tdm-policy", "javascript:alert(1)")) == {"tdm_reserved": True}
    assert rights(("tdm-policy", policy)) is None
    assert rights(("tdm-reservation", "perhaps")) is None


def test_the_site_speaks_where_the_page_does_not() -> None:
    policy = read_policy("User-agent: *\nDisallow: /", '[{"location": "/", "tdm-reservation": 1}]', "newscrawl")
    silent = RawArticle(url=URL)
    add_policy(silent, policy)
    assert silent.rights == Rights(tdm_reserved=True, ai_txt="disallowed")
    assert silent.provenance["rights"] == "site:tdmrep.json, site:ai.txt"
    speaking = RawArticle(
        url=URL, rights=Rights(noindex=True, tdm_reserved=False), provenance={"rights": "meta:robots"}
    )
    add_policy(speaking, policy)
    assert speaking.rights == Rights(noindex=True, tdm_reserved=False, ai_txt="disallowed")
    assert speaking.provenance["rights"] == "meta:robots, site:ai.txt"


def test_a_site_that_says_nothing_adds_nothing() -> None:
    raw = RawArticle(url=URL)
    add_policy(raw, read_policy(None, None, "newscrawl"))
    assert raw.rights is None
    assert "rights" not in raw.provenance


def test_the_record_of_a_page_holds_them_with_their_sources() -> None:
    text = "<p>The council of the town met on Tuesday and talked about the bridge over the river for hours.</p>" * 3
    page = f'<html><head><meta name="robots" content="noai"></head><body><h1>Bridge closed</h1>{text}</body></html>'
    article = newscrawl.extract(page, URL, headers={"X-Robots-Tag": "noindex", "TDM-Reservation": "1"})
    assert article.rights == Rights(noai=True, noindex=True, tdm_reserved=True)
    assert article.provenance["rights"] == "meta:robots, header:x-robots-tag, header:tdm-reservation"
    assert newscrawl.extract(page.replace("noai", "all"), URL).rights is None


@given(st.text(max_size=200), st.text(alphabet="noindex:, -max-snippet0123456789googlebot", max_size=80))
def test_any_words_are_read(content: str, header: str) -> None:
    found, _source = read_rights(Page("<html><body>text</body></html>", URL, headers={"x-robots-tag": header}))
    assert found is None or Rights.model_validate(found.model_dump()) == found
    read_rights(Page("<html><body>text</body></html>", URL, headers={"x-robots-tag": content, "tdm-policy": content}))
