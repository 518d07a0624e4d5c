"""The main text of an article page: sections of paragraphs, and what stood among them that is no text.

Where the text stands says the site's rule, else trafilatura, on a copy of the one tree. What belongs to the text is
decided here: a repeated headline, datelines, counters, dates and glued teaser cards do not.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from newscrawl.article import Card, Section
from newscrawl.extract.cards import find_cards, split_glued
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.text import clean
from newscrawl.normalize.views import parse_views
from newscrawl.site import Site

_TEXT = {"p", "li", "blockquote", "pre", "dd", "dt", "td", "th", "quote", "item", "cell", "ab", "fw"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6", "head"}
_OUTSIDE = {
    "script",
    "style",
    "noscript",
    "figure",
    "figcaption",
    "aside",
    "nav",
    "form",
    "button",
    "iframe",
    "template",
    "svg",
    "h1",
}
_BOXES = {
    "div",
    "section",
    "article",
    "main",
    "body",
    "ul",
    "ol",
    "list",
    "table",
    "tbody",
    "tr",
    "row",
    "center",
    "dl",
    "blockquote",
    "html",
}
_SENTENCE_END = re.compile(r"[.!?…:;,。！？»\"”)]\s*$")


@dataclass(slots=True)
class Body:
    """What the text's container held. `dateline`, `views` and `published` as printed among the text."""

    sections: list[Section] = field(default_factory=list)
    related: list[Card] = field(default_factory=list)
    lead: str | None = None
    dateline: str | None = None
    views: str | None = None
    published: str | None = None
    source: str = ""


@dataclass(slots=True)
class _Block:
    text: str
    is_heading: bool
    element: Any


def read_body(page: Page, site: Site, headline: str, lead: str | None) -> Body:
    """The main text. Empty sections where none was found."""
    container, source = _container(page, site)
    body = Body(source=source)
    if container is None:
        return body
    if rules := site.rules.get("related"):
        for rule in rules:
            for element in container.xpath(rule.selector):
                body.related += find_cards(
                    element, page.base_url, is_article=site.is_article, selector="a[href]", source="related"
                )
                _drop(element)
    blocks = list(_blocks(container))
    blocks = _without_head(blocks, body, headline, lead)
    _sections(blocks, body, page, site)
    return body


def _container(page: Page, site: Site) -> tuple[Any, str]:
    for number, rule in enumerate(site.rules.get("body", ())):
        found = [
            element
            for element in cast("list[Any]", page.tree.xpath(rule.selector))
            if isinstance(element, etree._Element)
        ]
        if found and any(text_of(element) for element in found):
            root = etree.Element("div")
            root.extend(
                copy.deepcopy(element) for element in found if not any(a in found for a in element.iterancestors())
            )
            for removal in site.remove:
                for element in cast("list[Any]", root.xpath(removal.selector)):
                    _drop(element)
            return root, f"site:body[{number}]"
    if page.is_plain:
        return copy.deepcopy(page.tree), "plain text"
    from trafilatura import bare_extraction

    tree = copy.deepcopy(page.tree)
    try:
        document = bare_extraction(
            tree, url=page.url, with_metadata=False, include_comments=False, include_links=True, favor_recall=False
        )
    except Exception:  # trafilatura raises what its parts raise; a page must not end a run
        document = None
    main = getattr(document, "body", None)
    return main, "trafilatura" if main is not None else ""


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _blocks(element: Any) -> Iterator[_Block]:
    """Text blocks in reading order; text that stands loose between blocks is a block of its own."""
    loose: list[str] = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _OUTSIDE:
            pass
        elif child.tag in _HEADINGS or child.tag in _TEXT or child.tag in _BOXES:
            yield from _flush(loose, element)
            if child.tag in _BOXES and _has_blocks(child):
                yield from _blocks(child)
            elif text := clean(text_of(child)):
                yield _Block(text, child.tag in _HEADINGS or _is_bold_line(child, text), child)
        elif child.tag == "br":
            yield from _flush(loose, element)
        elif _has_blocks(child):
            yield from _flush(loose, element)
            yield from _blocks(child)
        else:
            loose.append(_inline_text(child))
        loose.append(child.tail or "")
    yield from _flush(loose, element)


def _inline_text(element: Any) -> str:
    """Text inside a line: its own spaces at both ends are those between words."""
    return "".join(element.itertext(with_tail=False))


def _flush(loose: list[str], element: Any) -> Iterator[_Block]:
    text = clean("".join(loose))
    loose.clear()
    if text:
        yield _Block(text, False, element)


def _has_blocks(element: Any) -> bool:
    return any(
        isinstance(child.tag, str) and (child.tag in _TEXT or child.tag in _HEADINGS or child.tag in _BOXES)
        for child in element.iterdescendants()
    )


def _is_bold_line(element: Any, text: str) -> bool:
    bold = clean(" ".join(text_of(child) for child in element if child.tag in {"strong", "b", "hi"}))
    return element.tag == "p" and bold == text and len(text.split()) <= 14 and not _SENTENCE_END.search(text)


def _without_head(blocks: list[_Block], body: Body, headline: str, lead: str | None) -> list[_Block]:
    """The blocks without what stands above the text: headline again, dateline line, counter, date."""
    kept: list[_Block] = []
    head_lines = 0
    for position, block in enumerate(blocks):
        text = block.text
        if position < 8 and _same(text, headline):
            continue
        if position < 8 and len(text) < 60 and (found := parse_dateline(text)) and not found.rest:
            body.dateline = body.dateline or text
            head_lines += 1
            continue
        if position < 8 and len(text) < 80 and (count := _counter_line(text)):
            body.views = body.views or count
            date = text.partition("•")[0].strip()
            if date and re.search(r"\d", date):
                body.published = body.published or date
            head_lines += 1
            continue
        if position < 8 and lead and _same(text, lead):
            continue
        kept.append(block)
    if lead is None and head_lines and len(kept) >= 2 and not kept[0].is_heading and not kept[1].is_heading:
        body.lead = kept.pop(0).text
    return kept


def _same(first: str, second: str) -> bool:
    return clean(first).casefold().rstrip(".") == clean(second).casefold().rstrip(".")


def _counter_line(text: str) -> str | None:
    """A line that is nothing but a counter, perhaps behind a date."""
    glued = split_glued(text if "•" in text else f"• {text}")
    if glued.views and not glued.headline and parse_views(glued.views) is not None:
        return glued.views
    return None


def _sections(blocks: list[_Block], body: Body, page: Page, site: Site) -> None:
    section = Section()
    for position, block in enumerate(blocks):
        if card := _glued_card(block, page, site):
            body.related.append(card)
            continue
        if block.is_heading or _is_heading_by_place(blocks, position):
            if section.heading is not None or section.paragraphs:
                body.sections.append(section)
            section = Section(heading=block.text.rstrip(":").strip())
        else:
            section.paragraphs.append(block.text)
    if section.heading is not None or section.paragraphs:
        body.sections.append(section)
    body.sections = [s for s in body.sections if s.paragraphs or s.heading]
    while body.sections and not body.sections[-1].paragraphs:
        body.sections.pop()  # a heading with nothing below announces what is no text


def _glued_card(block: _Block, page: Page, site: Site) -> Card | None:
    """A teaser among the paragraphs: `Headline…AsiaJan 6 2025, 10:50 AM • 22684 views`."""
    glued = split_glued(block.text)
    if glued.views is None or glued.published is None or not glued.headline:
        return None
    links = (
        block.element.xpath("descendant-or-self::a[@href] | descendant-or-self::ref[@target]")
        if block.element is not None
        else []
    )
    address = next((page.absolute(link.get("href") or link.get("target") or "") for link in links), None)
    address = address or _address_by_headline(page, glued.headline)
    return Card(
        url=address or "", source="related", headline=glued.headline, published=glued.published, views=glued.views
    )


def _address_by_headline(page: Page, headline: str) -> str | None:
    """The page's link whose text holds the headline; trafilatura drops the addresses of links."""
    for link in page.tree.iter("a"):
        if link.get("href") and headline[:60] in clean(text_of(link)):
            return page.absolute(link.get("href", ""))
    return None


def _is_heading_by_place(blocks: list[_Block], position: int) -> bool:
    """A line of at most four words without an end, between paragraphs: `Details`, `Recall`."""
    text = blocks[position].text
    if (
        position == 0
        or position + 1 >= len(blocks)
        or len(text) > 40
        or len(text.split()) > 4
        or _SENTENCE_END.search(text)
    ):
        return False
    element = blocks[position].element
    if element is not None and element.tag in {"li", "item", "td", "th", "cell"}:
        return False
    return text[:1].isupper() and len(blocks[position + 1].text) > 60 and not re.search(r"\d", text)
