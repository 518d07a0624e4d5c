"""Which box of a page is the story's: the one with the most prose.

Sentences count for a box, lists of links against it (as in Kohlschütter et al., "Boilerplate Detection using Shallow
Text Features", WSDM 2010); where JSON-LD prints the `articleBody` too, the paragraphs that it holds count most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newscrawl.extract.blocks import HEADINGS, Block, Box
from newscrawl.normalize.text import same_words

LONGEST_CAPTION = 350  # characters
LONGEST_TEASER = 600
PARAGRAPH = 100  # score of one that has more than a line
MUCH, LITTLE = 0.35, 0.15  # shares of a page's prose
SHORTEST_ANCHOR = 250  # characters of an articleBody that is believed
_CONTAINERS = frozenset(
    {"div", "section", "article", "main", "td", "body", "center", "html", "blockquote", "form", "header"}
)
_STRONG_ASIDES = frozenset({"nav", "footer", "aside"})
_ENDS = re.compile(r"[.!?…。！？」』»\"”’')\]]\s*$")
_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")
_WORDS = re.compile(r"\w+")


def story_box(top: Box, headline: str, anchor: Anchor) -> Box:
    """The box that holds the story. Gives each box of the page its role, weight and score."""
    _weigh(top, anchor)
    is_gallery = _captions(top) >= 0.3 * top.weight
    _settle(top, top.weight, is_gallery=is_gallery)
    box = _heaviest(top, headline)
    if box.score < LITTLE * top.weight and _clear_entries(top, top.weight):
        _settle(top, top.weight, is_gallery=is_gallery)
        box = _heaviest(top, headline)
    return box


_ENTRY = re.compile(r"live|ticker|timeline|gallery|(?<!modal-)slide|update|^(?:message|card|post|entry)$")


def _clear_entries(top: Box, whole: float) -> bool:
    """Whether rows of one kind were taken for asides though they hold much of the page's prose.

    They are the entries of a live blog, a gallery, a forum, questions and answers.
    """
    rows: dict[tuple[str, str], list[Box]] = {}
    stack = [top]
    while stack:
        box = stack.pop()
        stack += [item for item in box.items if isinstance(item, Box)]
        label = (box.element.get("class") or "").partition(" ")[0]
        if box.role == "aside" and _ENTRY.search(label.lower()):
            rows.setdefault((box.tag, label), []).append(box)
    much = [row for row in rows.values() if len(row) > 2 and sum(box.weight for box in row) >= MUCH * whole]
    for row in much:
        for box in row:
            box.role = ""
    return bool(much)


class Anchor:
    """The text that the page declares as its `articleBody`, to recognise paragraphs by."""

    def __init__(self, stated: str | None) -> None:
        words = _WORDS.findall(stated.casefold()) if stated and len(stated) >= SHORTEST_ANCHOR else []
        self.grams = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}

    def __bool__(self) -> bool:
        return bool(self.grams)

    def covers(self, text: str) -> bool | None:
        """Whether the text is part of it; None where the text is too short to tell."""
        words = _WORDS.findall(text.casefold())
        if len(words) < 6:
            return None
        own = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
        return sum(gram in self.grams for gram in own) >= 0.6 * len(own)

    def within(self, blocks: list[Block]) -> list[Block]:
        """The blocks up to the last that it covers, where it covers most of them."""
        if not self:
            return blocks
        covered = [i for i, block in enumerate(blocks) if self.covers(block.text)]
        if sum(len(blocks[i].text) for i in covered) < 0.6 * sum(len(block.text) for block in blocks):
            return blocks
        # What is declared often lacks the lists.
        end = covered[-1] + 1
        while end < len(blocks) and blocks[end].tag in {*HEADINGS, "li"} and not blocks[end].links:
            end += 1
        return blocks[:end]


def _weigh(box: Box, anchor: Anchor) -> None:
    """Give each box the weight of all prose inside."""
    box.weight = 0.0
    for item in box.items:
        if isinstance(item, Block):
            item.worth = _worth(item, anchor)
            box.weight += max(0.0, item.worth)
        else:
            _weigh(item, anchor)
            box.weight += item.weight


def _captions(box: Box) -> float:
    """The weight of what stands with pictures: in a gallery it is the text."""
    inner = [item for item in box.items if isinstance(item, Box)]
    return sum(item.weight if _holds_caption(item) else _captions(item) for item in inner)


def _holds_caption(box: Box) -> bool:
    return (box.role == "picture" or box.tag == "figure") and box.characters <= LONGEST_CAPTION


def _settle(box: Box, whole: float, *, is_gallery: bool) -> None:
    """Give each box its score: the prose inside, asides apart, minus what is none.

    What holds much of the page's prose is no aside, whatever its name.
    """
    if box.role == "aside" and box.weight >= (0.8 if box.tag in _STRONG_ASIDES else MUCH) * whole:
        box.role = ""
    if is_gallery and box.tag in {"figure", "figcaption"}:
        box.role = ""
    for kind in _alike(box):
        if sum(item.weight for item in kind) >= 0.3 * whole:
            continue  # a gallery or a list of products is the story itself
        for inner in kind:
            if (inner.role == "picture" and not is_gallery) or (len(kind) > 1 and _is_teaser(inner)):
                inner.role = "aside"
    box.score = 0.0
    for item in box.items:
        if isinstance(item, Block):
            box.score += item.worth
        else:
            _settle(item, whole, is_gallery=is_gallery)
            if item.role != "aside":
                box.score += item.score


def _alike(box: Box) -> list[list[Box]]:
    """The short boxes directly inside that may be captions or teaser cards, those of one kind together."""
    kinds: dict[tuple[str, str], list[Box]] = {}
    for item in box.items:
        if isinstance(item, Box) and item.role != "text" and item.characters < LONGEST_TEASER:
            if item.role == "picture" and item.characters > LONGEST_CAPTION:
                continue
            kinds.setdefault((item.tag, item.element.get("class") or ""), []).append(item)
    return list(kinds.values())


def _is_teaser(box: Box) -> bool:
    """A box with a linked title and little else."""
    blocks = [block for block, _ in zip(box.blocks(), range(8), strict=False)]
    titles = [b for b in blocks if b.links >= 0.9 * len(b.text) and len(b.text) > 15]
    return bool(titles) and len(blocks) < 8 and (len(blocks) > 1 or blocks[0].tag in HEADINGS)


def _worth(block: Block, anchor: Anchor) -> float:
    size = _size(block.text)
    share = block.links / len(block.text)
    if block.tag in HEADINGS:
        return 0.0
    if share > 0.5:
        return -min(size, 120) * 0.5
    prose = size * (1 - 2 * share)
    if block.tag in {"li", "td", "th", "dd", "dt"}:
        prose *= 0.5
    if size < 40 and not _ENDS.search(block.text):
        return 0.0 if block.tag in {"li", "td", "th", "dd", "dt"} and not block.links else -5.0
    if size < 90 and not _ENDS.search(block.text):
        prose *= 0.3
    if anchor:
        covered = anchor.covers(block.text)
        if covered:
            return 3 * prose + 20
        if covered is False:
            prose *= 0.5
    return prose


def _size(text: str) -> int:
    """Characters, those of scripts that write a word with one or two counted for the letters they stand for."""
    if text.isascii():
        return len(text)
    return len(text) + 2 * len(_WIDE.findall(text))


def _heaviest(top: Box, headline: str) -> Box:
    """The box with the most prose: the narrowest of those that hold nearly all of it."""
    best, most = top, _standing(top)
    stack: list[Box] = [top]
    while stack:
        box = stack.pop()
        stack.extend(item for item in box.items if isinstance(item, Box) and item.role != "aside")
        if box.tag in _CONTAINERS and (standing := _standing(box)) >= most:
            best, most = box, standing
    best = _own_story(best, headline)
    whole = best.score
    while True:
        narrower = [
            item for item in best.items if isinstance(item, Box) and item.role != "aside" and item.tag in _CONTAINERS
        ]
        heavy = max(narrower, key=lambda item: item.score, default=None)
        if heavy is None or heavy.score < 0.9 * whole or whole <= 0 or _has_paragraph(best):
            return _with_lists(best)
        best = heavy


def _has_paragraph(box: Box) -> bool:
    """Whether a paragraph stands directly in a box, beside the boxes in it: there the story begins or goes on."""
    return any(
        isinstance(item, Box) and item.tag == "p" and item.role != "aside" and item.score >= PARAGRAPH
        for item in box.items
    )


def _with_lists(box: Box) -> Box:
    """The box, or the one around it that says that it is the text and holds lists beside it."""
    for outer, _ in zip(box.ancestors(), range(3), strict=False):
        beside = [item for item in outer.items if isinstance(item, Box) and item.role != "aside"]
        if outer.role == "text" and outer.score >= 0.9 * box.score and any(map(_is_plain_list, beside)):
            return outer
    return box


def _is_plain_list(box: Box) -> bool:
    """A list without links: names, results, ingredients. It has no weight, but belongs to the text that it stands in."""
    blocks = [block for block, _ in zip(box.blocks(), range(40), strict=False)]
    if blocks and blocks[0].tag in HEADINGS:
        blocks = blocks[1:]
    return len(blocks) >= 3 and all(block.tag == "li" and not block.links for block in blocks)


def _own_story(box: Box, headline: str) -> Box:
    """The story that bears the headline where a page prints several, one below the other."""
    stories = [inner for inner in _outermost(box, "article") if inner.score > 0]
    while len(stories) == 1:
        stories = [inner for inner in _outermost(stories[0], "article") if inner.score > 0]
    if len(stories) < 2:
        return box
    titles = [next((b.text for b in story.blocks() if b.tag in {"h1", "h2"}), None) for story in stories]
    own = next((n for n, title in enumerate(titles) if title and same_words(title, headline)), None)
    if own is None or stories[own].score < 200 or sum(title is not None for title in titles) < 2:
        return box
    return stories[own]


def _outermost(box: Box, tag: str) -> Iterator[Box]:
    for item in box.items:
        if isinstance(item, Box):
            if item.tag == tag:
                yield item
            else:
                yield from _outermost(item, tag)


def _standing(box: Box) -> float:
    """A box's score, more where it says that it is the story: what it says decides where there is little prose."""
    if box.role in {"text", "mixed"}:
        return box.score * 1.05 + (150 if box.score > 0 else 50)
    return box.score
