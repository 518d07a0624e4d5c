"""What one page of a sample says: whether it is an article, its fields, its times, its counters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from newscrawl.article import Article, Card, NotAnArticle, RawArticle
from newscrawl.extract import structured
from newscrawl.extract.article import read_article
from newscrawl.extract.cards import find_cards
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.near import Near, near_headline
from newscrawl.extract.page import Page
from newscrawl.normalize.article import normalize_article
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.text import first_words
from newscrawl.proposal.counters import Place, counters, datelines
from newscrawl.proposal.headlines import is_headline
from newscrawl.proposal.hints import Hints, read_hints
from newscrawl.site import Site

ENOUGH = 2  # signs of an article that make one
SHORT, LONG = 40, 60  # words of a text
FEW = 240  # words beside which many links make a list
MANY = 8  # headed links on a page whose text is short
NEAREST_BELOW, NEAREST_ABOVE = 25, 12  # blocks around the headline in which a printed time is looked for
LONGEST = 120  # characters of a block that may be a time
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
_CLOCK = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}")
_ZONED = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})\s*$|[+-]\d{4}\s*$|\b(?:GMT|UTC)\s*$")
_UNZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$")


@dataclass(slots=True)
class Times:
    """When an article came out, as far as it is said. `instants`: with their zone, source to instant and offset stated
    (minutes). `printed`: by the clock of the publisher, as if it were UTC.
    """

    instants: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    printed: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """A page of the sample. `article`: None where it is none, with the reason in `refusal`."""

    url: str
    article: Article | None = None
    refusal: str | None = None
    times: Times = field(default_factory=Times)
    views: list[Place] = field(default_factory=list)
    datelines: list[Place] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    hints: Hints = field(default_factory=Hints)
    related: list[str] = field(default_factory=list)
    """Addresses that the page links, of whatever they are."""


def read_story(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    site: Site,
    card: Card | None,
    fetched_at: datetime,
    linked: str | None = None,
    limits: Limits = LIMITS,
) -> Story:
    """Read a page with what is known of its site. `linked`: text of the link that led to it.

    Raises NotAnArticle where it is no page at all.
    """
    page = Page(body, url, headers=headers, limits=limits)
    story = Story(url, hints=read_hints(page))
    try:
        raw = read_article(page, site, card=card)
        article = normalize_article(raw, site, fetched_at=fetched_at, card=card)
    except NotAnArticle as error:
        story.refusal = error.reason
        return story
    near = near_headline(page, raw.headline or "")
    story.alternates = raw.alternates
    story.times = _times(raw, near, card, article.language)
    if signs_of_article(page, raw, article, linked) < ENOUGH:
        story.refusal = "no-signs-of-an-article"
    else:
        story.article = article
        story.views = counters(page, near, article.language, article.views.count if article.views else None)
        story.datelines = datelines(page, near, article.language)
    page.forget()
    return story


def signs_of_article(page: Page, raw: RawArticle, article: Article, linked: str | None = None) -> int:
    """How much speaks for an article rather than a list, a service or a text about the publisher.

    `linked`: text of the link that led to the page; where it is its headline, that is a sign.
    """
    kinds = {kind for item in page.json_ld for kind in structured.types(item)}
    said = (page.meta_first("og:type") or ("", ""))[1].lower()
    declared = structured.article_object(page) is not None or "article" in said
    declared = declared or page.meta_first("article:published_time") is not None
    is_dated = bool(raw.published) and not raw.published[0].source.startswith(("card:", "url"))
    named = linked if linked and is_headline(linked) else ""
    is_named = bool(named) and first_words(named) == first_words(article.headline)
    signs = 2 * declared + 2 * is_named + is_dated + (article.word_count >= LONG) + bool(article.authors)
    signs -= 2 * (article.word_count < SHORT and not is_named) + 2 * bool(kinds & _LISTS)
    if not declared and said == "website":
        signs -= 1
    if not declared and article.word_count < FEW:
        headed = find_cards(page.tree, page.base_url, is_article=lambda _: None, most=60)
        signs -= len(headed) >= MANY and article.published is None
    return signs


def _times(raw: RawArticle, near: Near, card: Card | None, language: str | None) -> Times:
    times = Times()
    stated = [(date.source, date.text) for date in (*raw.published, *raw.modified)]
    if card is not None and card.published:
        stated.append((f"card:{card.source}", card.published))
    languages = (language,) if language else ()
    for source, text in stated:
        if _ZONED.search(text) and (found := parse_date(text, languages=languages)) and found.at is not None:
            times.instants.setdefault(source, (found.at, found.offset or 0))
    times.printed = list(dict.fromkeys(_printed([text for _, text in stated], near, languages)))
    return times


def _printed(stated: Iterable[str], near: Near, languages: tuple[str, ...]) -> Iterator[datetime]:
    """Times that name no zone, near the headline or for machines."""
    blocks = [*near.below(NEAREST_BELOW), *near.above(NEAREST_ABOVE)]
    printed = (block.text for block in blocks if len(block.text) <= LONGEST and _CLOCK.search(block.text))
    for text in islice((*(text for text in stated if _UNZONED.search(text) or not _ZONED.search(text)), *printed), 30):
        if not _CLOCK.search(text):
            continue
        found = parse_date(text, languages=languages)
        if found and found.at is not None and found.offset is None and found.precision in ("minute", "second"):
            yield found.at.astimezone(UTC).replace(second=0, microsecond=0)
