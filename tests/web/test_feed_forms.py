"""The forms of a feed: what feed readers find in them, and that no text breaks out of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from newscrawl.web.feed_forms import FORMS, Entry, Feed

AT = datetime(2026, 1, 6, 8, 50, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script> ]]> & "quoted" \'\x00\x0b\ufffe\ud800'
SHOWN = '<script>alert(1)</script> ]]> & "quoted" \''
ATOM = "{http://www.w3.org/2005/Atom}"


def entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": "0f3b" * 8,
        "url": "https://example.com/news/1?a=1&b=2",
        "title": HOSTILE,
        "summary": HOSTILE,
        "content": "<p>Text</p>",
        "published": AT,
        "updated": AT.replace(hour=10),
        "authors": [HOSTILE],
        "categories": [HOSTILE],
        "language": "en",
        "publisher": HOSTILE,
        "image": None,
    }
    return Entry(**values | changes)


FEED = Feed("News & more", "http://127.0.0.1/feeds/x?a=1&b=2", "http://127.0.0.1/?a=1&b=2", AT, [entry()])


def test_rss_names_the_article_by_its_identity_and_the_change_by_its_time() -> None:
    item = etree.fromstring(FORMS["rss"].write(FEED)).find("channel/item")
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == ("0f3b" * 8, "false")
    assert parsedate_to_datetime(item.findtext("pubDate")) == AT
    assert item.findtext(f"{ATOM}updated") == "2026-01-06T10:50:00Z"
    assert item.findtext("link") == "https://example.com/news/1?a=1&b=2"
    assert item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") == "<p>Text</p>"


def test_atom_names_the_article_by_an_iri_with_its_identity() -> None:
    feed = etree.fromstring(FORMS["atom"].write(FEED))
    item = feed.find(f"{ATOM}entry")
    assert item.findtext(f"{ATOM}id") == "urn:newscrawl:" + "0f3b" * 8
    assert item.findtext(f"{ATOM}updated") == "2026-01-06T10:50:00Z"
    assert item.findtext(f"{ATOM}author/{ATOM}name") == SHOWN
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}


def test_json_feed_has_what_its_version_asks_for() -> None:
    feed = json.loads(
        FORMS["json"].write(
            Feed("News", "http://a/feed", "http://a/", AT, [entry(title="A", summary="", authors=[], categories=[])])
        )
    )
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["id"] == "0f3b" * 8
    assert (item["date_published"], item["date_modified"]) == ("2026-01-06T08:50:00Z", "2026-01-06T10:50:00Z")
    assert "authors" not in item


def test_no_text_breaks_out_of_its_element() -> None:
    for form in ("rss", "atom"):
        written = FORMS[form].write(FEED)
        assert b"<script" not in written
        root = etree.fromstring(written)
        assert SHOWN in [element.text for element in root.iter()]


def test_an_article_without_dates_or_authors_has_its_place() -> None:
    plain = entry(
        title="A", published=None, authors=[], publisher=None, language=None, categories=[], summary="", content=""
    )
    for form in FORMS.values():
        assert form.write(Feed("News", "http://a/feed", "http://a/", AT, [plain]))
    assert FORMS["rss"].write(Feed("News", "http://a/feed", "http://a/", AT, []))
