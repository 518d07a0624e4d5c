"""What a receiver is sent: one article, as it is now, and why. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from newscrawl.article import Article

Document = Mapping[str, Any]
Kind = Literal["article.new", "article.changed", "article.back", "article.gone", "article.merged", "webhook.test"]

ALWAYS = ("url", "site", "headline", "seq", "revision", "status", "merged_into")
"""Fields of the article in every event."""
_DATING = ("changed_at", "first_seen_at", "gone", "absences")
"""Fields that tell what has happened, and when."""
_LEFT_OUT = frozenset(
    # Derived for newscrawl itself, or twice there: `sections` is `body` by headings.
    "sections similarity evidence disagreements links_due next_visit_at seq_due".split()
)
FULL = tuple(name for name in Article.model_fields if name not in _LEFT_OUT)
"""Fields of the article in an event, where the webhook does not name some."""


@dataclass(frozen=True, slots=True)
class Event:
    """One message to a receiver."""

    kind: Kind
    key: str
    """Idempotency key: the same at every attempt, and never that of another event."""
    body: bytes
    seq: int = 0
    url: str = ""


def names_asked(fields: Collection[str]) -> list[str]:
    """Fields to read of an article for an event with `fields`; empty: all."""
    return list(dict.fromkeys((*ALWAYS, *_DATING, *(fields or FULL))))


def event_of(article: Document, fields: Collection[str] = ()) -> Event:
    """The event that tells of a stored article.

    Its key is made of identity, revision and `seq`. The database gives an article another `seq` exactly when there is
    something to tell, so the key tells two changes apart that lead to one text, and a retry has the same.
    """
    kind, at = _what_happened(article)
    key = f"{article['_id']}-{article.get('revision', 0)}-{article['seq']}"
    names = dict.fromkeys((*ALWAYS, *(fields or FULL)))
    data = {"id": article["_id"], **{name: article[name] for name in names if name in article}}
    return Event(kind, key, _body(kind, key, at, data), article["seq"], article["url"])


def test_event(name: str, key: str, now: datetime) -> Event:
    """The event by which a receiver is tried."""
    return Event("webhook.test", key, _body("webhook.test", key, now, {"webhook": name}))


def _what_happened(article: Document) -> tuple[Kind, datetime]:
    seen: datetime = article.get("changed_at") or article.get("first_seen_at") or datetime.fromtimestamp(0, UTC)
    if article.get("status") == "merged":
        return "article.merged", seen
    if article.get("status") == "gone" and (gone := article.get("gone")):
        return "article.gone", gone["at"]
    absences = article.get("absences")
    if absences and absences[-1]["back_at"] >= seen:
        return "article.back", absences[-1]["back_at"]
    return ("article.changed" if article.get("revision", 1) > 1 else "article.new"), seen


def _body(kind: Kind, key: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    message = {"type": kind, "timestamp": at, "key": key, "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)
