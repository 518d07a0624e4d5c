"""What workers do with a page: an article page to the record, a page of discovery to its cards. Pure.

The modules that read an article are loaded by the workers, in `prepare`, and not by the crawl, which only names the
functions here: it begins the sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from newscrawl.article import Article, Card
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.page import Page
from newscrawl.extract.rights import add_policy
from newscrawl.normalize.date_words import words_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.publisher_policy import PagePolicy, SitePolicy
from newscrawl.normalize.urls import registrable_domain
from newscrawl.site import Site


class ArticlePage(NamedTuple):
    """One article page, read and normalised. `remarks`: reasons for what of it could not be used, to be counted."""

    article: Article
    remarks: list[str]


def read_article_page(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    site: Site,
    card: Card | None,
    aliases: tuple[str, ...],
    fetched_at: datetime,
    policy: SitePolicy | PagePolicy | None = None,
    limits: Limits = LIMITS,
) -> ArticlePage:
    """The record of one article page. `aliases`: further addresses that the article was met under.

    `policy`: what the publisher says of all pages of its host, or of this one.

    Raises NotAnArticle.
    """
    from newscrawl.extract.article import read_article
    from newscrawl.normalize.article import normalize_article

    page = Page(body, url, headers=headers, limits=limits)
    raw = read_article(page, site, card=card)
    if policy is not None:
        add_policy(raw, policy)
    raw.aliases += [address for address in dict.fromkeys(aliases) if address not in raw.aliases]
    article = normalize_article(raw, site, fetched_at=fetched_at, card=card)
    remarks = [*raw.remarks, *remarks_on(article, site)]
    if "\ufffd" in page.source and "\ufffd".encode() not in body:
        remarks.append("undecodable-bytes")
    return ArticlePage(article, remarks)


def remarks_on(article: Article, site: Site) -> list[str]:
    """What of an article is not kept, or cannot be: no date, or one in the future, a counter beyond all numbers."""
    remarks = ["body-cut"] if article.is_cut else []
    if article.published and article.published.at is None:
        later = parse_date(article.published.raw, languages=site.languages)
        remarks.append("date-in-future" if later else "date-unreadable")
    if article.views and article.views.count is None:
        remarks.append("counter-out-of-range")
    return remarks


def prepare(languages: Iterable[str]) -> None:
    """Load the tables that pages in these languages are read with: no page shall pay for them with its own time."""
    import chardet  # noqa: F401

    import newscrawl.extract.article
    import newscrawl.normalize.article  # noqa: F401

    registrable_domain("https://example.com/")
    parse_dateline("KYIV, Jan 6 (Reuters) - The council met.")
    for language in dict.fromkeys(("en", *languages)):
        if (words := words_of(language)) is not None:
            parse_date(f"1 {next(iter(words.wide_months), '')} 2026, 10:50", languages=(language,))
