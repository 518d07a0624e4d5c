"""What elements are called: the words of their classes, ids and item properties. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

LONGEST_LABEL = 400  # characters of a value that are looked at
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def label_words(label: str) -> str:
    """A value in lower case with hyphens between its words: `articleBody` and `article_body` are `article-body`."""
    return _WORD_STARTS.sub("-", label).lower().replace("_", "-")


class Labels:
    """The different values of one attribute on a page, searched through at once."""

    __slots__ = ("_positions", "_starts", "_text", "values")

    def __init__(self, values: Mapping[str, Sequence[int]]) -> None:
        """`values`: the positions of the elements that have each value."""
        self.values = values
        self._text = label_words("\n".join(value[:LONGEST_LABEL].replace("\n", " ") for value in values))
        self._positions = list(values.values())
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]

    def positions(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """The positions of elements with a value in whose words a pattern is found; some more than once."""
        for found in pattern.finditer(self._text):
            yield from self._positions[bisect_right(self._starts, found.start()) - 1]
