"""What a spider hands to the pipelines: one article page as read, with how it was fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scrapy.http import Response

from newscrawl.article import Article, Card, Fetch


@dataclass(slots=True)
class Reading:
    """One article page: the article, the card that led to it, and the fetch."""

    article: Article
    card: Card | None
    fetch: Fetch
    since: datetime | None = None
    """Articles published before are dropped, where the run has such a limit."""

    def __str__(self) -> str:
        """The address: logs hold no whole pages."""
        return self.article.url


def headers_of(response: Response) -> dict[str, str]:
    """Headers of a response, names in small letters, several of one name joined by commas (RFC 9110, 5.3)."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
