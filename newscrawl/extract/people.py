"""Who wrote the article: what the head of the page declares, and the byline that it prints near the headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from newscrawl.article import Author, Card, RawAuthor
from newscrawl.extract import structured
from newscrawl.extract.blocks import Block
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.names import (
    byline_inside,
    is_desk,
    is_labelled,
    is_lone_label,
    is_organisation,
    is_own,
    is_person,
    is_worded,
    parse_authors,
)
from newscrawl.normalize.text import clean

NEAREST = 30  # blocks below the headline in which a byline is looked for
NEXT = 6  # blocks below the headline in which a name beside a date is one
LONGEST_BYLINE = 120  # characters of a line that is worded as one
PARAGRAPH = 160  # characters that no line below a headline but a paragraph has
_META = ("author", "parsely-author", "sailthru.author", "byl", "cxenseparse:author", "dc.creator", "dcterms.creator", "article:author", "citation_author", "og:article:author")  # fmt: skip
_LABELLED = re.compile(
    r"written|author|verfasst|geschrieben|écrit|escrit|scritto|autor|geschreven|skriven|skrevet|написан|автор|napisane|yazan|作者|執筆",
    re.I,
)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es|i|zy|in)?|auteurs?|autore|autori|staff|writers?|people|person|persons|profil(?:es?)?|contributors?|reporters?|journalists?|journalisten|columnists?|by|byline|team|newsteam|redaktion|redakteure|bio|skribent|skribenter|forfatter|yazar|yazarlar|avtor|author_posts|reporter)(?:/|=|\?)|[?&]author=",
    re.I,
)
_AUTHOR_LABEL = re.compile(
    r"(?<![a-z])(?:by-?line\w*|authors?|autor\w*|auteur\w*|writer\w*|writtenby|vcard|reporter|journalist|credits?__names?|article-?by|posted-?by|contributors?)(?![a-z])",
    re.I,
)
_PRINTED = frozenset({"byline", "class"})
_CLASS = re.compile(
    r"(?<![a-z-])(?:author|byline|fn|vcard|contributor|item-?poster|username|author[-_]+name|\w*author[-_]?name|p-author|post-author|entry-author|article-author|author-link|autor|auteur)(?![a-z-]|__(?:bio|image|avatar|social))"
)
# Parts of a line with a date: `6.11.2023 | 13:30 Uhr | Jane Doe`.
_PARTS = re.compile(r"\s*[|/·•]\s*|\s+[-–—]\s+|,\s+")
_NAME = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*)(?: (?:[^\W\d_a-z][\w'’.-]*|de|da|van|von|der|del|la|le|el|al|bin)){1,3}")
# Strength of a source, by the best name in it.
_PERSON, _NAMED, _OWN = 3, 2, 1


def bylines(
    page: Page, declared: dict[str, Any], card: Card | None, near: Near, publisher: str | None
) -> list[tuple[str, list[RawAuthor]]]:
    """The sources that name authors, and what each names, the most believable first.

    People come before agencies, and these before desks and the publisher itself.
    """
    found: list[tuple[str, list[RawAuthor]]] = []
    named: dict[str, list[Author]] = {}
    strengths: dict[str, int] = {}
    own = (publisher, _site_of(page.url), *_organisations(declared))
    best = 0
    for source, read in _sources(page, declared, card, near):
        if best >= _LAST.get(source, _PERSON + 1):
            continue
        people = read()
        if people and (authors := parse_authors(people, publisher=publisher, desks=True)):
            found.append((source, people))
            if source not in named:
                named[source] = authors
                strengths[source] = max(_strength(author.name, own) for author in authors)
                best = max(best, strengths[source])
        if source == "byline" and best == _PERSON:
            break  # what is declared and what is printed beside the headline settle it
    if not found:
        return []
    source, people = next((s, p) for s, p in found if strengths[s] == best)
    first = {author.name.casefold() for author in named[source]}
    for other, others in found:
        names = {author.name.casefold() for author in named[other]}
        if other in _PRINTED and first < names and all(is_person(a.name) for a in named[other]) and len(names) <= 8:
            source, people = other, others  # a source that names all of these and more
            break
    return [(source, people), *((s, p) for s, p in found if s != source)]


def _strength(name: str, own: tuple[str | None, ...]) -> int:
    if is_desk(name) or is_organisation(name) or any(is_own(name, known) for known in own):
        return _OWN
    return _PERSON if is_person(name) else _NAMED


def _site_of(url: str) -> str:
    """The name in a site's address: `riverpost` of `www.riverpost.co.uk`."""
    labels = (urlsplit(url).hostname or "").split(".")
    return max(labels[:-1], key=len, default="") if len(labels) > 1 else ""


def _organisations(declared: dict[str, Any]) -> list[str]:
    """The authors that JSON-LD declares to be organisations."""
    value = declared.get("author")
    return [
        str(entry.get("name"))
        for entry in (value if isinstance(value, list) else [value])
        if isinstance(entry, dict) and entry.get("name") and "Organization" in "".join(structured.types(entry))
    ]


# A source is not asked any more where one so strong is found.
_LAST = {"microdata:author": _PERSON, "jsonld:others": _PERSON, "rel=author": _PERSON, "card": _PERSON, "label": _NAMED, "signed": _NAMED, "dated": _NAMED}  # fmt: skip


def _sources(
    page: Page, declared: dict[str, Any], card: Card | None, near: Near
) -> Iterator[tuple[str, Callable[[], list[RawAuthor]]]]:
    """The places that may name authors, each with what reads it, the most believable first."""
    yield "jsonld:author", lambda: structured.authors(declared, page)
    for name in _META:
        if texts := page.meta.get(name):
            yield f"meta:{name}", partial(_authors_of, texts)
    for number in "1234":
        label = page.meta_first(f"twitter:label{number}")
        if label and _LABELLED.search(label[1]):
            yield f"meta:twitter:data{number}", partial(_authors_of, page.meta.get(f"twitter:data{number}", ()))
    yield "byline", lambda: list(_printed(page, near))
    yield "class", lambda: list(_by_class(page, near))
    yield "microdata:author", lambda: [RawAuthor(text) for text in structured.microdata(page, "author")]
    yield "jsonld:others", lambda: _of_other_objects(page, declared)
    yield "rel=author", lambda: list(_linked(page))
    yield "label", lambda: list(_labelled(near))
    yield "signed", lambda: list(_signed(near))
    yield "dated", lambda: list(_beside_a_date(near))
    yield "card", lambda: _authors_of(card.authors) if card else []


def _authors_of(texts: Iterable[str]) -> list[RawAuthor]:
    return [RawAuthor(text) for text in texts if not _is_address(text)]


def _of_other_objects(page: Page, declared: dict[str, Any]) -> list[RawAuthor]:
    for item in page.json_ld:
        if item is not declared and structured.is_article(item) and (people := structured.authors(item, page)):
            return people
    return []


def _linked(page: Page) -> Iterator[RawAuthor]:
    links = (e for e in page.tree.iter("a") if "author" in (e.get("rel") or "").split())
    for link in islice(links, 3):
        yield RawAuthor(text_of(link), page.absolute(link.get("href") or ""))


def _is_address(text: str) -> bool:
    return text.startswith(("http", "//", "www.", "@", "/"))


def _printed(page: Page, near: Near) -> Iterator[RawAuthor]:
    """The byline: the first block near the headline that is linked, named or worded as one."""
    seen = 0
    order = [*near.below(NEAREST)[1:], *near.above(4)]
    for position, block in enumerate(order):
        if len(block.text) > 250:
            seen += 1
            if seen > 3:
                return
            continue
        people = list(_of_block(block, page))
        if is_lone_label(block.text):
            people = [
                RawAuthor(following.text)
                for following in order[position + 1 : position + 2]
                if len(following.text) < 60
            ]
        if parse_authors(people, desks=True):
            yield from people
            # Bylines in a row, one element each, are one byline.
            for other in order[position + 1 : position + 7]:
                if other.tag != block.tag or other.box.parent is None or other.box.parent is not block.box.parent:
                    break
                yield from _of_block(other, page)
            return


def _of_block(block: Block, page: Page) -> Iterator[RawAuthor]:
    element = block.box.element
    links = [
        a for a in element.iter("a") if _AUTHOR_PATH.search(a.get("href") or "") or "author" in (a.get("rel") or "")
    ]
    named = any(
        _AUTHOR_LABEL.search(f"{e.get('class') or ''} {e.get('itemprop') or ''} {e.get('data-testid') or ''}")
        for e in _around(element)
    )
    worded = is_worded(block.text)
    if links and len(block.text) < 200 and (named or worded or block.links):
        for link in links[:8]:
            if text := clean(text_of(link)):
                yield RawAuthor(text, page.absolute(link.get("href") or ""))
    elif worded and len(block.text) < LONGEST_BYLINE:
        yield RawAuthor(block.text)
    elif len(block.text) < LONGEST_BYLINE and (inside := byline_inside(block.text)):
        yield RawAuthor(inside)
    elif named and len(block.text) < 90:
        inner = [
            e
            for e in element.iter("span", "a", "b", "strong")
            if _AUTHOR_LABEL.search(e.get("class") or "") and not len(e)
        ]
        yield from ([RawAuthor(text_of(e)) for e in inner[:6]] if inner else [RawAuthor(block.text)])


def _around(element: Any) -> Iterator[Any]:
    """The element, its inline parts, and the two elements around it."""
    yield element
    for number, child in enumerate(element.iterdescendants()):
        if number > 6:
            break
        if isinstance(child.tag, str):
            yield child
    for number, outer in enumerate(element.iterancestors()):
        if number > 1:
            break
        yield outer


@lru_cache(maxsize=2048)
def _names_an_author(label: str) -> bool:
    return _CLASS.search(_CAMEL.sub("-", label).lower()) is not None


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _by_class(page: Page, near: Near) -> Iterator[RawAuthor]:
    """The first element whose class names an author, below the headline if there is one, outside comments and teasers."""
    above: list[Any] = []
    heading = page.elements.index(near.blocks[near.here].box.element) if near.blocks else len(page.elements)
    for position in page.classed(_names_an_author):
        element = page.elements[position]
        if element.tag in {"body", "article", "main", "html"} or _is_elsewhere(element, near):
            continue
        text = clean(text_of(element))
        if not 2 <= len(text) <= 80 or not parse_authors([RawAuthor(text)], desks=True):
            continue
        if position >= heading:
            yield from _alike(element, page)
            return
        above.append(element)
    if above:
        yield from _alike(above[-1], page)


def _is_elsewhere(element: Any, near: Near) -> bool:
    """Whether an element is part of something that is not the story; a `vcard` (hCard) is no card of another story."""
    while element is not None and "vcard" in (element.get("class") or ""):
        element = element.getparent()
    return element is None or near.is_elsewhere(element)


def _labelled(near: Near) -> Iterator[RawAuthor]:
    """A line anywhere that says whose name it holds: `Author: Jane Doe`."""
    for position, block in enumerate(near.blocks[near.here :], near.here):
        if len(block.text) > LONGEST_BYLINE:
            continue
        if is_lone_label(block.text):
            following = near.blocks[position + 1 : position + 2]
            text = following[0].text if following and len(following[0].text) < 60 else ""
        else:
            text = block.text if is_labelled(block.text) else ""
        is_named = text and any(is_person(author.name) for author in parse_authors([RawAuthor(text)]))
        if is_named and not _is_elsewhere(block.box.element, near):
            yield RawAuthor(text)
            return


def _signed(near: Near) -> Iterator[RawAuthor]:
    """A name in bold or italics that is a line of its own above or below the text."""
    below = near.blocks[near.here + 1 :]
    start = next((n for n, block in enumerate(below[:60]) if len(block.text) > PARAGRAPH), None)
    if start is None:
        return
    parent = below[start].box.parent
    end = max(n for n, block in enumerate(below) if block.box.parent is parent)
    for block in (*below[max(0, start - 1) : start], *below[end : end + 1]):
        if _is_set_off(block) and _is_name(block.text):
            yield RawAuthor(block.text)
            return


def _is_set_off(block: Block) -> bool:
    if block.tag in {"h1", "h2", "h3", "h4", "h5", "h6", "li"} or block.links:
        return False
    element = block.box.element
    return block.is_bold or element.find("em") is not None or element.find("i") is not None


def _is_name(text: str) -> bool:
    parts = [part.strip() for part in text.split("/")]
    return len(text) < 60 and all(_NAME.fullmatch(part) is not None and is_person(part) for part in parts)


def _beside_a_date(near: Near) -> Iterator[RawAuthor]:
    """A name that shares a line near the headline with nothing but a date."""
    for block in (*near.below(NEXT)[1:], *near.above(3)):
        if len(block.text) > 80 or "©" in block.text or not any(c.isdigit() for c in block.text):
            continue
        parts = [part for part in _PARTS.split(block.text) if part and not any(c.isdigit() for c in part)]
        if len(parts) == 1 and _is_name(parts[0]):
            yield RawAuthor(parts[0])
            return


def _alike(element: Any, page: Page) -> Iterator[RawAuthor]:
    """An element and those of its class beside it."""
    around, label = element.getparent(), element.get("class")
    for other in around.iterdescendants(element.tag) if around is not None else [element]:
        if other.get("class") == label:
            link = other if other.tag == "a" else next(other.iter("a"), None)
            yield RawAuthor(clean(text_of(other)), page.absolute(link.get("href") or "") if link is not None else None)
