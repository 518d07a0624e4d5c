"""Feeds to cards: RSS 2.0 and 1.0, Atom (RFC 4287), JSON Feed 1.1. Damaged XML is recovered, dangerous XML refused."""

from __future__ import annotations

import html as html_entities
import json
import re
from dataclasses import dataclass, field
from typing import Any

from newscrawl.article import Card
from newscrawl.extract.cards import within
from newscrawl.extract.encoding import decode
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.xml import NotXml, local_name, read_xml
from newscrawl.normalize.text import clean
from newscrawl.normalize.urls import joined

LONGEST = 10_000  # characters of one text that are looked at
_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.I)
_INLINE = re.compile(r"</?(?:a|abbr|b|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u)\b[^<>]{0,1000}>", re.I)
_MARKUP = re.compile(r"<[^<>]{0,2000}>")


class NotAFeed(ValueError):
    """The document is no feed that can be read; the message says why, `reason` is a stable code."""

    def __init__(self, detail: str, reason: str = "") -> None:
        self.reason = reason or "not-a-feed"
        super().__init__(detail)


@dataclass(slots=True)
class Feed:
    """A feed's cards in its order, and its next page (RFC 5005) where it has one."""

    cards: list[Card] = field(default_factory=list)
    next_page: str | None = None
    title: str | None = None
    language: str | None = None
    remarks: list[str] = field(default_factory=list)
    """Reasons for what was left out: `too-many-links`, `too-many-elements`, `address-too-long`."""


def read_feed(body: bytes, url: str, *, content_type: str = "", limits: Limits = LIMITS) -> Feed:
    """The cards of a feed, as many as `limits` allow. Links are made absolute against `url`. Raises NotAFeed.

    `content_type`: the header's.
    """
    text = decode(body, content_type).lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _bounded(_json_feed(text, url), limits)
    try:
        root, remarks = read_xml(text, _ITEM, entries=limits.links, elements=limits.elements)
    except NotXml as error:
        raise NotAFeed(error.detail, error.reason) from None
    feed = _bounded(_xml_feed(root, url), limits)
    feed.remarks += remarks
    return feed


def _bounded(feed: Feed, limits: Limits) -> Feed:
    feed.cards, feed.remarks = within(feed.cards, limits)
    return feed


def _xml_feed(root: Any, url: str) -> Feed:
    kind = local_name(root)
    if kind == "rss":
        channel = next((e for e in root if local_name(e) == "channel"), root)
        return _channel(channel, [e for e in channel if local_name(e) == "item"], url)
    if kind == "rdf":
        channel = next((e for e in root if local_name(e) == "channel"), root)
        return _channel(channel, [e for e in root.iter() if local_name(e) == "item"], url)
    if kind == "feed":
        return _channel(root, [e for e in root if local_name(e) == "entry"], url)
    raise NotAFeed(f"its root is <{kind}>, which is no feed")


def _text(element: Any) -> str:
    text = "".join(element.itertext())[:LONGEST]
    for _ in range(2):
        if "&" in text or "<" in text:
            text = html_entities.unescape(_MARKUP.sub(" ", _INLINE.sub("", text)))
    return clean(text)


def _channel(channel: Any, items: list[Any], url: str) -> Feed:
    feed = Feed()
    for element in channel.iterchildren("*"):
        name = local_name(element)
        if name == "title" and feed.title is None:
            feed.title = _text(element) or None
        elif name == "language":
            feed.language = _text(element) or None
        elif name == "link" and element.get("rel") == "next" and element.get("href"):
            feed.next_page = joined(url, element.get("href"))
    feed.language = feed.language or channel.get("{http://www.w3.org/XML/1998/namespace}lang")
    for item in items:
        card = _card(item, url, feed.language)
        if card is not None:
            feed.cards.append(card)
    return feed


def _card(item: Any, url: str, language: str | None) -> Card | None:
    texts: dict[str, list[str]] = {}
    links: list[tuple[str, str]] = []
    image = None
    for element in item.iterchildren("*"):
        name = local_name(element)
        if name == "link":
            address = element.get("href") or "".join(element.itertext()).strip()
            links.append((element.get("rel") or "alternate", address))
        elif name == "guid":
            if (element.get("isPermaLink") or "true").lower() != "false":
                links.append(("guid", "".join(element.itertext()).strip()))
        elif name == "origlink":
            links.insert(0, ("alternate", "".join(element.itertext()).strip()))
        elif name == "category":
            texts.setdefault("category", []).append(element.get("term") or _text(element))
        elif name == "author":
            names = [_text(e) for e in element.iterchildren("*") if local_name(e) == "name"]
            texts.setdefault("author", []).extend(names or [_text(element)])
        elif name in {"enclosure", "content", "thumbnail"} and element.get("url"):
            if "image" in (element.get("type") or element.get("medium") or "image"):
                image = image or element.get("url")
        else:
            texts.setdefault(name, []).append(_text(element))
    address = next((a for rel, a in links if rel == "alternate" and a), None)
    address = address or next((a for rel, a in links if rel == "guid" and re.match(r"https?://", a)), None)
    address = address or item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    absolute = joined(url, address) if address else None
    if absolute is None:
        return None

    def first(*names: str) -> str | None:
        return next((text for name in names for text in texts.get(name, ()) if text), None)

    return Card(
        url=absolute,
        source="feed",
        headline=first("title"),
        lead=first("description", "summary"),
        published=first("pubdate", "published", "issued", "date", "created", "updated"),
        section=first("category", "subject"),
        language=first("language") or item.get("{http://www.w3.org/XML/1998/namespace}lang") or language,
        image=image,
        authors=tuple(name for name in (*texts.get("creator", ()), *texts.get("author", ())) if name),
        tags=tuple(tag for tag in texts.get("category", ()) if tag),
    )


def _json_feed(text: str, url: str) -> Feed:
    try:
        table = json.loads(text, strict=False)
    except (ValueError, RecursionError) as problem:
        raise NotAFeed(f"it is no JSON: {problem}") from None
    if not isinstance(table, dict) or not isinstance(table.get("items"), list):
        raise NotAFeed("it is JSON, but no JSON Feed: it has no list of items")
    language = _string(table.get("language"))
    feed = Feed(next_page=_string(table.get("next_url")), title=_string(table.get("title")), language=language)
    for item in table["items"]:
        if not isinstance(item, dict):
            continue
        address = _string(item.get("url")) or _string(item.get("external_url")) or _string(item.get("id"))
        absolute = joined(url, address) if address and re.match(r"https?://|/", address) else None
        if absolute is None:
            continue
        authors = item.get("authors") or [item.get("author")]
        tags = item.get("tags") or []
        feed.cards.append(
            Card(
                url=absolute,
                source="feed",
                headline=_string(item.get("title")),
                lead=_string(item.get("summary")),
                published=_string(item.get("date_published")),
                language=_string(item.get("language")) or language,
                image=_string(item.get("image")) or _string(item.get("banner_image")),
                authors=tuple(str(a["name"]) for a in authors if isinstance(a, dict) and a.get("name")),
                tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
            )
        )
    return feed


def _string(value: Any) -> str | None:
    return clean(value) or None if isinstance(value, str) else None
