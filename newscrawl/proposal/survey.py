"""Everything that was seen of a site, and what follows from it: the proposal of a site file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newscrawl.normalize.language import detect_language
from newscrawl.proposal.candidates import VERIFIED, Evidence, Source, gather
from newscrawl.proposal.choice import choose_feeds, choose_listings, choose_sitemaps
from newscrawl.proposal.counters import common_places
from newscrawl.proposal.countries import countries_of, find_country
from newscrawl.proposal.editions import EditionFound, find_editions, prefix_of, regional
from newscrawl.proposal.front import Front
from newscrawl.proposal.names import publisher_of
from newscrawl.proposal.patterns import Learnt, learn_patterns
from newscrawl.proposal.shapes import shape_of
from newscrawl.proposal.story import Story
from newscrawl.proposal.zones import countries_agreeing, find_zone, is_contradicted

SHORTEST = 60  # characters of a page's text by which its language is told


@dataclass(slots=True)
class Survey:
    """What was seen. `home`: address of the home page, `asked`: the one that the operator gave."""

    home: str
    asked: str
    hosts: list[str] = field(default_factory=list)
    fronts: dict[str, Front] = field(default_factory=dict)
    feeds: dict[str, Source] = field(default_factory=dict)
    feed_titles: list[str | None] = field(default_factory=list)
    sitemaps: dict[str, Source] = field(default_factory=dict)
    stories: dict[str, Story] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a proposal says, and where it is from."""

    key: str
    value: str
    source: str


@dataclass(slots=True)
class Proposal:
    """The table of a site file, what each part follows from, and what the operator should look at."""

    table: dict[str, object]
    facts: list[Fact] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Addresses:
    """What is known of a site's addresses."""

    evidence: Evidence
    learnt: Learnt
    prefixes: list[str]

    def is_article(self, url: str) -> bool:
        """Whether the learnt patterns take an address for an article."""
        if any(re.search(pattern, url) for pattern in self.learnt.ignore):
            return False
        return any(re.search(pattern, url) for pattern in self.learnt.patterns)


def learn_addresses(survey: Survey) -> Addresses:
    """The articles among the addresses that were seen, and their pattern, by what was fetched so far."""
    evidence = gather(survey.fronts.values(), survey.feeds.values(), survey.sitemaps.values(), survey.hosts)
    _verify(evidence, survey.stories)
    editions = editions_of(survey, evidence)
    prefixes = [edition.prefix for edition in editions if edition.prefix]
    learnt = learn_patterns(evidence.articles, evidence.others, hosts=survey.hosts, prefixes=prefixes)
    return Addresses(evidence, learnt, prefixes)


def _verify(evidence: Evidence, stories: Mapping[str, Story]) -> None:
    """What was fetched is known; what looks like what was refused, and like nothing that was taken, is doubted."""
    taken = {shape_of(url).key for url, story in stories.items() if story.article is not None}
    refused = {shape_of(url).key for url, story in stories.items() if story.refusal is not None} - taken
    for url, story in stories.items():
        if story.article is not None:
            evidence.articles[url] = VERIFIED
            evidence.others.discard(url)
        elif shape_of(url).key not in taken or evidence.articles.get(url, 0) < VERIFIED / 2:
            evidence.articles.pop(url, None)
            evidence.others.add(url)
    for url in [url for url in evidence.articles if shape_of(url).key in refused]:
        evidence.articles[url] *= 0.2


def editions_of(survey: Survey, evidence: Evidence) -> list[EditionFound]:
    """Editions by the language of what was read."""
    languages: dict[str, str] = {}
    for url, story in survey.stories.items():
        if story.article is not None and story.article.language:
            languages[url] = story.article.language
    for url, front in survey.fronts.items():
        if len(front.text) >= SHORTEST and (language := detect_language(front.text)):
            languages.setdefault(url, language)
    if not survey.stories:
        for url, card in evidence.cards.items():
            if card.language:
                languages.setdefault(url, card.language)
            elif (
                prefix_of(url)
                and card.headline
                and len(card.headline) > 30
                and (told := detect_language(card.headline))
            ):
                languages.setdefault(url, told)
    declared = [url for story in survey.stories.values() for url in story.alternates.values()]
    declared += [url for front in survey.fronts.values() for url in front.alternates.values()]
    home = next((front.language for front in survey.fronts.values() if front.language), None)
    return find_editions(languages, declared, home=home)


def propose(survey: Survey) -> Proposal:
    """The site file that follows from everything that was seen."""
    addresses = learn_addresses(survey)
    stories = [story for story in survey.stories.values() if story.article is not None]
    proposal = Proposal({})
    table, facts = proposal.table, proposal.facts
    hints = [front.hints for front in survey.fronts.values()] + [story.hints for story in stories]
    name, source = publisher_of(hints, survey.feed_titles, survey.home)
    table["publisher"] = name
    facts.append(Fact("publisher", name, source))
    table["home"] = survey.home
    editions = editions_of(survey, addresses.evidence)
    _place(survey, stories, editions, proposal)
    own = urlsplit(survey.home).netloc.lower().removeprefix("www.")
    further = [host for host in survey.hosts if host.removeprefix("www.") != own]
    if further:
        table["hosts"] = further
        facts.append(Fact("hosts", ", ".join(further), "links and feeds"))
    _patterns(addresses, proposal)
    table["editions"] = _editions(survey, addresses, editions, stories, proposal)
    _rules(stories, proposal)
    parameters = Counter(front.page_parameter for front in survey.fronts.values() if front.page_parameter)
    if parameters:
        parameter = parameters.most_common(1)[0][0]
        table["listing"] = {"page_parameter": parameter}
        facts.append(Fact("page_parameter", str(parameter), "links to further pages"))
    return proposal


def _place(survey: Survey, stories: Sequence[Story], editions: Sequence[EditionFound], proposal: Proposal) -> None:
    """Country and time zone, each of which helps to tell the other."""
    hints = [front.hints for front in survey.fronts.values()] + [story.hints for story in stories]
    times = [story.times for story in stories]
    language = editions[0].language if editions else None
    spoken = list(dict.fromkeys(code for edition in editions for code in countries_of(edition.language)))[:20]
    country = find_country(hints, language, countries_agreeing(times, spoken[:12]))
    if country is not None and not country.is_sure and is_contradicted(times, country.code):
        country = None  # `en-US` on a page whose clock is that of Africa
    if country is not None:
        proposal.table["country"] = country.code
        proposal.facts.append(Fact("country", country.code, ", ".join(country.sources)))
    else:
        proposal.warnings.append('the country could not be told; add it by hand, such as country = "UA"')
    zone = find_zone(times, country.code if country else None, spoken)
    if zone is None:
        proposal.warnings.append("the time zone could not be told: no page prints a time that could be compared")
        return
    said = f"{zone.source} of {zone.agree} of {zone.told} articles" if zone.told else "the country's"
    if country is None:
        proposal.warnings.append(
            f"other time zones keep the clock of {zone.name} as well: name the one of the newsroom"
        )
    if zone.days > 1:
        said += ", in summer and winter"
    proposal.table["timezone"] = zone.name
    proposal.facts.append(Fact("timezone", zone.name, said))


def _patterns(addresses: Addresses, proposal: Proposal) -> None:
    learnt = addresses.learnt
    if not learnt.patterns:
        proposal.warnings.append("no pattern of article addresses could be found: links are told by their looks")
        return
    proposal.table["article"] = learnt.patterns[0] if len(learnt.patterns) == 1 else list(learnt.patterns)
    number = len(addresses.evidence.articles)
    said = f"{learnt.matched} of {number} addresses that look like articles, {len(learnt.wrong)} of {len(addresses.evidence.others)} others"
    proposal.facts.append(Fact("article", "; ".join(learnt.patterns), said))
    if learnt.ignore:
        proposal.table["ignore"] = learnt.ignore[0] if len(learnt.ignore) == 1 else list(learnt.ignore)
        proposal.facts.append(Fact("ignore", "; ".join(learnt.ignore), "links of the site"))
    if learnt.wrong:
        shown = ", ".join(sorted(learnt.wrong)[:3])
        proposal.warnings.append(f"the pattern also matches what seems to be no article: {shown}")


def _editions(
    survey: Survey, addresses: Addresses, editions: Sequence[EditionFound], stories: Sequence[Story], proposal: Proposal
) -> list[dict[str, object]]:
    """The editions with their places of discovery."""
    fronts, is_article = list(survey.fronts.values()), addresses.is_article
    feeds = choose_feeds(survey.feeds.values(), is_article)
    has_listing = any(choose_listings(fronts, is_article, first=survey.asked))
    sitemaps = choose_sitemaps(survey.sitemaps, is_article, alone=not feeds and not has_listing)
    declared = [front.language for front in fronts if front.language]
    declared += [story.article.language for story in stories if story.article and story.article.language]
    tables: list[dict[str, object]] = []
    several = len(editions) > 1
    prefixes = {edition.prefix for edition in editions}

    def belongs(url: str, edition: EditionFound) -> bool:
        prefix = prefix_of(url)
        return not several or (prefix if prefix in prefixes else editions[0].prefix) == edition.prefix

    for edition in editions:
        language = regional(edition.language, declared)
        table: dict[str, object] = {"name": edition.name, "language": language}
        if several and edition.path:
            table["path"] = edition.path
        own = [front for front in fronts if belongs(front.url, edition)]
        listings = choose_listings(own, is_article, first=survey.asked)
        listed = [feed for feed in feeds if belongs(_main_address(feed), edition)]
        mapped = [source for source in sitemaps if edition == editions[0]]
        for key, urls in (
            ("listings", [front.url for front in listings]),
            ("feeds", [feed.url for feed in listed]),
            ("sitemaps", [source.url for source in mapped]),
        ):
            if urls:
                table[key] = urls
                proposal.facts.append(
                    Fact(f"{edition.name}: {key}", ", ".join(urls), _how(key, listings, listed, mapped))
                )
        tables.append(table)
        proposal.facts.append(
            Fact(f"{edition.name}: language", language, "text of the articles" if stories else "pages")
        )
    return tables


def _how(key: str, listings: Sequence[Front], feeds: Sequence[Source], sitemaps: Sequence[Source]) -> str:
    if key == "listings":
        further = sum(front.next_page is not None or front.page_parameter is not None for front in listings)
        return f"links of the site; {further} of {len(listings)} with further pages"
    sources = feeds if key == "feeds" else sitemaps
    entries, indexed = sum(len(source.cards) for source in sources), sum(len(source.children) for source in sources)
    return ", ".join(
        [*([f"{entries} entries"] if entries else []), *([f"{indexed} further sitemaps"] if indexed else [])]
    )


def _main_address(source: Source) -> str:
    """An address of the edition to which most entries of a feed lead."""
    prefixes = Counter(prefix_of(card.url) for card in source.cards)
    prefix = prefixes.most_common(1)[0][0] if prefixes else ""
    return next((card.url for card in source.cards if prefix_of(card.url) == prefix), source.url)


def _rules(stories: Sequence[Story], proposal: Proposal) -> None:
    """Rules for counters and datelines that stand in one place of most articles."""
    rules: dict[str, object] = {}
    for key, samples in (
        ("views", [story.views for story in stories]),
        ("dateline", [story.datelines for story in stories if story.article and not story.article.dateline]),
    ):
        places = common_places(samples)
        found = [{"css": p.css} | ({"attribute": p.attribute} if p.attribute else {}) for p in places]
        if found:
            rules[key] = found[0] if len(found) == 1 else found
            shown = sum(any(p.css in {place.css for place in places} for p in sample) for sample in samples)
            said = f"on {shown} of {len(samples)} articles, such as {places[0].text!r}"
            proposal.facts.append(Fact(key, ", ".join(place.css for place in places), said))
    if rules:
        proposal.table["rules"] = rules
