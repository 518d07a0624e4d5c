"""The article's own view counter among all that a page prints: declared, in an element named for views, or in words.

A counter that shares a box with a link to another story is that story's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from newscrawl.extract import structured
from newscrawl.extract.blocks import Block
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean
from newscrawl.normalize.views import parse_views

LONGEST = 60  # characters of a counter with its words
LONGEST_LINE = 300  # characters of a line that a counter is a part of
NEAREST_BELOW, NEAREST_ABOVE = 40, 12  # blocks around the headline in which a counter in words is looked for
LONGEST_CARD = 400  # characters of a teaser card
FARTHEST = 10  # elements around a counter in which the headline is looked for

_GLUED = "post entry article news page story total single item".split()  # `postviews`
_NAMED = re.compile(
    rf"view(?:(?<![a-z]view)|{'|'.join(f'(?<={word}view)' for word in _GLUED)})s?(?:-?(?:count(?:er)?|number|num|total|icon|nr|item|info|meta))?(?:-\d+)?(?![a-z])|"
    r"(?<![a-z])(?:count-?views?|countview\w*|postview\w*|hits|hit-?count|read-?count|reads|readings|lecturas|visitas|vues|aufrufe|gelesen|eye\d*)(?:-\d+)?(?![a-z])"
)
_DIGIT = re.compile(r"\d")
_OTHER_STORY = frozenset({"h2", "h3", "h4"})
_NUMBER = re.compile(r"\d[\d.,'’\s\u00a0\u202f]*(?:[kKmMкКмМтТ]|万|тыс\.?|тис\.?)?")


def own_counter(page: Page, declared: dict[str, Any], near: Near, language: str | None) -> tuple[str, str] | None:
    """The counter as printed, a word for views added where it has none, and its source; None where none is the story's."""
    if counted := structured.views(declared):
        return counted, "jsonld:interactionStatistic"
    for item in page.json_ld:
        is_work = structured.is_page(item) or structured.is_article(item)
        if item is not declared and is_work and (counted := structured.views(item)):
            return counted, "jsonld:interactionStatistic"
    for text in structured.microdata(page, "interactionCount"):
        if found := re.search(r"(?:UserPageVisits|UserPageViews|UserViews|UserPlays)\s*:?\s*(\d+)", text):
            return f"{found[1]} views", "microdata:interactionCount"
    named = list(_named(page, near, language))
    for text, is_near in named:
        if is_near:
            return text, "class"
    for block in [*near.below(NEAREST_BELOW), *near.above(NEAREST_ABOVE)]:
        for text in _pieces(block):
            if parse_views(text, language=language, labelled=True) is not None and _is_own(block.box.element, near):
                return text, "text"
    counts = {parse_views(text, language=language) for text, _ in named}
    return (named[0][0], "class") if len(counts) == 1 else None


def _is_own(element: Any, near: Near) -> bool:
    return not near.is_elsewhere(element) and _stands_with(element, near) is not None


def _pieces(block: Block) -> Iterator[str]:
    """A short block's text, or the texts of its inline parts: a counter may stand in a line with other things."""
    if not _DIGIT.search(block.text):
        return
    if len(block.text) < LONGEST and block.links < 0.7 * len(block.text):
        yield block.text
    if len(block.text) < LONGEST_LINE:
        for element in islice(block.box.element.iter("span", "small", "em", "strong", "b", "i"), 30):
            if len(element) < 4 and len(text := clean(text_of(element))) < LONGEST:
                yield text


def _named(page: Page, near: Near, language: str | None) -> Iterator[tuple[str, bool]]:
    """Counters in elements that are named for views, and whether they stand with the headline."""
    for element in page.labelled(_NAMED, "class", "id"):
        if element.tag in {"body", "html", "article", "main"}:
            continue
        text = clean(text_of(element))
        if not text:  # an icon: the number stands beside it
            around = element.getparent()
            text = clean(text_of(around)) if around is not None else ""
        if not text or len(text) > LONGEST or not _DIGIT.search(text) or element.find(".//a") is not None:
            continue
        printed = f"{text} views" if _NUMBER.fullmatch(text) else text
        if parse_views(printed, language=language) is None or near.is_elsewhere(element):
            continue
        together = _stands_with(element, near)
        if together is not None:
            yield printed, together


def _stands_with(element: Any, near: Near) -> bool | None:
    """Whether an element shares a narrow box with the headline; None where its box is another story's."""
    for outer in islice(element.iterancestors(), FARTHEST):
        if outer in near.around:
            return outer.tag not in {"body", "html"}
        if outer.tag == "a" or (outer.tag == "li" and any(len(text_of(a)) > 25 for a in outer.iter("a"))):
            return None
        linked = (heading for heading in outer.iter(*_OTHER_STORY) if heading.find(".//a") is not None)
        if outer.tag != "article" and next(linked, None) is not None and len(text_of(outer)) < LONGEST_CARD:
            return None
    return False
