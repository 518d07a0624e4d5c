"""Sitemaps to cards: sitemap index, URL set with the `news:` and `image:` blocks, plain text; also gzipped.

The protocol: sitemaps.org; the news block: Google's news sitemap. At most 50,000 addresses and 50 MiB, as they say.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from newscrawl.article import Card
from newscrawl.extract.encoding import decode
from newscrawl.extract.feed import parse_xml
from newscrawl.normalize.text import clean
from newscrawl.normalize.urls import joined

MOST = 50_000
LARGEST = 50 * 2**20  # bytes, decompressed


_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_/]?(0[1-9]|1[0-2])(?!\d{3})")


class NotASitemap(ValueError):
    """The document is no sitemap that can be read; the message says why."""


@dataclass(slots=True)
class SitemapEntry:
    """A further sitemap, with its date as printed."""

    url: str
    modified: str | None = None


@dataclass(slots=True)
class Sitemap:
    """What a sitemap lists: articles, or further sitemaps, in its order."""

    cards: list[Card] = field(default_factory=list)
    sitemaps: list[SitemapEntry] = field(default_factory=list)


def read_sitemap(body: bytes, url: str, *, max_bytes: int = LARGEST, content_type: str = "") -> Sitemap:
    """The cards and further sitemaps of a sitemap. `content_type`: the header's. Raises NotASitemap."""
    body = _inflate(body, max_bytes)
    if len(body) > max_bytes:
        raise NotASitemap(f"it is larger than {max_bytes} bytes")
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return _plain(text)
    root = parse_xml(text, NotASitemap)
    kind = _name(root)
    if kind not in {"urlset", "sitemapindex"}:
        raise NotASitemap(f"its root is <{kind}>, which is no sitemap")
    sitemap = Sitemap()
    for element in root.iterchildren("*"):
        name = _name(element)
        if name == "sitemap" and (address := _address(element, url)):
            sitemap.sitemaps.append(SitemapEntry(address, _child(element, "lastmod")))
        elif name == "url" and len(sitemap.cards) < MOST and (card := _card(element, url)):
            sitemap.cards.append(card)
    return sitemap


def newest_first(entries: list[SitemapEntry]) -> list[SitemapEntry]:
    """Sitemaps of an index by the month in their address, else by their printed date, the newest first.

    Those that tell neither come before all: they are what the index would print a date for, were it old.
    """

    return sorted(entries, key=lambda entry: month_of(entry.url) or entry.modified or "9999", reverse=True)


def month_of(address: str) -> str | None:
    """The month that an address names, such as `2024-01`; null where it names none."""
    found = _MONTH.search(address)
    return f"{found[1]}-{found[2]}" if found else None


def _inflate(body: bytes, most: int) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = inflater.decompress(body, most + 1)
    except zlib.error as problem:
        raise NotASitemap(f"its gzip is damaged: {problem}") from None
    return text


def _plain(text: str) -> Sitemap:
    lines = [line.strip() for line in text.splitlines()]
    addresses = [line for line in lines if re.match(r"https?://\S+$", line)]
    if not addresses:
        raise NotASitemap("it is neither XML nor a list of addresses")
    return Sitemap([Card(url=address, source="sitemap") for address in addresses[:MOST]])


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _child(element: Any, name: str) -> str | None:
    """Text of the first direct child with this local name; `lastmod`s of nested blocks are not its own."""
    return next(
        (clean("".join(child.itertext())) or None for child in element.iterchildren("*") if _name(child) == name), None
    )


def _address(element: Any, url: str) -> str | None:
    """The entry's `loc`, made absolute; some sitemaps print the address without it."""
    text = (element.text or "").strip()
    address = _child(element, "loc") or (text if re.match(r"https?://\S+$", text) else None)
    return joined(url, address) if address else None


def _card(element: Any, url: str) -> Card | None:
    address = _address(element, url)
    if not address:
        return None
    card = Card(url=address, source="sitemap", modified=_child(element, "lastmod"))
    for block in element.iterchildren("*"):
        name = _name(block)
        if name == "news":
            card.published = _child(block, "publication_date") or card.published
            card.headline = _child(block, "title") or card.headline
            card.tags = tuple(clean(tag) for tag in (_child(block, "keywords") or "").split(",") if clean(tag))
            publication = next((child for child in block.iterchildren("*") if _name(child) == "publication"), None)
            if publication is not None:
                card.language = _child(publication, "language")
        elif name == "image" and card.image is None:
            card.image = _child(block, "loc")
    return card
