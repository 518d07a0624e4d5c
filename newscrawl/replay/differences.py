"""How an article that is read again differs from the one that is stored. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from newscrawl.article import Article

FIELDS = (
    *("url", "publisher", "edition", "language", "headline", "lead", "body", "dateline", "published", "modified"),
    *("authors", "section", "tags", "keywords", "images", "videos", "views", "related", "alternates", "is_paywalled"),
    *("is_live", "content_type", "rights", "sections"),
)
"""Fields that are compared, in the order in which they are shown. What is derived of them is not shown beside them."""

Kind = Literal["gained", "lost", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one article. Values are plain data, as they are stored."""

    field: str
    before: Any
    after: Any

    @property
    def kind(self) -> Kind:
        """Whether the field had no value, has none any more, or has another one."""
        if not _has_value(self.before):
            return "gained"
        return "changed" if _has_value(self.after) else "lost"


@dataclass(slots=True)
class Summary:
    """How many articles gained, lost or changed each field."""

    fields: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, differences: Iterable[Difference]) -> None:
        """Count the differences of one article."""
        for difference in differences:
            self.fields.setdefault(difference.field, Counter())[difference.kind] += 1


def differences(stored: Mapping[str, Any], article: Article) -> list[Difference]:
    """What of a stored article is read otherwise now from the very page that it was read from."""
    before, after = _comparable(stored), article.model_dump()
    fetched_at = (stored.get("fetch") or {}).get("at")
    found = [
        Difference(name, before.get(name), after[name])
        for name in FIELDS
        if before.get(name) != after[name] and not _is_of_another(name, before.get(name), after[name], fetched_at)
    ]
    if any(one.field == "body" for one in found):
        found = [one for one in found if one.field != "sections"]  # the same text, divided
    return found


def _comparable(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values in the form in which today's code would store them."""
    document = {name: stored[name] for name in Article.model_fields if name in stored}
    try:
        return Article.model_validate(document).model_dump()
    except ValidationError:  # of a release that knows other values
        return document


def _is_of_another(name: str, before: Any, after: Any, fetched_at: datetime | None) -> bool:
    """A counter that was seen elsewhere, on a card or later: the page says nothing against it."""
    if name != "views" or before is None or before["seen_at"] == fetched_at:
        return False
    return after is None or bool(before["seen_at"] > after["seen_at"])


def _has_value(value: Any) -> bool:
    if isinstance(value, Mapping):
        for part in ("at", "count"):  # a date or counter that is kept as printed only
            if part in value:
                return value[part] is not None
    return value not in (None, "", [], {}, False)
