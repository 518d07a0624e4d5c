"""Near-duplicates: a signature that the database finds copies by, and the share of a text that stands in another.

A text is the set of its shingles: three words in a row, or as many characters where the script has no spaces. So the
order of paragraphs does not matter, and neither does the headline, which is no part of it. Signatures: MinHash
(Broder 1997), cut into bands for locality-sensitive hashing (Leskovec, Rajaraman, Ullman: Mining of Massive
Datasets, 3.4). Pure.
"""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import blake2b

from rensa import RMinHash

from newscrawl.normalize.figures import figures

WORDS_TOGETHER = 3
FEWEST_WORDS = 40  # of a text that has a signature
BANDS, ROWS = 32, 3
"""Texts that share half of all their shingles meet in a band with a probability of 0.986, a tenth of them in 0.03."""

LEAST_SHARE = 0.5  # of a text's shingles, for a copy
FEWEST_SHARED = 20  # shingles
FEWEST_FIGURES, LEAST_FIGURES = 4, 0.5
"""A text that is filled in anew each day has the words of the day before and other numbers: no copy."""

_WORD = re.compile(r"\w+")
_SCRIPTS = (
    # Characters of a script without spaces between words, and how many of them make a word, about.
    (re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), 2),  # Han, kana
    (re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 4),  # Thai, Lao, Burmese, Khmer
)


class Shingled:
    """What two texts are compared by."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.shingles: frozenset[str] = frozenset(_units(text)[0])

    @cached_property
    def figures(self) -> frozenset[str]:
        """The numbers of the text. Most comparisons end before they are asked for."""
        return figures(self._text)


def signature(text: str) -> list[int] | None:
    """The near-duplicate signature of an article's text: 32 signed 64-bit numbers, one a band.

    Texts that share a number are candidates for `copied_share`. None for a text of less than 40 words, which says
    too little. Numbers made by different versions of the algorithm never meet.
    """
    words, enough = _units(text)
    if not enough:
        return None
    minima = RMinHash(num_perm=BANDS * ROWS, seed=1)
    minima.update(list(words))
    digest = minima.digest()
    return [
        _band(f"{RMinHash.ALGORITHM_VERSION}/{band}/{digest[band * ROWS : (band + 1) * ROWS]}") for band in range(BANDS)
    ]


def shingled(text: str) -> Shingled:
    """The shingles and the numbers of a text."""
    return Shingled(text)


def share(text: Shingled, source: Shingled) -> float:
    """The share of a text that stands in another: 0 to 1."""
    return len(text.shingles & source.shingles) / len(text.shingles) if text.shingles else 0.0


def copied_share(text: Shingled, source: Shingled, *, least: float = LEAST_SHARE) -> float | None:
    """The share of a text that stands in its source, where that makes it a copy; None where it is no copy.

    A copy has half of its text from the source, more than what pages of a site have in common, and not only the words
    of a form that each story fills with other numbers.
    """
    copied = share(text, source)
    if copied < least or len(text.shingles & source.shingles) < FEWEST_SHARED:
        return None
    fewer = min(len(text.figures), len(source.figures))
    if fewer >= FEWEST_FIGURES and len(text.figures & source.figures) < LEAST_FIGURES * fewer:
        return None
    return copied


def _units(text: str) -> tuple[set[str], bool]:
    """The shingles of a text, and whether it is long enough for a signature."""
    words = _WORD.findall(text.casefold())
    letters = "".join(words)
    # A character of these scripts has three bytes in UTF-8, of most others one or two.
    is_wide = len(letters.encode("utf-8", "surrogatepass")) > 2 * len(letters)
    for script, length in _SCRIPTS if is_wide else ():
        if 2 * len(script.findall(letters)) > len(letters):
            size = WORDS_TOGETHER * length - 1
            return {letters[at : at + size] for at in range(len(letters) - size + 1)}, (
                len(letters) >= FEWEST_WORDS * length
            )
    together = zip(*(words[start:] for start in range(WORDS_TOGETHER)), strict=False)
    return set(map(" ".join, together)), len(words) >= FEWEST_WORDS


def _band(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
