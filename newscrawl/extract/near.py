"""What a page prints beside its headline, and what stands elsewhere: comments, teasers, sidebars."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from newscrawl.extract.blocks import Block
from newscrawl.extract.page import Page
from newscrawl.normalize.text import first_words

FARTHEST = 8  # elements around one, itself among them, that may say what it is part of
TITLES = frozenset({"h1", "h2", "h3"})
_ELSEWHERE = re.compile(
    r"comment(?!ary|ator)|related|sidebar|widget|recent|teaser|(?<!post-)(?<!entry-)(?<!article-)(?<!single-)(?<!story-)footer|popular|carousel|reply|calendar|kalender|event-list|newslist|"
    r"news-list|copyright|weather|ticker|forum-signature|recommend|most-?read|trending|newsletter|card"
)


@dataclass(frozen=True, slots=True)
class Near:
    """The page's blocks in reading order, the position of the headline, and the elements around the headline."""

    blocks: list[Block]
    here: int
    around: frozenset[Any]
    _named: dict[Any, bool] = field(default_factory=dict)
    """Of elements that were looked at: whether their names say that they are elsewhere."""

    def below(self, count: int) -> list[Block]:
        """The headline's block and those after it."""
        return self.blocks[self.here : self.here + count]

    def above(self, count: int) -> list[Block]:
        """The blocks before the headline's, the nearest first."""
        return self.blocks[max(0, self.here - count) : self.here][::-1]

    def is_elsewhere(self, element: Any) -> bool:
        """Whether an element is part of something that is not the story: no box that holds the headline too is."""
        outer = element
        for _ in range(FARTHEST):
            if outer is None or outer in self.around:
                return False
            if (named := self._named.get(outer)) is None:
                label = f"{outer.get('class') or ''} {outer.get('id') or ''}"
                named = self._named[outer] = _is_elsewhere(label)
            if named:
                return True
            outer = outer.getparent()
        return False


@lru_cache(maxsize=4096)
def _is_elsewhere(label: str) -> bool:
    return _ELSEWHERE.search(label.lower()) is not None


def near_headline(page: Page, headline: str) -> Near:
    """Find the headline among the page's blocks: the heading that holds it, else the first heading."""
    blocks = list(page.boxes.blocks())
    wanted = first_words(headline)
    titles = sorted((block.tag, n) for n, block in enumerate(blocks) if block.tag in TITLES)
    here = next(
        (n for _, n in titles if wanted and wanted in first_words(blocks[n].text, 200)), titles[0][1] if titles else 0
    )
    around = blocks[here].box.element.iterancestors() if blocks else ()
    return Near(blocks, here, frozenset(around))
