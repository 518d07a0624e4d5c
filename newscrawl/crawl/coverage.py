"""Which fields a site's articles have: a layout that has changed shows as coverage that falls."""

from __future__ import annotations

from newscrawl.article import Article

COVERED = ("lead", "body", "published", "dateline", "views", "authors", "section", "tags", "images", "language")
"""Fields whose coverage each run records."""


def covered_fields(article: Article) -> list[str]:
    """Those of `COVERED` that the article has, with a value that could be read."""
    return [name for name in COVERED if _has_value(getattr(article, name))]


def _has_value(value: object) -> bool:
    for part in ("at", "count"):  # a date or counter that is kept as printed only
        if hasattr(value, part) and not isinstance(value, str | list):
            return getattr(value, part) is not None
    return bool(value)
