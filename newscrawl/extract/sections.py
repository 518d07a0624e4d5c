"""Blocks of text as sections with headings, and what stands above or among them that is no text.

Repeated headlines, dateline lines, counters and glued cards are taken out and given apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from newscrawl.article import Card, Section
from newscrawl.extract.blocks import HEADINGS, Block
from newscrawl.extract.cards import split_glued
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.text import clean, same_words
from newscrawl.normalize.views import parse_views

_SENTENCE_END = re.compile(r"[.!?…:;,。！？」』»\"”’')\]]\s*$")
_MARK = re.compile("[•·|]")  # what stands before a counter


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


def without_head(blocks: list[Block], body: Body, headline: str, lead: str | None, language: str | None) -> list[Block]:
    """The blocks without what stands above the text: headline again, dateline line, counter, date."""
    kept: list[Block] = []
    head_lines = 0
    for position, block in enumerate(blocks):
        text = block.text
        if position < 8 and same_words(text, headline):
            continue
        if position < 8 and len(text) < 60 and (found := parse_dateline(text, language=language)) and not found.rest:
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
        kept.append(block)
    if lead is None and head_lines and len(kept) >= 2 and not _is_heading(kept, 0) and not _is_heading(kept, 1):
        body.lead = kept.pop(0).text
    return kept


def _counter_line(text: str) -> str | None:
    """A line that is nothing but a counter, perhaps behind a date."""
    glued = split_glued(text if "•" in text else f"• {text}")
    if glued.views and not glued.headline and parse_views(glued.views) is not None:
        return glued.views
    return None


def fill_sections(blocks: list[Block], body: Body, page: Page) -> None:
    section = Section()
    for position, block in enumerate(blocks):
        if card := _glued_card(block, page):
            body.related.append(card)
            continue
        if _is_heading(blocks, position):
            if section.heading is not None or section.paragraphs:
                body.sections.append(section)
            section = Section(heading=block.text.rstrip(":").strip())
        else:
            section.paragraphs.append(block.text)
    body.sections.append(section)
    body.sections = [s for s in body.sections if s.paragraphs or s.heading]
    if not any(section.paragraphs for section in body.sections):  # a page whose whole text is set in headings
        body.sections = [Section(paragraphs=[s.heading for s in body.sections if s.heading])] if body.sections else []
    while body.sections and not body.sections[-1].paragraphs:
        body.sections.pop()  # a heading with nothing below announces what is no text


def _is_heading(blocks: list[Block], position: int) -> bool:
    """A heading by its tag, by being a short bold line, or by standing alone: `Details`, `Recall`."""
    block = blocks[position]
    text = block.text
    if block.tag in HEADINGS:
        return True
    words = len(text.split())
    if block.is_bold and block.tag in {"p", "div"} and words <= 14 and not _SENTENCE_END.search(text):
        return True
    if position == 0 or position + 1 >= len(blocks) or len(text) > 40 or words > 4 or _SENTENCE_END.search(text):
        return False
    if block.tag in {"li", "td", "th"}:
        return False
    return text[:1].isupper() and len(blocks[position + 1].text) > 60 and not re.search(r"\d", text)


def _glued_card(block: Block, page: Page) -> Card | None:
    """A teaser among the paragraphs: `Headline…AsiaJan 6 2025, 10:50 AM • 22684 views`."""
    if not _MARK.search(block.text):
        return None
    glued = split_glued(block.text)
    if glued.views is None or glued.published is None or not glued.headline:
        return None
    address = page.absolute(block.anchor.get("href") or "") if block.anchor is not None else None
    return Card(
        url=address or _address_by_headline(page, glued.headline) or "",
        source="related",
        headline=glued.headline,
        published=glued.published,
        views=glued.views,
    )


def _address_by_headline(page: Page, headline: str) -> str | None:
    """The page's link whose text holds the headline."""
    for link in page.tree.iter("a"):
        if link.get("href") and headline[:60] in clean(text_of(link)):
            return page.absolute(link.get("href", ""))
    return None
