"""Whether a text is long enough for a headline."""

from __future__ import annotations

FEWEST_WORDS, FEWEST_CHARACTERS = 4, 10


def is_headline(text: str) -> bool:
    """Whether a link's text may be a headline rather than the name of a page; scripts without spaces count by characters."""
    wide = sum(c > "\u2e80" for c in text)
    return len(text.split()) >= FEWEST_WORDS or wide >= FEWEST_CHARACTERS
