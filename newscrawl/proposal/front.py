"""What a home page, a section or a listing shows: its links and where they stand, feeds, languages, the next page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.listing import next_page
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.urls import fetchable_url
from newscrawl.proposal.hints import Hints, read_hints
from newscrawl.site import Site

MOST_LINKS = 2000
SAMPLE = 2000  # characters by which the language of a page is told
Where = Literal["text", "menu"]
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_FEED_NAME = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom)(?:[/._-]|$)|\.(?:rss|atom|rdf)$|[?&](?:feed|format)=(?:rss|atom)", re.I
)
_MENU = re.compile(
    r"(?<![a-z])(?:nav|navi|navigation|navbar|menu|footer|breadcrumbs?|masthead|topbar|cookie|social|share|login|language|lang)(?![a-z])",
    re.I,
)
_MENU_TAGS = frozenset({"nav", "footer", "form"})
_HEADINGS = ("h2", "h3", "h4", "h5")
_COUNTING = re.compile(r"(?:page|p|pg|paged|seite|pagina|str|start|PAGEN_\d)$", re.I)
_DEEPEST = 12  # elements around a link by which it is told where it stands


@dataclass(slots=True)
class Link:
    """A link of a page, to a page of any host."""

    url: str
    text: str
    where: Where
    is_headed: bool = False


@dataclass(slots=True)
class Front:
    """A page that may lead to articles."""

    url: str
    links: list[Link] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    """Declared by the page, or linked from it."""
    alternates: dict[str, str] = field(default_factory=dict)
    """hreflang to address."""
    next_page: str | None = None
    page_parameter: str | None = None
    """Query parameter by which the page counts its pages, where its next page is not told otherwise."""
    language: str | None = None
    text: str = ""
    hints: Hints = field(default_factory=Hints)


def read_front(body: bytes, url: str, headers: Mapping[str, str], limits: Limits = LIMITS) -> Front:
    """Read a page. Raises NotAnArticle where it is none."""
    page = Page(body, url, headers=headers, limits=limits)
    front = Front(url, list(_links(page)), language=page.language, hints=read_hints(page))
    front.feeds = list(dict.fromkeys(_feeds(page)))
    front.alternates = dict(_alternates(page))
    front.next_page = next_page(page, Site.generic(url))
    if front.next_page is None:
        front.page_parameter = _parameter(url, front.links)
    texts = (link.text for link in front.links if link.where == "text" and len(link.text) > 20)
    front.text = " ".join(texts)[:SAMPLE]
    return front


def _links(page: Page) -> Iterator[Link]:
    seen: dict[str, Link] = {}
    for element in islice(page.tree.iter("a"), MOST_LINKS):
        href = (element.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        address = fetchable_url(href, base=page.base_url)
        if address is None or len(address) > page.limits.url_length:
            continue
        text = text_of(element) or (element.get("title") or "").strip() or (element.get("aria-label") or "").strip()
        link = Link(address, text[:300], _where(element), _is_headed(element))
        before = seen.get(address)
        if before is None:
            seen[address] = link
            continue
        # An address that is linked from a menu and from the text stands in the menu for what it is.
        before.is_headed = before.is_headed or link.is_headed
        before.where = "menu" if "menu" in (before.where, link.where) and not before.is_headed else before.where
        before.text = max(before.text, link.text, key=len)
    yield from seen.values()


def _where(element: Any) -> Where:
    for outer in islice(element.iterancestors(), _DEEPEST):
        if outer.tag in {"body", "html", "main", "article"}:
            break
        if outer.tag in _MENU_TAGS or outer.get("role") == "navigation":
            return "menu"
        if _MENU.search(f"{outer.get('class') or ''} {outer.get('id') or ''}"):
            return "menu"
        if outer.tag == "header" and outer.find(".//h2") is None and outer.find(".//h3") is None:
            return "menu"
    return "text"


def _is_headed(element: Any) -> bool:
    if next(element.iter(*_HEADINGS), None) is not None:
        return True
    return any(outer.tag in _HEADINGS for outer in islice(element.iterancestors(), 3))


def _feeds(page: Page) -> Iterator[str]:
    for element in page.tree.iter("link"):
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        relation = (element.get("rel") or "").lower().split()
        if kind in _FEED_TYPES and "alternate" in relation and (address := page.absolute(element.get("href") or "")):
            yield address
    for element in islice(page.tree.iter("a"), MOST_LINKS):
        address = page.absolute(element.get("href") or "") if element.get("href") else None
        if address and _FEED_NAME.search(address.partition("://")[2].partition("/")[2]):
            yield address


def _alternates(page: Page) -> Iterator[tuple[str, str]]:
    for element in page.tree.iter("link", "a"):
        code = (element.get("hreflang") or "").strip()
        if code and code.lower() != "x-default" and (address := page.absolute(element.get("href") or "")):
            yield code, address


def _parameter(url: str, links: list[Link]) -> str | None:
    """The parameter that counts the pages of a listing: links to the same path with 2, 3 and so on."""
    own = urlsplit(url)
    found: dict[str, set[int]] = {}
    for link in links:
        parts = urlsplit(link.url)
        if parts.netloc == own.netloc and parts.path.rstrip("/") == own.path.rstrip("/"):
            for name, value in parse_qsl(parts.query):
                if _COUNTING.match(name) and value.isdigit() and len(value) < 6:
                    found.setdefault(name, set()).add(int(value))
    return next((name for name, numbers in found.items() if 2 in numbers), None)
