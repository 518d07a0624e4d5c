"""How much of what one page says is kept: an article stays far below what MongoDB allows, whatever its page holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from newscrawl.article import Section
from newscrawl.storable import LONGEST_BODY

MOST_RELATED = 50
MOST_TAGS = 100  # also of keywords and alternates
MOST_PICTURES = 100  # also of videos
MOST_ALIASES = 200
MOST_SAID = 20  # other values of one field
MOST_SECTIONS, MOST_PARAGRAPHS = 2000, 20_000
LONGEST_CODE = 35  # characters of a language code, BCP 47, 4.4.1


def each(values: Iterable[str | None]) -> list[str]:
    """Every value once, in order, without those that are empty."""
    return list(dict.fromkeys(value for value in values if value))


def cut(sections: list[Section]) -> tuple[list[Section], bool]:
    """As much of the text as is stored, and whether that is not all."""
    left, paragraphs = LONGEST_BODY, 0
    kept: list[Section] = []
    for section in sections:
        if left <= 0 or len(kept) >= MOST_SECTIONS or paragraphs >= MOST_PARAGRAPHS:
            return kept, True
        heading = section.heading[:left] if section.heading else None
        left -= len(heading or "")
        part = Section.model_construct(heading=heading, paragraphs=[])
        kept.append(part)
        for text in section.paragraphs:
            if left <= 0 or paragraphs >= MOST_PARAGRAPHS:
                return kept, True
            part.paragraphs.append(text[:left])
            paragraphs += 1
            left -= len(text) + 2  # with the line ends between them
    return kept, left < 0
