"""The conductor: candidates for each field of an article page, the best one chosen, its source kept.

Order of evidence: the site's rules, what the page declares (JSON-LD, microdata, meta), what it prints, and what the
card that led here knew.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from lxml import etree

from newscrawl.article import Card, Image, NotAnArticle, RawArticle, RawAuthor, RawDate
from newscrawl.extract import flags, moments, structured, topics
from newscrawl.extract.absent import says_absent
from newscrawl.extract.body import read_body
from newscrawl.extract.cards import keep_articles
from newscrawl.extract.counters import own_counter
from newscrawl.extract.headline import headlines
from newscrawl.extract.near import Near, near_headline
from newscrawl.extract.page import Page, compiled, text_of
from newscrawl.extract.people import bylines
from newscrawl.extract.pictures import pictures
from newscrawl.extract.rights import read_rights
from newscrawl.extract.sections import Body
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.language import contradicts, detect_language
from newscrawl.normalize.text import clean, undecodable
from newscrawl.normalize.views import is_beyond_range, parse_views
from newscrawl.site import Rule, RuleField, Site

_DESCRIPTIONS = ("og:description", "description", "twitter:description")
MOST_UNDECODABLE = 0.05  # share of the text's characters that are U+FFFD
MOST_DATES = 25  # candidates
MOST_HEADINGS = 4  # titles and main headings that may say that there is no such page
LANGUAGE_SAMPLE = 800  # characters of the text by which its language is told
NEAREST = 40  # blocks below the headline in which a counter or a dateline is looked for


def read_article(page: Page, site: Site, *, card: Card | None = None) -> RawArticle:
    """Everything the page says of its article, as printed.

    Raises NotAnArticle: `no-headline`, `soft-404`, `no-body`, `undecodable-text`.
    """
    with _without_collection(page):
        return _read(page, site, card)


@contextmanager
def _without_collection(page: Page) -> Iterator[None]:
    """While the boxes of a page are built, collecting garbage costs as much as building them and finds nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        page.forget()
        if enabled:
            gc.enable()


def _read(page: Page, site: Site, card: Card | None) -> RawArticle:
    declared = structured.article_object(page) or {}
    raw = RawArticle(url=page.url)
    raw.headline = _headline(page, site, declared, card, raw)
    if not raw.headline:
        raise NotAnArticle("no-headline", "the page shows no headline", page.url)
    said = (text_of(element) for element in islice(page.tree.iter("title", "h1"), MOST_HEADINGS))
    if not declared and not page.meta.get("article:published_time") and says_absent(raw.headline, *said):
        raise NotAnArticle("soft-404", "the page says that there is no such page", page.url)
    raw.lead = _lead(page, site, declared, raw)
    body = read_body(page, site, raw.headline, raw.lead, structured.first(declared.get("articleBody")))
    _take_body(raw, body)
    if not raw.sections:
        raise NotAnArticle("no-body", "the page shows a headline and no text", page.url)
    texts = (text for section in raw.sections for text in section.paragraphs)
    if (broken := undecodable(raw.headline, raw.lead or "", *texts)) > MOST_UNDECODABLE:
        raise NotAnArticle("undecodable-text", f"{broken:.0%} of the text is in no encoding that is known", page.url)
    raw.canonical_url = _canonical(page)
    raw.alternates, amp = _alternates(page)
    if amp:
        raw.aliases.append(amp)
    raw.publisher = structured.first(declared.get("publisher")) or (page.meta_first("og:site_name") or ("", None))[1]
    raw.declared_language = page.language
    raw.language = _language(page, site, declared, card, raw)
    near = near_headline(page, raw.headline)
    printed = moments.published(page, declared, card, near, body.published)
    raw.published = _dates(page, site, "published", printed)
    raw.modified = _dates(page, site, "modified", moments.modified(page, declared))
    raw.dateline = raw.dateline or _dateline(page, site, near, raw)
    raw.authors = _authors(page, site, declared, card, near, raw)
    raw.section = _section(page, site, declared, card, raw)
    raw.tags = _tags(page, site, raw)
    raw.keywords = _keywords(page, declared, raw)
    raw.images = _images(page, site, declared, near, raw)
    raw.videos = [video for _name, video in [page.meta_first("og:video", "og:video:url") or ("", "")] if video]
    raw.views = _views(page, site, declared, body, near, raw)
    raw.related = keep_articles(body.related, page.url)
    raw.is_paywalled = _is_paywalled(page, declared, near, raw)
    source, raw.content_type = flags.kind(page, declared, near)
    raw.is_live = raw.content_type == "live"
    if source:
        raw.provenance["content_type"] = source
    raw.rights, source = read_rights(page)
    if source:
        raw.provenance["rights"] = source
    raw.remarks = list(dict.fromkeys(page.remarks))
    return raw


# --- rules ----------------------------------------------------------------------------------------


def _by_rules(page: Page, rules: tuple[Rule, ...]) -> Iterator[tuple[int, Rule, str, Any]]:
    """Every value that the rules find: number of the rule, rule, text, element."""
    for number, rule in enumerate(rules):
        for found in compiled(rule.selector)(page.tree):
            is_element = isinstance(found, etree._Element)
            text = (found.get(rule.attribute) if rule.attribute else text_of(found)) if is_element else str(found)
            text = clean(text or "")
            if rule.regex and text:
                match = re.search(rule.regex, text)
                text = (match[1] if match.re.groups else match[0]) if match else ""
            if text:
                yield number, rule, text, found


def _first_by_rule(page: Page, site: Site, name: Any, raw: RawArticle) -> str | None:
    for number, _rule, text, _element in _by_rules(page, site.rules.get(name, ())):
        raw.provenance[name] = f"site:{name}[{number}]"
        raw.note(name, [(raw.provenance[name], text)])
        return text
    return None


# --- fields ---------------------------------------------------------------------------------------


def _headline(page: Page, site: Site, declared: dict[str, Any], card: Card | None, raw: RawArticle) -> str | None:
    if ruled := _first_by_rule(page, site, "headline", raw):
        return ruled
    found = headlines(page, declared, card)
    if not found:
        return None
    best, *others = found
    raw.note("headline", ((", ".join(candidate.sources), candidate.text) for candidate in found))
    if others:
        raw.disagreements["headline"] = [f"{', '.join(other.sources)}: {other.text[:120]}" for other in others[:5]]
    raw.provenance["headline"] = best.source
    return best.text


def _lead(page: Page, site: Site, declared: dict[str, Any], raw: RawArticle) -> str | None:
    if ruled := _first_by_rule(page, site, "lead", raw):
        return ruled
    candidates = [
        ("jsonld:description", structured.first(declared.get("description"))),
        *((f"meta:{name}", text) for name in _DESCRIPTIONS for text in page.meta.get(name, ())[:1]),
    ]
    raw.note("lead", candidates)
    for source, text in candidates:
        if text and clean(text) and clean(text) != raw.headline and (raw.headline or "") not in clean(text):
            raw.provenance["lead"] = source
            return clean(text)
    return None


def _take_body(raw: RawArticle, body: Body) -> None:
    raw.sections = body.sections
    raw.provenance["body"] = body.source
    if body.lead and raw.lead is None:
        raw.lead = body.lead
        raw.provenance["lead"] = "text"
    if body.dateline:
        raw.dateline = body.dateline
        raw.provenance["dateline"] = "text"


def _canonical(page: Page) -> str | None:
    for link in page.tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (link.get("href") or "").strip():
            return page.absolute(link.get("href", ""))
    found = page.meta_first("og:url")
    return page.absolute(found[1]) if found else None


def _alternates(page: Page) -> tuple[dict[str, str], str | None]:
    twins: dict[str, str] = {}
    amp = None
    for link in page.tree.iter("link"):
        relation = (link.get("rel") or "").lower().split()
        address = page.absolute(link.get("href") or "") if link.get("href") else None
        if address and "alternate" in relation and (code := link.get("hreflang")) and code.lower() != "x-default":
            twins.setdefault(code, address)
        elif address and "amphtml" in relation:
            amp = address
    return twins, amp


def _language(page: Page, site: Site, declared: dict[str, Any], card: Card | None, raw: RawArticle) -> str | None:
    """The declared language, unless the text is surely in another; without one, the text's."""
    text = " ".join(text for section in raw.sections for text in section.paragraphs)[:LANGUAGE_SAMPLE]
    edition = site.edition_of(page.url)
    candidates = [
        ("jsonld:inLanguage", structured.first(declared.get("inLanguage"))),
        ("html:lang", page.language),
        ("site", edition.language if edition else None),
        ("card", card.language if card else None),
    ]
    raw.note("language", candidates)
    for source, code in candidates:
        if not code or not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", code):
            continue
        if (other := contradicts(text, code)) is None:
            raw.provenance["language"] = source
            return code.replace("_", "-")
        raw.disagreements.setdefault("language", []).append(f"{source}: {code}")
        raw.provenance["language"] = "text"
        return other
    if detected := detect_language(text or raw.headline or ""):
        raw.provenance["language"] = "text"
    return detected


def _dates(page: Page, site: Site, name: RuleField, found: Iterable[RawDate]) -> list[RawDate]:
    """The dates that the site's rule names, then the others."""
    ruled = [
        RawDate(text, f"site:{name}[{number}]", rule.timezone)
        for number, rule, text, _element in _by_rules(page, site.rules.get(name, ()))
    ]
    return [*ruled, *islice(found, MOST_DATES)]


def _dateline(page: Page, site: Site, near: Near, raw: RawArticle) -> str | None:
    if ruled := _first_by_rule(page, site, "dateline", raw):
        return ruled
    for block in near.below(NEAREST):
        text = block.text
        if 4 < len(text) < 60 and "•" in text and (found := parse_dateline(text)) and not found.rest:
            raw.provenance["dateline"] = "header"
            return text
    return None


def _authors(
    page: Page, site: Site, declared: dict[str, Any], card: Card | None, near: Near, raw: RawArticle
) -> list[RawAuthor]:
    ruled = [
        RawAuthor(
            text, page.absolute(element.get("href", "")) if hasattr(element, "get") and element.get("href") else None
        )
        for _number, _rule, text, element in _by_rules(page, site.rules.get("authors", ()))
    ]
    if ruled:
        raw.provenance["authors"] = "site:authors"
        return ruled
    found = bylines(page, declared, card, near, raw.publisher or site.publisher)
    if not found:
        return []
    raw.note("authors", ((source, ", ".join(person.text for person in people)) for source, people in found))
    raw.provenance["authors"] = found[0][0]
    return found[0][1]


def _section(page: Page, site: Site, declared: dict[str, Any], card: Card | None, raw: RawArticle) -> str | None:
    if ruled := _first_by_rule(page, site, "section", raw):
        return ruled
    found = list(topics.sections(page, declared, card, raw.headline or ""))
    if not found:
        return None
    raw.note("section", found)
    raw.provenance["section"] = found[0][0]
    return found[0][1]


def _tags(page: Page, site: Site, raw: RawArticle) -> list[str]:
    ruled = topics.distinct(text for _n, _r, text, _e in _by_rules(page, site.rules.get("tags", ())))
    found = [*([("site:tags", ruled)] if ruled else []), *topics.tags(page)]
    if not found:
        return []
    raw.note("tags", ((source, ", ".join(texts)) for source, texts in found))
    raw.provenance["tags"] = found[0][0]
    return found[0][1]


def _keywords(page: Page, declared: dict[str, Any], raw: RawArticle) -> list[str]:
    source, found = topics.keywords(page, declared)
    if found:
        raw.provenance["keywords"] = source
    return found


def _is_paywalled(page: Page, declared: dict[str, Any], near: Near, raw: RawArticle) -> bool | None:
    found = list(flags.paywall(page, declared, near))
    if not found:
        return None
    (raw.provenance["is_paywalled"], is_paywalled), *others = found
    raw.note("is_paywalled", ((source, "paywalled" if says else "free") for source, says in found))
    if any(says != is_paywalled for _, says in others):
        raw.disagreements["is_paywalled"] = [source for source, says in others if says != is_paywalled]
    return is_paywalled


def _images(page: Page, site: Site, declared: dict[str, Any], near: Near, raw: RawArticle) -> list[Image]:
    ruled = [
        Image(url=url)
        for _n, _r, text, _e in _by_rules(page, site.rules.get("images", ()))
        if (url := page.absolute(text))
    ]
    source, found = ("site:images", ruled) if ruled else pictures(page, declared, near)
    if found:
        raw.provenance["images"] = source
        raw.note("images", ((source, image.url) for image in found))
    return found


def _views(page: Page, site: Site, declared: dict[str, Any], body: Body, near: Near, raw: RawArticle) -> str | None:
    for number, _rule, text, _element in _by_rules(page, site.rules.get("views", ())):
        printed = f"{text} views" if text.strip().isdigit() else text
        if parse_views(printed, language=raw.language) is not None or is_beyond_range(printed):
            raw.provenance["views"] = f"site:views[{number}]"
            return text
    if body.views:
        raw.provenance["views"] = "text"
        return body.views
    found = own_counter(page, declared, near, raw.language)
    if found is None:
        return None
    text, raw.provenance["views"] = found
    raw.note("views", [(raw.provenance["views"], text)])
    return text
