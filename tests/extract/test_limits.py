"""The limits of one page: what is beyond them is refused, or left out with a remark; what is within is read."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

from newscrawl.article import NotAnArticle
from newscrawl.crawl.pages import ArticlePage, read_article_page
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.settings import Settings
from newscrawl.site import Site
from newscrawl.spiders.discovery import Found, Unreadable, read_discovery

URL = "https://example.com/news/bridge-closed-4711"
SITE = Site.generic(URL)
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
TEXT = "The council of the town met on Tuesday and talked about the bridge over the river, for hours."


def read(html: str, limits: Limits = LIMITS) -> ArticlePage:
    return read_article_page(html.encode(), URL, {}, SITE, None, (), NOW, limits=limits)


def page(head: str = "", body: str = "") -> str:
    return f"<html><head>{head}</head><body><h1>The bridge is closed</h1><p>{TEXT}</p><p>{TEXT} Again.</p>{body}</body></html>"


def listing(html: str, limits: Limits = LIMITS) -> Found:
    return read_discovery("listing", html.encode(), URL, {}, SITE, limits)


def test_the_settings_have_the_same_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEWSCRAWL_MAX_ELEMENTS", raising=False)
    assert Settings().limits == LIMITS


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<i>a</i>" * 1_000_000, "too-many-elements"),
        ("<p>", None),
        ("<div " + " ".join(f"a{i}" for i in range(50_000)) + ">", "too-many-attributes"),
        ("<div " + " ".join(f"a{i}='>'" for i in range(50_000)) + ">", "too-many-attributes"),
        ("<script>" + "if (a <b) { x = 1 } " * 20_000 + "</script>", None),
        (f"<div data-x='{'a = b ' * 100_000}'>", None),
        ("<div>" * 100_000, "nested-too-deep"),
        ("<em>" * 100_000 + "a", "nested-too-deep"),
    ],
    ids=["elements", "few", "attributes", "attributes with quotes", "script", "long value", "divisions", "emphasis"],
)
def test_a_page_that_is_too_large_for_a_tree_is_refused_with_its_reason(body: str, reason: str | None) -> None:
    if reason is None:
        assert TEXT in read(page(body=body)).article.body
        return
    for reader in (read, listing):
        with pytest.raises((NotAnArticle, Unreadable)) as refused:
            reader(page(body=body))
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    "around", [("<div>", "</div>"), ("<section><div>", "</div></section>"), ("<font>", ""), ("<span><b>", "")]
)
def test_an_article_inside_hundreds_of_wrappers_is_read(around: tuple[str, str]) -> None:
    html = f"<html><body>{around[0] * 300}<h1>The bridge is closed</h1><p>{TEXT}</p><p>{TEXT} Again.</p>{around[1] * 300}</body></html>"
    assert TEXT in read(html).article.body


def test_formatting_that_is_never_closed_costs_no_text() -> None:
    lines = "".join(
        f"<font size=2>Line {i} of the story is here, and it is long enough to be read.<br><br>" for i in range(400)
    )
    read_lines = read(f"<html><body><h1>The bridge is closed</h1>{lines}</body></html>").article.body
    assert "Line 0 of" in read_lines
    assert "Line 399 of" in read_lines


def ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


SOUND = ld('{"@type": "NewsArticle", "headline": "The bridge is closed", "author": "Jane Doe"}')


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (json.dumps({"@type": "NewsArticle", "articleBody": "x" * 2_000_001}), "json-ld-too-large"),
        ("[" * 45 + '{"@type": "NewsArticle"}' + "]" * 45, "json-ld-nested-too-deep"),
        ("[" * 100_000, "json-ld-nested-too-deep"),
        ('{"a":' * 100_000, "json-ld-nested-too-deep"),
        ("[" + ",".join(['{"@type": "Person"}'] * 3000) + "]", "json-ld-too-large"),
    ],
    ids=["large", "deep", "open lists", "open objects", "objects"],
)
def test_json_ld_beyond_its_limits_is_left_out_and_the_rest_is_used(block: str, reason: str) -> None:
    found = read(page(head=SOUND + ld(block)))
    assert [author.name for author in found.article.authors] == ["Jane Doe"]
    assert found.remarks.count(reason) == 1


@pytest.mark.parametrize(
    "block",
    [
        "<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "<![CDATA[{}]]>;", "{};", "{}",
    ],
)  # fmt: skip
def test_marks_around_json_ld_are_no_part_of_it(block: str) -> None:
    found = read(page(head=ld(block.replace("{}", '{"@type": "NewsArticle", "author": "Jane Doe",}'))))
    assert [author.name for author in found.article.authors] == ["Jane Doe"]


def links(number: int, length: int = 0) -> str:
    return "".join(
        f"<li><a href='/news/story-{i}-of-the-day{'a' * length}'>The headline of story number {i}</a>"
        for i in range(number)
    )


def test_links_beyond_the_limit_are_left_out_and_counted() -> None:
    found = listing(f"<html><body><ul>{links(12)}</ul></body></html>", Limits(links=10))
    assert (len(found.cards), found.remarks) == (10, ["too-many-links"])


def test_a_listing_within_the_limit_says_nothing() -> None:
    found = listing(f"<html><body><ul>{links(10)}</ul></body></html>", Limits(links=10))
    assert (len(found.cards), found.remarks) == (10, [])


def test_addresses_beyond_the_limit_are_left_out_and_counted() -> None:
    found = listing(f"<html><body><ul>{links(2, 3000)}{links(3)}</ul></body></html>")
    assert (len(found.cards), found.remarks) == (3, ["address-too-long"])


@pytest.mark.parametrize(
    "error", [NotAnArticle("no-body", "the page shows no text", URL), Unreadable("no-cards", "it shows nothing")]
)
def test_a_refusal_comes_whole_from_another_process(error: NotAnArticle | Unreadable) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.reason, copy.detail, str(copy)) == (type(error), error.reason, error.detail, str(error))
