"""A site file proposed for an address: the site is looked at, and what follows is tried on what was fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from newscrawl.article import Article, NotAnArticle
from newscrawl.crawl.look import Look
from newscrawl.crawl.looked import Looked
from newscrawl.crawl.pages import read_article_page
from newscrawl.crawl.reader import ReadingFailed
from newscrawl.crawl.visit import Visits, with_scheme
from newscrawl.proposal.names import name_of_site
from newscrawl.proposal.rules_tried import without_harm
from newscrawl.proposal.site_file import site_text
from newscrawl.proposal.survey import Fact, Proposal, propose
from newscrawl.proposal.trial import Coverage, coverage
from newscrawl.settings import Settings
from newscrawl.site import Site, parse_site
from newscrawl.spiders.discovery import Unreadable, read_discovery
from newscrawl.spiders.walk import Kind

FEW = 3  # articles that tell too little


@dataclass(slots=True)
class Proposed:
    """A site file that is proposed, how it fared, and what the operator should look at."""

    name: str
    home: str
    text: str
    site: Site
    facts: list[Fact]
    coverage: list[Coverage]
    sources: dict[str, int] = field(default_factory=dict)
    """Listing, feed or sitemap to the articles that it led to with the proposed file; of an index, to its sitemaps."""
    articles: list[str] = field(default_factory=list)
    """Addresses that the file was tried on."""
    warnings: list[str] = field(default_factory=list)
    requests: int = 0


async def propose_site(
    address: str, own: Settings, *, name: str | None, articles: int, say: Callable[[str], None]
) -> Proposed:
    """Look at the site of an address, which may come without its scheme, and propose its file.

    `name`: of the file; None: it follows from the domain. `articles`: how many are read. `say`: told what is done.
    Raises ValueError where it is no address, NotLooked where the site cannot be looked at or shows no article,
    SiteError where the name is none.
    """
    forms = with_scheme(address)
    visits = Visits(own, forms)
    looking = Look(own, visits, say)
    try:
        looked = await looking.run(forms, articles)
        return await _tried(looking, looked, name or name_of_site(looked.survey.home))
    finally:
        await looking.close()
        await visits.close()


async def _tried(looking: Look, looked: Looked, name: str) -> Proposed:
    """The proposal, tried on the pages that were fetched."""
    proposal = propose(looked.survey)
    site = parse_site(proposal.table, Path(f"{name}.toml"))
    read = await _articles(looking, looked, site)
    if site.rules:
        plain = site.model_copy(update={"rules": {}})
        kept = without_harm(site.rules, await _articles(looking, looked, plain), read)
        if kept != set(site.rules):
            _drop_rules(proposal, {str(name) for name in site.rules} - kept)
            site = parse_site(proposal.table, Path(f"{name}.toml"))
            read = await _articles(looking, looked, site)
    rows = coverage(list(read.values()))
    sources = await _sources(looking, looked, site)
    warnings = [*proposal.warnings, *_warnings(rows, sources, read)]
    text = site_text(proposal.table, proposal.facts)
    home = looked.survey.home
    return Proposed(name, home, text, site, proposal.facts, rows, sources, list(read), warnings, looked.requests)


def _drop_rules(proposal: Proposal, names: set[str]) -> None:
    rules = proposal.table.get("rules")
    left = {key: value for key, value in rules.items() if key not in names} if isinstance(rules, dict) else {}
    proposal.table.pop("rules", None)
    if left:
        proposal.table["rules"] = left
    proposal.facts[:] = [fact for fact in proposal.facts if fact.key not in names]


async def _articles(looking: Look, looked: Looked, site: Site) -> dict[str, Article]:
    """The sample, read as a crawl reads it."""
    found: dict[str, Article] = {}
    for url, story in looked.survey.stories.items():
        page = looked.pages[url]
        if story.article is None:
            continue
        arguments = (page.body, page.url, page.headers, site, None, (), page.at, None, looking.own.limits)
        try:
            found[url] = (await looking.read(read_article_page, *arguments)).article
        except (NotAnArticle, ReadingFailed):
            continue
    return found


async def _sources(looking: Look, looked: Looked, site: Site) -> dict[str, int]:
    """How many articles each listing, feed and sitemap of the file leads to."""
    counts: dict[str, int] = {}
    kinds: dict[str, Kind] = {"listing": "listing", "feed": "feed", "sitemap": "sitemap"}
    for address, kind in site.sources.items():
        page = looked.pages.get(address)
        if page is None:
            continue
        arguments = (kinds[kind], page.body, page.url, page.headers, site, looking.own.limits)
        try:
            found = await looking.read(read_discovery, *arguments)
        except (Unreadable, ReadingFailed):
            counts[address] = 0
            continue
        own = [card for card in found.cards if site.owns(card.url) and site.is_article(card.url) is not False]
        counts[address] = len(own) or len(found.sitemaps)
    return counts


def _warnings(rows: list[Coverage], sources: dict[str, int], read: dict[str, Article]) -> list[str]:
    warnings = [
        f"{row.field} was read on {row.found} of {row.of} articles only; a rule under [rules] may help"
        for row in rows
        if row.is_low
    ]
    warnings += [f"{address} leads to no article" for address, number in sources.items() if not number]
    if len(read) < FEW:
        warnings.append(f"only {len(read)} articles could be read: look at the pattern before you trust it")
    return warnings
