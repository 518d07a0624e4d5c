"""Who wrote the article: what the head of the page declares, and the byline that it prints near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from newscrawl.article import Author, Card, RawAuthor
from newscrawl.extract import structured
from newscrawl.extract.blocks import Block
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.names import is_person, parse_authors
from newscrawl.normalize.text import clean

NEAREST = 30  # blocks below the headline in which a byline is looked for
_META = ("author", "parsely-author", "sailthru.author", "byl", "cxenseparse:author", "dc.creator", "dcterms.creator", "article:author", "citation_author", "og:article:author")  # fmt: skip
_LABELLED = re.compile(
    r"written|author|verfasst|geschrieben|écrit|escrito|scritto|autor|geschreven|skriven|skrevet|написан|автор|napisane|yazan|作者|執筆",
    re.I,
)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es|i|zy)?|auteurs?|autore|autori|staff|writers?|people|person|persons|profiles?|contributors?|reporters?|journalists?|journalisten|columnists?|by|byline|team|redaktion|redakteure|bio|skribent|skribenter|forfatter|yazar|yazarlar|avtor|author_posts|reporter)(?:/|=|\?)|[?&]author=",
    re.I,
)
_AUTHOR_LABEL = re.compile(
    r"(?<![a-z])(?:by-?line\w*|authors?|autor\w*|auteur\w*|writer\w*|writtenby|vcard|reporter|journalist|credits?__names?|article-?by|posted-?by|contributors?)(?![a-z])",
    re.I,
)
_BYLINE = re.compile(
    r"^\W{0,3}(?:(?:written|reported|posted|published|story|words|text|by line|article) )?(?:by|von|par|por|di|da|door|av|af|autor(?:in)?(?:/autor(?:in)?)?|autore|auteur|author|written by|przez|szerző|yazan|автор|текст|kirjoittanut|oleh|penulis|tác giả|作者|文|記者)\b\s*[:：]?\s*(?=[^\W\d_])",
    re.I,
)


_BY_WORDS = frozenset(
    {"by", "von", "par", "por", "di", "door", "av", "af", "от", "автор", "author", "autor", "written by", "oleh"}
)
_PRINTED = frozenset({"byline", "class"})
_CLASS = re.compile(
    r"(?<![a-z-])(?:author|byline|fn|vcard|contributor|item-?poster|username|author[-_]+name|\w*author[-_]?name|p-author|post-author|entry-author|article-author|author-link|autor|auteur)(?![a-z-]|__(?:bio|image|avatar|social))"
)


def bylines(
    page: Page, declared: dict[str, Any], card: Card | None, near: Near, publisher: str | None
) -> list[tuple[str, list[RawAuthor]]]:
    """The sources that name authors, and what each names, the most believable first."""
    found: list[tuple[str, list[RawAuthor]]] = []
    named: dict[str, list[Author]] = {}
    for source, people in _sources(page, declared, card, near):
        if authors := parse_authors(people, publisher=publisher):
            found.append((source, people))
            named.setdefault(source, authors)
        if source == "byline" and any(is_person(author.name) for authors in named.values() for author in authors):
            break  # what is declared and what is printed beside the headline settle it
    if not found:
        return []
    # Agencies and desks are named where no person is.
    source, people = next(((s, p) for s, p in found if any(is_person(author.name) for author in named[s])), found[0])
    first = {author.name.casefold() for author in named[source]}
    for other, others in found:
        names = {author.name.casefold() for author in named[other]}
        if other in _PRINTED and first < names <= {n for n in names if is_person(n)} and len(names) <= 8:
            source, people = other, others  # a source that names all of these and more
            break
    return [(source, people), *((s, p) for s, p in found if s != source)]


def _sources(
    page: Page, declared: dict[str, Any], card: Card | None, near: Near
) -> Iterator[tuple[str, list[RawAuthor]]]:
    yield "jsonld:author", structured.authors(declared, page)
    for name in _META:
        yield f"meta:{name}", [RawAuthor(text) for text in page.meta.get(name, ()) if not _is_address(text)]
    for number in "1234":
        label = page.meta_first(f"twitter:label{number}")
        if label and _LABELLED.search(label[1]):
            yield f"meta:twitter:data{number}", [RawAuthor(text) for text in page.meta.get(f"twitter:data{number}", ())]
    yield "byline", list(_printed(page, near))
    yield "class", list(_by_class(page, near))
    yield "microdata:author", [RawAuthor(text) for text in structured.microdata(page, "author")]
    for item in page.json_ld:
        if item is not declared and (people := structured.authors(item, page)) and structured.is_article(item):
            yield "jsonld:author", people
    yield (
        "rel=author",
        [
            RawAuthor(text_of(e), page.absolute(e.get("href") or ""))
            for e in page.tree.iter("a")
            if "author" in (e.get("rel") or "").split()
        ][:3],
    )
    yield "card", [RawAuthor(text) for text in card.authors] if card else []


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
        if block.text.casefold().strip(" :") in _BY_WORDS:
            people = [
                RawAuthor(following.text)
                for following in order[position + 1 : position + 2]
                if len(following.text) < 60
            ]
        if parse_authors(people):
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
    worded = _BYLINE.match(block.text)
    if links and len(block.text) < 200 and (named or worded or block.links):
        for link in links[:8]:
            if text := clean(text_of(link)):
                yield RawAuthor(text, page.absolute(link.get("href") or ""))
    elif worded and len(block.text) < 120:
        yield RawAuthor(block.text)
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
    below = False
    heading = near.blocks[near.here].box.element if near.blocks else None
    for element in page.elements:
        below = below or element is heading
        label = element.get("class")
        if not label or not _names_an_author(label):
            continue
        if element.tag in {"body", "article", "main", "html"} or near.is_elsewhere(element):
            continue
        text = clean(text_of(element))
        if not 2 <= len(text) <= 80 or not parse_authors([RawAuthor(text)]):
            continue
        if below:
            yield from _alike(element, label, page)
            return
        above.append(element)
    if above:
        yield from _alike(above[-1], above[-1].get("class"), page)


def _alike(element: Any, label: str, page: Page) -> Iterator[RawAuthor]:
    """An element and those of its class beside it."""
    around = element.getparent()
    for other in around.iterdescendants(element.tag) if around is not None else [element]:
        if other.get("class") == label:
            link = other if other.tag == "a" else next(other.iter("a"), None)
            yield RawAuthor(clean(text_of(other)), page.absolute(link.get("href") or "") if link is not None else None)
