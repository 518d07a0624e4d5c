"""Where in a page a known value of an article may stand: elements, the likeliest first. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from newscrawl.api import extract
from newscrawl.article import Article, NotAnArticle
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import fold
from newscrawl.normalize.views import parse_views
from newscrawl.repair.values import file_of, may_have_become, value_of
from newscrawl.site import RuleField, Site

MOST_ELEMENTS = 30  # of one page that may hold a value
Place = tuple[Any, str | None]
"""An element and the attribute that holds the value; None: its text does."""
_DIGIT = re.compile(r"\d")
_MACHINE = ("datetime", "content", "data-time", "data-date", "title")
_UNSEEN = frozenset({"html", "head", "body", "title", "script", "style", "meta", "option"})


@dataclass(frozen=True)
class Example:
    """A page as it is now, and the article that it showed when it could be read."""

    html: bytes
    url: str
    known: Article
    headers: Mapping[str, str] | None = None

    @cached_property
    def page(self) -> Page:
        """The page, parsed."""
        return Page(self.html, self.url, headers=self.headers)

    def read(self, site: Site) -> Article | None:
        """The article by the rules of a site; None where they find none."""
        try:
            return extract(self.html, self.url, site=site, fetched_at=self.known.fetch.at, headers=self.headers)
        except NotAnArticle:
            return None


def places_of(example: Example, field: RuleField) -> Iterator[Place]:
    """Elements of the page that may hold the known value, the innermost first, and the attribute that holds it."""
    find: Callable[[Example], Iterator[Place]] = _FINDERS.get(field, lambda page: _by_text(page, field))
    for number, place in enumerate(find(example)):
        if number >= MOST_ELEMENTS:
            return
        yield place


def _by_text(example: Example, field: RuleField) -> Iterator[Place]:
    wanted = fold(value_of(example.known, field) or "")
    yield from _holding([wanted], example.page, most=3 * len(wanted) + 40)


def _by_names(example: Example) -> Iterator[Place]:
    yield from _holding([fold(author.name) for author in example.known.authors], example.page, most=200)


def _by_tags(example: Example) -> Iterator[Place]:
    yield from _holding([fold(tag) for tag in example.known.tags], example.page, most=80)


def _holding(wanted: list[str], page: Page, *, most: int) -> Iterator[Place]:
    """Elements with one of the texts and not much more, the shortest text first, in the order of the page."""
    found = []
    for element in page.tree.iter("*"):
        text = "" if element.tag in _UNSEEN else text_of(element)
        if len(element) == 1 and text_of(element[0]) == text:
            continue  # the same text, named less surely
        if text and len(text) <= most and any(value and value in fold(text) for value in wanted):
            found.append((len(text), element))
    yield from ((element, None) for _, element in sorted(found, key=lambda place: place[0]))


def _by_instant(example: Example) -> Iterator[Place]:
    """Elements with a machine-readable date, then those with a short text that holds digits: the extraction tells."""
    printed = []
    for element in example.page.tree.iter("*"):
        for attribute in _MACHINE:
            if _DIGIT.search((element.get(attribute) or "")[:40]) and element.tag in ("time", "meta", "span", "abbr"):
                yield element, attribute
        text = "" if element.tag in _UNSEEN else text_of(element)
        if len(text) <= 80 and _DIGIT.search(text):
            printed.append((element.tag != "time", len(text), element))
    yield from ((element, None) for *_, element in sorted(printed, key=lambda place: place[:2]))


def _by_counter(example: Example) -> Iterator[Place]:
    language = example.known.language
    known = example.known.views.count if example.known.views else None
    for element in example.page.tree.iter("*"):
        text = "" if element.tag in _UNSEEN or len(element) > 3 else text_of(element)
        printed = f"{text} views" if text.isdigit() else text  # a bare number is a counter where a rule says so
        count = parse_views(printed, language=language) if len(text) <= 60 else None
        if count is not None and known is not None and may_have_become(known, count):
            yield element, None


def _by_picture(example: Example) -> Iterator[Place]:
    wanted = file_of(value_of(example.known, "images") or "")
    for element in example.page.tree.iter("img", "source"):
        for attribute in ("src", "data-src", "data-original"):
            if wanted and wanted in (element.get(attribute) or ""):
                yield element, attribute


def _by_paragraphs(example: Example) -> Iterator[Place]:
    """The innermost element that holds nearly all paragraphs, and those around it."""
    wanted = [fold(part) for part in (example.known.body or "").split("\n\n") if len(part) > 40][:20]
    if not wanted:
        return
    first = next((place for place, _ in _holding(wanted[:1], example.page, most=3 * len(wanted[0]) + 40)), None)
    element = first
    while element is not None and element.tag not in ("body", "html"):
        text = fold(text_of(element))
        if sum(part in text for part in wanted) >= 0.8 * len(wanted):
            yield element, None
        element = element.getparent()


_FINDERS: dict[str, Callable[[Example], Iterator[Place]]] = {
    "authors": _by_names,
    "tags": _by_tags,
    "published": _by_instant,
    "views": _by_counter,
    "images": _by_picture,
    "body": _by_paragraphs,
}
