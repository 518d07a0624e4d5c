"""The view observations that pages give: counters of articles, and counters on cards that lead to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from newscrawl.article import Article, Card
from newscrawl.normalize.identity import identity_or_none
from newscrawl.normalize.text import clean
from newscrawl.normalize.urls import article_id
from newscrawl.normalize.views import parse_views
from newscrawl.records import ViewObservation
from newscrawl.site import Site


def card_views(cards: Iterable[Card], site: Site, *, at: datetime, run: str | None) -> list[ViewObservation]:
    """A view observation for each card that prints a counter. `at`, `run`: when its page was read, and by which run."""
    found = []
    for card in cards:
        url = identity_or_none(card.url, site) if card.url else None
        edition = site.edition_of(card.url) if url else None
        count = parse_views(card.views, language=edition.language if edition else None) if card.views and url else None
        if url is not None and count is not None:
            raw = clean(card.views)[:200] if card.views else None
            found.append(
                ViewObservation(article=article_id(url), url=url, at=at, count=count, source="card", raw=raw, run=run)
            )
    return found


def view_observations(article: Article, site: Site, *, at: datetime) -> list[ViewObservation]:
    """The view observations that one article page gives: its own counter, and those of its related cards."""
    found = []
    if (own := article.views) is not None and own.count is not None:
        found.append(
            ViewObservation(
                article=article.id,
                url=article.url,
                at=own.seen_at,
                count=own.count,
                source="own page",
                raw=own.raw[:200],
                run=article.fetch.run,
            )
        )
    for related in article.related:
        url = identity_or_none(related.url, site) if related.url and site.owns(related.url) else None
        if url is not None and related.views is not None:
            found.append(
                ViewObservation(
                    article=article_id(url),
                    url=url,
                    at=at,
                    count=related.views,
                    source="card",
                    run=article.fetch.run,
                )
            )
    return found
