"""Sitemaps to cards: sitemap index, URL set with the `news:` and `image:` blocks, plain text; also gzipped.

The protocol: sitemaps.org; the news block: Google's news sitemap. At most 50,000 addresses, as they say.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

from newscrawl.article import Card
from newscrawl.extract.cards import within
from newscrawl.extract.encoding import decode
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.xml import NotXml, local_name, read_xml
from newscrawl.normalize.text import clean
from newscrawl.normalize.urls import joined

MOST = 50_000
ELEMENTS = 20  # of one entry; few have more than ten
_ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:url|sitemap)[\s>]", re.I)

_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_/]?(0[1-9]|1[0-2])(?!\d{3})")


class NotASitemap(ValueError):
    """The document is no sitemap that can be read; the message says why, `reason` is a stable code."""

    def __init__(self, detail: str, reason: str = "") -> None:
        self.reason = reason or "not-a-sitemap"
        super().__init__(detail)


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
    remarks: list[str] = field(default_factory=list)
    """Reasons for what was left out: `too-many-links`, `too-many-elements`, `address-too-long`."""


def read_sitemap(body: bytes, url: str, *, content_type: str = "", limits: Limits = LIMITS) -> Sitemap:
    """The cards and further sitemaps of a sitemap, at most 50,000 of each. Raises NotASitemap.

    `content_type`: the header's.
    """
    text = decode(_inflate(body, limits.decompressed_bytes), content_type).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        sitemap = _plain(text)
    else:
        try:
            root, remarks = read_xml(text, _ENTRY, entries=MOST, elements=MOST * ELEMENTS)
        except NotXml as error:
            raise NotASitemap(error.detail, error.reason) from None
        sitemap = _read(root, url)
        sitemap.remarks = remarks
    sitemap.cards, remarks = within(sitemap.cards, replace(limits, links=MOST))
    sitemap.remarks += remarks
    return sitemap


def _read(root: Any, url: str) -> Sitemap:
    kind = local_name(root)
    if kind not in {"urlset", "sitemapindex"}:
        raise NotASitemap(f"its root is <{kind}>, which is no sitemap")
    sitemap = Sitemap()
    for element in root.iterchildren("*"):
        name = local_name(element)
        if name == "sitemap" and (address := _address(element, url)):
            sitemap.sitemaps.append(SitemapEntry(address, _child(element, "lastmod")))
        elif name == "url" and (card := _card(element, url)):
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
    if len(text) > most:
        raise NotASitemap(
            f"it is larger than {most} bytes (NEWSCRAWL_MAX_DECOMPRESSED_BYTES)", "decompressed-too-large"
        )
    return text


def _plain(text: str) -> Sitemap:
    lines = [line.strip() for line in text.splitlines()]
    addresses = [line for line in lines if re.match(r"https?://\S+$", line)]
    if not addresses:
        raise NotASitemap("it is neither XML nor a list of addresses")
    return Sitemap([Card(url=address, source="sitemap") for address in addresses])


def _child(element: Any, name: str) -> str | None:
    """Text of the first direct child with this local name; `lastmod`s of nested blocks are not its own."""
    return next(
        (clean("".join(child.itertext())) or None for child in element.iterchildren("*") if local_name(child) == name),
        None,
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
        name = local_name(block)
        if name == "news":
            card.published = _child(block, "publication_date") or card.published
            card.headline = _child(block, "title") or card.headline
            card.tags = tuple(clean(tag) for tag in (_child(block, "keywords") or "").split(",") if clean(tag))
            publication = next((child for child in block.iterchildren("*") if local_name(child) == "publication"), None)
            if publication is not None:
                card.language = _child(publication, "language")
        elif name == "image" and card.image is None:
            card.image = _child(block, "loc")
    return card
