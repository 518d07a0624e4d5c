"""How large a page may be in what it holds. Pure data, and the one place of these defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of one page, feed or sitemap.

    A page beyond `elements` or `nesting` is refused; of the rest, what is beyond its limit is left out and the reason
    is kept among the remarks of what was read.
    """

    elements: int = 200_000
    nesting: int = 250
    """Elements inside one another."""
    json_ld_bytes: int = 2_000_000
    """Of one block, as UTF-8."""
    json_ld_nesting: int = 40
    links: int = 5000
    """Cards of one page of a listing or feed, and further addresses of an article."""
    url_length: int = 2048
    """Characters of an address."""
    decompressed_bytes: int = 10 * 2**20
    """Of a compressed sitemap."""


LIMITS = Limits()
"""The defaults."""
