"""The main text of an article page: sections of paragraphs, and what stood among them that is no text.

The site's rule says where the text stands, else the weight of the prose (`weight.py`). Of that box everything that is
no text is left out (`boilerplate.py`); the rest is parted into sections (`sections.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from lxml import etree

from newscrawl.extract.blocks import Block, Box, read_blocks
from newscrawl.extract.boilerplate import is_boilerplate, kept_blocks, standfirst, without_edges, without_repeats
from newscrawl.extract.cards import find_cards
from newscrawl.extract.inline import fragment, html_in_scripts
from newscrawl.extract.page import Page, compiled
from newscrawl.extract.sections import Body, fill_sections, without_head
from newscrawl.extract.weight import SHORTEST_ANCHOR, Anchor, story_box
from newscrawl.site import Site

LITTLE_TEXT = 400  # characters: a page that shows less may hold its text in scripts
_DESCRIPTIONS = ("description", "og:description", "twitter:description")


def read_body(page: Page, site: Site, headline: str, lead: str | None, stated: str | None = None) -> Body:
    """The main text; empty sections where none was found. `stated`: the `articleBody` that JSON-LD declares."""
    body = Body()
    blocks = _by_rule(page, site, body)
    if blocks is None:
        leads = [lead or "", *(text for name in _DESCRIPTIONS for text in page.meta.get(name, ()))]
        blocks = _by_weight(page.boxes, headline, leads, stated)
        body.source = "text" if not page.is_plain else "plain text"
        seen = sum(len(block.text) for block in blocks)
        unseen, source = _unseen(page, seen, stated)
        if unseen is not None and (found := _by_weight(read_blocks(unseen), headline, leads, None)):
            blocks, body.source = found, source
    blocks = without_head(blocks, body, headline, lead, page.language)
    if not body.source.startswith("site:"):
        blocks = without_repeats(without_edges(blocks))
    fill_sections(blocks, body, page)
    return body


def _by_rule(page: Page, site: Site, body: Body) -> list[Block] | None:
    """The blocks of the elements that the site's rule names; None where it names none that holds text."""
    for number, rule in enumerate(site.rules.get("body", ())):
        found = [e for e in compiled(rule.selector)(page.tree) if isinstance(e, etree._Element)]
        found = [e for e in found if not any(outer in found for outer in e.iterancestors())]
        skip: set[Any] = set()
        for element in found:
            for related in site.rules.get("related", ()):
                for card in compiled(related.selector)(element):
                    skip.add(card)
                    body.related += find_cards(
                        card, page.base_url, is_article=site.is_article, selector="a[href]", source="related"
                    )
            for removal in site.remove:
                skip.update(compiled(removal.selector)(element))
        boxes = [read_blocks(element, frozenset(skip)) for element in found]
        blocks = [block for box in boxes for block in kept_blocks(box, box.alternatives)]
        if blocks:
            body.source = f"site:body[{number}]"
            return blocks
    return None


def _by_weight(top: Box, headline: str, leads: Iterable[str], stated: str | None) -> list[Block]:
    """The blocks of the box that holds the most prose below `top`, with the lead above it."""
    anchor = Anchor(stated)
    box = story_box(top, headline, anchor)
    blocks = list(kept_blocks(box, top.alternatives))
    if not blocks:
        blocks = [block for block in box.blocks() if not is_boilerplate(block.text)]
    return [*standfirst(top, box, headline, leads), *anchor.within(blocks)]


def _unseen(page: Page, seen: int, stated: str | None) -> tuple[Any, str]:
    """The text that the page holds and does not show where it shows next to none: an element, and where it was."""
    if stated and len(stated) > max(2 * seen, SHORTEST_ANCHOR):
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n+", stated) if part.strip())
        return fragment(stated if "</p>" in stated or "<br" in stated else paragraphs), "jsonld:articleBody"
    if seen < LITTLE_TEXT:
        return html_in_scripts(page.tree), "script"
    return None, ""
