"""A proposed site file tried on articles: which fields are read, how often, and from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newscrawl.article import Article

LOW = 0.8  # share of the articles below which the operator is told
WANTED = ("headline", "body", "published", "language")
"""Fields that nearly every article of every site has."""

LONGEST = 70  # characters of a sample


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the articles have a field, a sample of it, and the sources it was read from."""

    field: str
    found: int
    of: int
    sample: str
    source: str

    @property
    def is_low(self) -> bool:
        """A field that every article should have is missing on some."""
        return self.field in WANTED and self.found < LOW * self.of


_FIELDS: Mapping[str, Callable[[Article], Any]] = {
    "headline": lambda a: a.headline,
    "lead": lambda a: a.lead,
    "body": lambda a: f"{a.word_count} words: {a.body}" if a.body else None,
    "dateline": lambda a: (
        ", ".join(filter(None, (a.dateline.place, a.dateline.agency))) or a.dateline.raw if a.dateline else None
    ),
    "published": lambda a: _instant(a.published.at) if a.published and a.published.at else None,
    "modified": lambda a: _instant(a.modified.at) if a.modified and a.modified.at else None,
    "authors": lambda a: ", ".join(author.name for author in a.authors),
    "section": lambda a: a.section,
    "tags": lambda a: ", ".join(a.tags),
    "images": lambda a: a.images[0].url if a.images else None,
    "views": lambda a: str(a.views.count) if a.views and a.views.count is not None else None,
    "related": lambda a: f"{len(a.related)} cards" if a.related else None,
    "language": lambda a: a.language,
}


def coverage(articles: Sequence[Article]) -> list[Coverage]:
    """The coverage of every field, in the order of the record."""
    rows = []
    for field, read in _FIELDS.items():
        values = [(value, article.provenance.get(field, "")) for article in articles if (value := read(article))]
        sources = Counter(source for _, source in values if source)
        sample = " ".join(str(values[0][0]).split()) if values else ""
        cut = sample if len(sample) <= LONGEST else sample[: LONGEST - 1] + "…"
        told = ", ".join(
            source if number == len(values) else f"{source} ({number})" for source, number in sources.most_common(3)
        )
        rows.append(Coverage(field, len(values), len(articles), cut, told))
    return rows


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
