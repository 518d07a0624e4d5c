"""The headline: candidates from the head of the page and its headings, and the one on which most of them agree.

Pages state several: one for searchers (`title`, often an `h1` in the breadcrumb), one for sharing (`og:title`), the one
that is printed above the story. Each source votes for its text; `h2` and parts of headings vote for what others say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from newscrawl.article import Card
from newscrawl.extract import structured
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean

LONGEST = 400  # characters of a headline
VOTES = {
    "meta:og:title": 3.0,
    "jsonld:headline": 2.0,
    "h1": 4.6,
    "h2": 2.2,
    "meta:twitter:title": 0.6,
    "jsonld:alternativeHeadline": 0.3,
    "title": 0.8,
    "microdata:headline": 1.5,
    "card": 0.5,
}
_SEPARATOR = re.compile(
    r"\s+[|–—\-•·»«:/]+\s+|\s*[|»ㅣ]\s*|\s+::\s+|(?<=\w)-(?=[^\s\w-]*[\u3040-\u9fff\uac00-\ud7a3]{2,12}(?:$|ㅣ))|_(?=[\u3040-\u9fff]{2,12}$)"
)
_KICKER = re.compile(
    r"kicker|topline|roof-?line|over-?line|dachzeile|spitzmarke|eyebrow|super-?title|pre-?title|ober-?zeile|antetitulo|hidden|label|badge|flag|category|section-?name|rubri",
    re.I,
)
_NO_STORY = re.compile(
    r"site-?(?:title|name|logo|header)|logo|breadcrumb|widget|brand|menu|assistive|screen-?reader|masthead|newsletter|sidebar|footer",
    re.I,
)
_NO_LETTER = re.compile(r"[\W_]+")
_SEARCHERS = re.compile(r"seo|breadcrumb|visually|sr-only|hidden", re.I)


@dataclass(slots=True)
class Candidate:
    """A text that may be the headline, the first source that printed it, and the votes of all sources."""

    text: str
    source: str
    votes: float = 0.0
    sources: list[str] = field(default_factory=list)


def headlines(page: Page, declared: dict[str, Any], card: Card | None = None) -> list[Candidate]:
    """Every text that may be the page's headline, the best first."""
    name = _key((page.meta_first("og:site_name") or ("", ""))[1])
    host = _key((urlsplit(page.url).hostname or "").removeprefix("www.").partition(".")[0])
    names = {name, _key(structured.first(declared.get("publisher")) or ""), host if len(host) > 3 else ""} - {""}
    headings = {_key(text_of(heading)) for heading, _ in zip(page.tree.iter("h1", "h2", "h3"), range(25), strict=False)}
    headings -= names
    found: dict[str, Candidate] = {}
    for source, printed in _printed(page, declared, card):
        text = clean(unescape(unescape(printed)) if "&" in printed else printed)[:LONGEST]
        if source.startswith(("meta", "title")) and _key(text) not in headings:
            text = _segment(text, headings) or _without_name(text, names)
        key = _key(text)
        if not key or key in names:
            continue
        candidate = found.get(key)
        if candidate is None:
            if source in {"h2", "part"}:
                continue
            candidate = found[key] = Candidate(text, source)
        if source not in candidate.sources:
            candidate.sources.append(source)
            candidate.votes += VOTES.get(source, 1.6)
    _agree(found, page)
    return sorted(found.values(), key=lambda candidate: -candidate.votes)


def _agree(found: dict[str, Candidate], page: Page) -> None:
    """Headings vote after the others: a heading that repeats a candidate supports it, one that adds to it a little."""
    printed = next((key for key, candidate in found.items() if "h1" in candidate.sources), None)
    if printed is not None and len(printed) > 8:
        # What adds the site's name or a rubric behind the printed headline speaks for it.
        longer = [other for key, other in found.items() if key != printed and key.startswith(printed)]
        found[printed].votes += sum(other.votes for other in longer)
    title = _key(next((text_of(e) for e in page.tree.iter("title")), ""))
    for key, candidate in found.items():
        if len(key) > 8 and key in title and "title" not in candidate.sources:
            candidate.votes += VOTES["title"]
    for number, heading in enumerate(page.tree.iter("h1", "h2")):
        if number >= 25:
            break
        if heading.tag == "h1" and _is_searchers(heading):
            continue
        for text in _parts(heading):
            named = found.get(_key(text))
            if named is not None and "h1" not in named.sources and "h2" not in named.sources:
                named.sources.append("h2")
                named.votes += VOTES["h2"]


def _printed(page: Page, declared: dict[str, Any], card: Card | None) -> Iterator[tuple[str, str]]:
    for name in ("og:title", "twitter:title"):
        for text in page.meta.get(name, ())[:1]:
            yield f"meta:{name}", text
    for name in ("headline", "alternativeHeadline"):
        if stated := structured.first(declared.get(name)):
            yield f"jsonld:{name}", stated
    for number, text in enumerate(structured.microdata(page, "headline")):
        if number == 0:
            yield "microdata:headline", text
    for heading in page.tree.iter("h1"):
        label = f"{heading.get('class') or ''} {heading.get('id') or ''}"
        if not _NO_STORY.search(label) and not _is_searchers(heading):
            text = clean(text_of(heading))
            if len(text) > 3 and not _leads_home(heading):
                yield "h1", text
                break
    for element in page.tree.iter("title"):
        yield "title", text_of(element)
        break
    if card is not None and card.headline:
        yield "card", card.headline


def _leads_home(heading: Any) -> bool:
    """Whether a heading is a link to the home page: it names the site."""
    links = [urlsplit(link.get("href") or "x") for link in heading.iter("a")]
    around = next((a for a in heading.iterancestors("a")), None)
    if around is not None:
        links.append(urlsplit(around.get("href") or "x"))
    return any(link.path in {"", "/"} and not link.query and (link.scheme or link.path) for link in links)


def _is_searchers(heading: Any) -> bool:
    """Whether a heading stands among the breadcrumbs or is hidden: it is printed for searchers."""
    label = f"{heading.get('class') or ''} {heading.get('id') or ''}"
    return bool(_SEARCHERS.search(label)) or any(a.tag in {"nav", "ol"} for a in heading.iterancestors())


def _parts(heading: Any) -> Iterator[str]:
    """The texts of a heading: whole, without its kicker, and each part of it."""
    yield clean(text_of(heading))
    parts = [child for child in heading.iter() if child is not heading and isinstance(child.tag, str)]
    for part in parts[:8]:
        text = clean(text_of(part))
        if len(text) > 12:
            yield text
        if tail := clean(part.tail or ""):
            yield tail


def _segment(title: str, headings: set[str]) -> str | None:
    """The part of a title that a heading prints too, where the title also names the site or a rubric."""
    cuts = [(0, 0), *((cut.start(), cut.end()) for cut in _SEPARATOR.finditer(title)), (len(title), len(title))]
    parts = {title[start[1] : end[0]] for n, start in enumerate(cuts) for end in cuts[n + 1 :]} - {title}
    return next(
        (part for part in sorted(parts, key=len, reverse=True) if len(part) > 8 and _key(part) in headings), None
    )


def _without_name(title: str, names: set[str]) -> str:
    """A title without the site's name before or behind it."""
    front, colon, rest = title.partition(": ")
    if colon and _key(front) in names:
        return rest
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        if any(_is_name(title[cut.end() :], name) for name in names) and len(title[: cut.start()]) > 8:
            return title[: cut.start()]
    for cut in reversed(cuts):
        if any(_is_name(title[: cut.start()], name) for name in names):
            return title[cut.end() :]
    return title


def _is_name(text: str, name: str) -> bool:
    key = _key(text)
    return bool(key) and (key in name or name in key) and len(key) < 2 * len(name) + 6


def _key(text: str) -> str:
    return _NO_LETTER.sub("", text.casefold())
