"""The numbers in a text, written the same in every language: what a story and its translation share. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?<![\w:/.,])(\d{1,3}(?:[ \u00a0\u202f\u2009.,'’]\d{3})+|\d+)(?:[.,](\d{1,2}))?(?![\d:/]|[.,]\d)"
)
_SEPARATORS = re.compile(r"\D")
FIRST_TELLING = 10  # smaller whole numbers stand in every text
FIRST_YEAR, LAST_YEAR = 1900, 2099
FEWEST_SHARED, LEAST_AGREEMENT = 3, 0.6  # of telling numbers, for one story told twice


def figures(text: str) -> frozenset[str]:
    """Every number of a text, thousands without separators, decimals after a point: `1 200`, `1.200` are `1200`.

    Clock times and dates in digits are left out.
    """
    found = set()
    for whole, fraction in _NUMBER.findall(text):
        digits = str(int(_SEPARATORS.sub("", whole)[:30]))
        decimals = str(int(fraction)) if fraction else ""
        found.add(f"{digits}.{fraction and '0' * (len(fraction) - len(decimals))}{decimals}" if fraction else digits)
    return frozenset(found)


def is_telling(figure: str) -> bool:
    """Whether a number says something of its story: not a small one, not a year."""
    if "." in figure:
        return True
    return int(figure) >= FIRST_TELLING and not FIRST_YEAR <= int(figure) <= LAST_YEAR


def tell_the_same(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two texts have the same telling numbers, as a text and its translation do: three, and most of all."""
    own, other = ({figure for figure in side if is_telling(figure)} for side in (first, second))
    shared = own & other
    return len(shared) >= FEWEST_SHARED and len(shared) >= LEAST_AGREEMENT * len(own | other)
