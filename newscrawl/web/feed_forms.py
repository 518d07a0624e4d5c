"""The three forms of a feed: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. Pure: a feed in, bytes out.

XML is written by lxml, which escapes what it is given; what XML cannot hold is left out before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

import orjson
from lxml import etree

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_GENERATOR = "newscrawl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a feed. `content` is HTML, everything else plain text."""

    id: str
    url: str
    title: str
    summary: str
    content: str
    published: datetime | None
    updated: datetime
    authors: list[str]
    categories: list[str]
    language: str | None
    publisher: str | None
    image: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `address` is its own, `home` that of the page with the same articles."""

    title: str
    address: str
    home: str
    updated: datetime
    entries: list[Entry]


class Form(NamedTuple):
    """How a feed is written."""

    media_type: str
    write: Callable[[Feed], bytes]


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    if text is not None:
        element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _written(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def write_rss(feed: Feed) -> bytes:
    """RSS 2.0 with the whole text, the names of authors and the last change from other vocabularies."""
    rss = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": _ATOM, "content": _CONTENT, "dc": _DC})
    channel = _add(rss, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.title)
    _add(channel, "generator", _GENERATOR)
    _add(channel, "lastBuildDate", format_datetime(feed.updated))
    _add(channel, f"{{{_ATOM}}}link", href=feed.address, rel="self", type="application/rss+xml")
    for entry in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.url)
        _add(item, "guid", entry.id, isPermaLink="false")
        if entry.published is not None:
            _add(item, "pubDate", format_datetime(entry.published))
        _add(item, f"{{{_ATOM}}}updated", _iso(entry.updated))
        for author in entry.authors:
            _add(item, f"{{{_DC}}}creator", author)
        if entry.publisher:
            _add(item, f"{{{_DC}}}publisher", entry.publisher)
        if entry.language:
            _add(item, f"{{{_DC}}}language", entry.language)
        for category in entry.categories:
            _add(item, "category", category)
        if entry.summary:
            _add(item, "description", entry.summary)
        if entry.content:
            _add(item, f"{{{_CONTENT}}}encoded", entry.content)
    return _written(rss)


def write_atom(feed: Feed) -> bytes:
    """Atom. An `id` has to be an IRI, so it is the article's with `urn:newscrawl:` before it."""
    default: Any = {None: _ATOM}  # the stubs know no namespace without a prefix
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=default)

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        return _add(parent, f"{{{_ATOM}}}{name}", text, **attributes)

    add(root, "id", feed.address)
    add(root, "title", feed.title)
    add(root, "updated", _iso(feed.updated))
    add(root, "link", rel="self", href=feed.address)
    add(root, "link", rel="alternate", href=feed.home)
    add(root, "generator", _GENERATOR)
    for entry in feed.entries:
        item = add(root, "entry")
        add(item, "id", f"urn:newscrawl:{entry.id}")
        add(item, "title", entry.title)
        add(item, "link", rel="alternate", href=entry.url)
        if entry.published is not None:
            add(item, "published", _iso(entry.published))
        add(item, "updated", _iso(entry.updated))
        for name in entry.authors or [entry.publisher or "unknown"]:
            add(add(item, "author"), "name", name)
        for category in entry.categories:
            add(item, "category", term=category)
        if entry.summary:
            add(item, "summary", entry.summary)
        if entry.content:
            content = add(item, "content", entry.content, type="html")
            if entry.language:
                content.set("{http://www.w3.org/XML/1998/namespace}lang", _clean(entry.language))
    return _written(root)


def write_json(feed: Feed) -> bytes:
    """JSON Feed 1.1."""
    items = []
    for entry in feed.entries:
        item: dict[str, Any] = {"id": entry.id, "url": entry.url, "title": entry.title}
        item |= {"content_html": entry.content, "date_modified": _iso(entry.updated)}
        if entry.published is not None:
            item["date_published"] = _iso(entry.published)
        optional = {
            "summary": entry.summary,
            "language": entry.language,
            "image": entry.image,
            "tags": entry.categories,
        }
        item |= {name: value for name, value in optional.items() if value}
        if entry.authors:
            item["authors"] = [{"name": name} for name in entry.authors]
        items.append(item)
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.address,
            "items": items,
        }
    )


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


FORMS = {
    "rss": Form("application/rss+xml", write_rss),
    "atom": Form("application/atom+xml", write_atom),
    "json": Form("application/feed+json", write_json),
}
