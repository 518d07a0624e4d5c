"""A raw article to the record: every string to its value, what cannot be read kept as printed. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import unescape
from itertools import islice

from newscrawl.article import (
    MOST_EVIDENCE,
    Alternate,
    Article,
    Author,
    Card,
    Evidence,
    Image,
    NotAnArticle,
    RawArticle,
    RawDate,
    Related,
    Section,
    Syndication,
    Timestamp,
    Views,
)
from newscrawl.normalize.caps import (
    LONGEST_CODE,
    MOST_ALIASES,
    MOST_PICTURES,
    MOST_RELATED,
    MOST_SAID,
    MOST_TAGS,
    cut,
    each,
)
from newscrawl.normalize.dateline import Dateline, parse_dateline
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.identity import identity, identity_or_none
from newscrawl.normalize.names import parse_authors
from newscrawl.normalize.origin import foreign_agency
from newscrawl.normalize.similarity import signature
from newscrawl.normalize.text import clean, clean_or_none, count_words, fingerprint, undecodable
from newscrawl.normalize.timestamps import choose_timestamp
from newscrawl.normalize.urls import LONGEST_STORED, believable_canonical, web_address
from newscrawl.normalize.views import is_beyond_range, parse_views
from newscrawl.normalize.zones import country_of_page
from newscrawl.site import Site
from newscrawl.storable import LONGEST_HEADLINE, LONGEST_LEAD, LONGEST_NAME


def normalize_article(raw: RawArticle, site: Site, *, fetched_at: datetime, card: Card | None = None) -> Article:
    """The record of a raw article. `fetched_at`: aware instant of the fetch, the reference of relative dates.

    Raises NotAnArticle where that would say nothing: `no-headline`, `url-too-long`.
    """
    url, aliases = _addresses(raw, site, card)
    language = raw.language
    kept, is_cut = cut(raw.sections)
    sections, dateline = _sections(kept, raw, language)
    headline = clean((raw.headline or "")[: 4 * LONGEST_HEADLINE])[:LONGEST_HEADLINE].rstrip()
    if not headline:
        raise NotAnArticle("no-headline", "nothing of the page's headline can be seen", raw.url)
    lead = _lead(raw.lead, language)
    body = "\n\n".join(text for section in sections for text in (section.heading, *section.paragraphs) if text)
    edition = site.edition_of(url)
    published = _instant(raw.published, "published", site, raw, fetched_at)
    zone = next((candidate.timezone for candidate in raw.published if candidate.timezone), None)
    raw.modified = [replace(candidate, timezone=candidate.timezone or zone) for candidate in raw.modified]
    modified = _instant(raw.modified, "modified", site, raw, fetched_at)
    if published and published.at and modified and modified.at and modified.at < published.at:
        modified = modified.model_copy(update={"at": None})
    publisher = site.publisher if site.editions else _name(raw.publisher) or site.publisher
    authors = _authors(raw, site)
    return Article(
        url=url,
        aliases=aliases,
        site=site.name,
        publisher=publisher,
        edition=edition.name if edition else None,
        language=language,
        headline=headline,
        lead=lead,
        body=body,
        sections=sections,
        word_count=count_words(body),
        is_cut=is_cut,
        undecodable=round(undecodable(headline, lead or "", body), 4),
        dateline=dateline,
        published=published,
        modified=modified,
        authors=authors,
        section=_name(raw.section),
        tags=each(map(_name, raw.tags[:MOST_TAGS])),
        keywords=each(map(_name, raw.keywords[:MOST_TAGS])),
        images=[image for image in map(_image, raw.images[:MOST_PICTURES]) if image],
        videos=each(map(web_address, raw.videos[:MOST_PICTURES])),
        views=_views(raw.views, language, fetched_at),
        related=[_related(related, site, language, fetched_at) for related in raw.related[:MOST_RELATED]],
        alternates=[
            Alternate(language=code, url=address)
            for code, twin in islice(raw.alternates.items(), MOST_TAGS)
            if (address := _own_form(twin, site)) and len(code) <= LONGEST_CODE
        ],
        is_paywalled=raw.is_paywalled,
        is_live=raw.is_live,
        content_type=raw.content_type,
        rights=raw.rights,
        fingerprint=fingerprint(headline, lead, body),
        similarity=signature(body),
        syndication=_syndication(body, dateline, authors, publisher),
        provenance=dict(raw.provenance),
        disagreements={name: others[:MOST_SAID] for name, others in raw.disagreements.items()},
        evidence={
            name: [Evidence(source=source, text=text) for source, text in candidates[:MOST_EVIDENCE]]
            for name, candidates in raw.evidence.items()
            if candidates
        },
    )


def _addresses(raw: RawArticle, site: Site, card: Card | None) -> tuple[str, list[str]]:
    """The identity, and every other address under which the article was met."""
    own = identity(raw.url, site)
    url = own
    if len(own) > LONGEST_STORED:
        raise NotAnArticle(
            "url-too-long", f"the address has {len(own)} characters; at most {LONGEST_STORED} are stored"
        )
    if raw.canonical_url:
        reason = believable_canonical(raw.canonical_url, raw.url)
        declared = identity_or_none(raw.canonical_url, site)
        if (
            declared is not None
            and len(declared) <= LONGEST_STORED
            and site.is_article(raw.canonical_url) is not False
            and (reason is None or (site.owns(raw.canonical_url) and site.owns(raw.url) and reason == "another-site"))
        ):
            url = declared
            raw.provenance["url"] = "canonical"
        elif declared != own:
            raw.provenance["url"] = f"fetched; the page's canonical address is not believed ({reason or 'no article'})"
    met = [
        own,
        raw.url,
        *([raw.canonical_url] if raw.canonical_url and url != own else []),
        *raw.aliases[:MOST_ALIASES],
    ]
    met += [card.url] if card is not None else []
    forms = [identity_or_none(address, site) for address in met]
    return url, [address for address in each(web_address(form) for form in (*met, *forms) if form) if address != url]


def _name(text: str | None) -> str | None:
    return clean_or_none(text[: 4 * LONGEST_NAME]) if text else None


def _lead(text: str | None, language: str | None) -> str | None:
    """The lead without entities that were escaped twice, and without a dateline."""
    lead = clean_or_none(unescape(unescape(text[: 4 * LONGEST_LEAD]))) if text else None
    if lead and (dateline := parse_dateline(lead, language=language)) and dateline.rest:
        return dateline.rest
    return lead


def _own_form(url: str, site: Site) -> str | None:
    """The identity of an address of the site; another address as it is. None where it is none."""
    address = web_address(url)
    return identity_or_none(url, site) if address and site.owns(address) else address


def _sections(parts: list[Section], raw: RawArticle, language: str | None) -> tuple[list[Section], Dateline | None]:
    """The text without the dateline at its head, and the dateline, from there or from the header line."""
    header = parse_dateline(clean(raw.dateline), language=language) if raw.dateline else None
    sections = [
        Section.model_construct(
            heading=clean_or_none(s.heading), paragraphs=[text for text in map(clean, s.paragraphs) if text]
        )
        for s in parts
    ]
    first = next((s for s in sections if s.paragraphs), None)
    if first is not None and (found := parse_dateline(first.paragraphs[0], language=language)) and found.rest:
        first.paragraphs[0] = found.rest
        if header is None or found.date:
            raw.provenance["dateline"] = "body"
            header = found
    return [s for s in sections if s.heading or s.paragraphs], header


def _instant(
    candidates: list[RawDate], name: str, site: Site, raw: RawArticle, fetched_at: datetime
) -> Timestamp | None:
    languages = tuple(dict.fromkeys(code for code in (raw.language, *site.languages) if code))
    country = site.country or country_of_page(raw.url, raw.declared_language)
    chosen = choose_timestamp(
        candidates, languages=languages, timezone=site.timezone, country=country, reference=fetched_at
    )
    if chosen is None:
        return None
    raw.provenance[name] = chosen.source
    others = [(candidate.source, candidate.text) for candidate in candidates if candidate.source != chosen.source]
    raw.note(name, [(chosen.source, chosen.timestamp.raw), *others])
    if chosen.otherwise:
        raw.disagreements[name] = chosen.otherwise
    return chosen.timestamp


def _views(text: str | None, language: str | None, seen_at: datetime) -> Views | None:
    if not text:
        return None
    printed = f"{text} views" if text.strip().replace(" ", "").isdigit() else text
    count = parse_views(printed, language=language)
    if count is None and not is_beyond_range(text):
        return None  # no counter, after all
    return Views(count=count, seen_at=seen_at, raw=clean(text))


def _authors(raw: RawArticle, site: Site) -> list[Author]:
    found = parse_authors(raw.authors, publisher=raw.publisher or site.publisher, desks=True)
    for author in found:
        author.url = web_address(author.url) if author.url else None
    return found


def _syndication(
    body: str, dateline: Dateline | None, authors: list[Author], publisher: str | None
) -> Syndication | None:
    printed = dateline.agency if dateline else None
    agency = foreign_agency(body, dateline=printed, authors=[author.name for author in authors], publisher=publisher)
    return Syndication(agency=agency) if agency else None


def _image(image: Image) -> Image | None:
    """The picture with clean words; None where its address is no http(s) address."""
    url = web_address(image.url)
    image.caption, image.credit = image.caption or None, image.credit or None
    return image if url == image.url else image.model_copy(update={"url": url}) if url else None


def _related(card: Card, site: Site, language: str | None, fetched_at: datetime) -> Related:
    languages = (language,) if language else site.languages
    printed = (
        parse_date(card.published, languages=languages, timezone=site.timezone, reference=fetched_at)
        if card.published
        else None
    )
    return Related(
        url=_own_form(card.url, site),
        headline=clean_or_none(card.headline),
        published_at=printed.at if printed else None,
        views=parse_views(card.views, language=language) if card.views else None,
    )
