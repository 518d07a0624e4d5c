"""What is fuzzed: every reader of text from outside, with what must hold for any input.

A target takes bytes and returns; an exception that its reader does not promise, or a promise that is broken, ends it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson

from newscrawl import NotAnArticle, extract
from newscrawl.article import Card, RawAuthor
from newscrawl.extract.encoding import decode
from newscrawl.extract.feed import NotAFeed, read_feed
from newscrawl.extract.limits import Limits
from newscrawl.extract.listing import read_listing
from newscrawl.extract.page import Page
from newscrawl.extract.rights import read_rights
from newscrawl.extract.sitemap import NotASitemap, read_sitemap
from newscrawl.normalize.counted import card_views
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.names import parse_authors
from newscrawl.normalize.publisher_policy import read_policy
from newscrawl.normalize.robots_rules import decode_rules, parse_rules
from newscrawl.normalize.text import clean, clean_lines, escaped, fold
from newscrawl.normalize.urls import believable_canonical, canonical_url, fetchable_url
from newscrawl.normalize.views import parse_views
from newscrawl.site import Site, SiteError, parse_site

URL = "https://example.com/news/bridge-closed-4711"
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
SITE = Site.generic(URL)
LANGUAGES = ("en", "uk", "ru", "de", "fr", "ar", "fa", "hi", "ja", "zh", "th", "ko", None)
LABELS = (
    "",
    "utf-8",
    "windows-1251",
    "iso-8859-1",
    "shift_jis",
    "gb2312",
    "euc-kr",
    "iso-2022-jp",
    "hz-gb-2312",
    "utf-16",
    "utf-7",
)
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ufeff]"
)
MOST = 16 * 2**20  # bytes of a MongoDB document


def page(data: bytes) -> None:
    """An article page to a record that the database can hold."""
    try:
        article = extract(data, URL, site=SITE, fetched_at=NOW)
    except NotAnArticle:
        return
    record = article.model_dump()
    assert len(bson.encode(record)) < MOST
    json.dumps(article.model_dump(mode="json"), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert not any(FORBIDDEN.search(text) for text in _strings(record))
    addresses = [article.url, *article.aliases, *article.videos, *(image.url for image in article.images)]
    assert all(address.lower().startswith(("http://", "https://")) for address in addresses)
    assert article.published is None or article.published.at is None or article.published.at.tzinfo is not None


def json_ld(data: bytes) -> None:
    """JSON-LD in a page that is an article otherwise."""
    text = b"<p>The council of the town met on Tuesday and talked about the bridge over the river, for hours.</p>"
    script = b'<script type="application/ld+json">' + data.replace(b"</", b"<\\/") + b"</script>"
    page(b"<html><head>" + script + b"</head><body><article><h1>Bridge closed</h1>" + text * 3 + b"</article></html>")


def listing(data: bytes) -> None:
    """A listing page to cards."""
    try:
        found = read_listing(Page(data, URL), SITE)
    except NotAnArticle:
        return
    _judge(found.cards)


def feed(data: bytes) -> None:
    """RSS, Atom or JSON Feed to cards."""
    try:
        found = read_feed(data, URL)
    except NotAFeed:
        return
    _judge(found.cards)


def sitemap(data: bytes) -> None:
    """A sitemap or an index of sitemaps."""
    try:
        found = read_sitemap(data, URL, limits=Limits(decompressed_bytes=2**20))
    except NotASitemap:
        return
    _judge(found.cards)


def _judge(cards: list[Card]) -> None:
    """What a card leads to the database: addresses, and counters as printed."""
    for card in cards:
        address = fetchable_url(card.url, base=URL)
        if address is not None:
            bson.encode({"url": address})
            assert address.isprintable()
    for observation in card_views(cards, SITE, at=NOW, run=None):
        record = observation.model_dump()
        bson.encode(record)
        assert not any(FORBIDDEN.search(text) for text in _strings(record))


def robots(data: bytes) -> None:
    """A robots.txt to a decision."""
    rules = parse_rules(decode_rules(data)[0], "newscrawl")
    assert rules.allows(URL) or rules.group is not None
    assert rules.delay is None or rules.delay > 0


def policies(data: bytes) -> None:
    """An ai.txt and a tdmrep.json of the same bytes: a verdict, or nothing is said."""
    text = decode_rules(data)[0]
    policy = read_policy(text, text, "newscrawl")
    assert policy.ai(URL) in ("allowed", "disallowed", None)
    policy.tdm(URL)


def rights(data: bytes) -> None:
    """Robots directives of a header and of elements: flags that the record can hold."""
    _, printed = _told(data)
    said = Page("<html><body>text</body></html>", URL, headers={"x-robots-tag": printed, "tdm-reservation": printed})
    found, _source = read_rights(said)
    assert found is None or bson.encode(found.model_dump())


def date(data: bytes) -> None:
    """A printed date: never raises; an instant is aware and in UTC."""
    language, text = _told(data)
    found = parse_date(text, languages=(language,) if language else (), timezone="Europe/Kyiv", reference=NOW)
    assert found is None or found.at is None or found.at.utcoffset() == NOW.utcoffset()


def dateline(data: bytes) -> None:
    """The head of a text: what is left is its end, but for white space."""
    language, text = _told(data)
    found = parse_dateline(text, language=language)
    assert found is None or len(found.rest) <= len(text)


def views(data: bytes) -> None:
    """A counter: an integer that BSON holds, or nothing."""
    language, text = _told(data)
    count = parse_views(text, language=language)
    assert count is None or 0 <= count < 2**63


def authors(data: bytes) -> None:
    """A byline to names."""
    _, text = _told(data)
    parse_authors([RawAuthor(text)])


def address(data: bytes) -> None:
    """An address: its canonical form is its own canonical form."""
    _, text = _told(data)
    fetchable_url(text, base=URL)
    believable_canonical(text, URL)
    try:
        canonical = canonical_url(text, base=URL)
    except ValueError:
        return
    assert canonical_url(canonical) == canonical


def text(data: bytes) -> None:
    """White space and characters: cleaning once is enough."""
    _, printed = _told(data)
    once = clean(printed)
    assert clean(once) == once
    assert not FORBIDDEN.search(once)
    assert fold(once) == fold(printed)
    lines = clean_lines(printed)
    assert clean_lines(lines) == lines
    assert not FORBIDDEN.search(lines)
    assert escaped(escaped(printed)) == escaped(printed)
    assert len(escaped(printed).splitlines()) <= 1


def encoding(data: bytes) -> None:
    """Bytes with a declaration, the first of them chooses it: some text that UTF-8 can write."""
    label = LABELS[data[0] % len(LABELS)] if data else ""
    read = decode(data[1:], f"text/html; charset={label}")
    read.encode("utf-8")


def site_file(data: bytes) -> None:
    """A site file: a site, or an error that says what is wrong."""
    try:
        parse_site(tomllib.loads(data.decode("utf-8", "replace")), Path("example.toml"))
    except (tomllib.TOMLDecodeError, SiteError):
        return


def _strings(value: Any) -> Iterator[str]:
    """Every string within a record, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _told(data: bytes) -> tuple[str | None, str]:
    """The first byte names a language, the others are a text, with lone surrogates where the bytes are none."""
    return LANGUAGES[data[0] % len(LANGUAGES)] if data else None, data[1:].decode("utf-8", "surrogateescape")


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        page,
        json_ld,
        listing,
        feed,
        sitemap,
        robots,
        policies,
        rights,
        date,
        dateline,
        views,
        authors,
        address,
        text,
        encoding,
        site_file,
    )
}
