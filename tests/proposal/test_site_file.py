"""A proposal as a site file that newscrawl reads, and how it fared."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.article import Article, Timestamp
from newscrawl.proposal.site_file import site_text
from newscrawl.proposal.survey import Fact
from newscrawl.proposal.trial import coverage
from newscrawl.site import parse_site

TABLE = {
    "publisher": "Beispiel \"Zeitung\"",
    "home": "https://example.com/",
    "country": "AT",
    "article": r"^https?://(?:www\.)?example\.com/story/\d{4,}",
    "editions": [{"name": "de", "language": "de", "path": "/de/", "feeds": ["https://example.com/rss"]}],
    "rules": {"views": {"css": '[class*="stat__"]'}},
    "listing": {"page_parameter": "page"},
}  # fmt: skip


def test_the_file_says_what_the_table_says_and_is_a_site() -> None:
    text = site_text(TABLE, [Fact("country", "AT", "mail")])
    assert tomllib.loads(text) == TABLE
    assert r"article = '^https?://(?:www\.)?example\.com/story/\d{4,}'" in text
    assert 'country = "AT" # mail' in text
    assert parse_site(tomllib.loads(text), Path("example.toml")).is_article("https://example.com/story/4711")


def test_coverage_counts_fields_and_tells_those_that_every_article_should_have() -> None:
    at = Timestamp(at=datetime(2026, 1, 20, tzinfo=UTC), raw="20.1.2026", offset=0, precision="day")
    full = Article(
        url="https://example.com/a", headline="A", body="Text", published=at, provenance={"published": "time"}
    )
    bare = Article(url="https://example.com/b", headline="B", body="Text")
    rows = {row.field: row for row in coverage([full, bare])}
    assert (rows["published"].found, rows["published"].of, rows["published"].source) == (1, 2, "time")
    assert rows["published"].is_low
    assert not rows["headline"].is_low
    assert not rows["authors"].is_low  # agencies sign nothing
