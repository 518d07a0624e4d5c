"""When the article was published and changed: candidates as printed, in the order in which they are believed.

The order was measured on pages with known dates: what is declared for the article itself, then the address, then what
is printed near the headline, then what an element elsewhere is labelled with. A change is never offered as publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from newscrawl.article import Card, RawDate
from newscrawl.extract import structured
from newscrawl.extract.blocks import Block
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean

PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time", "datepublished", "date.published",
    "publish-date", "publish_date", "publishdate", "published_time", "pubdate", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "cxenseparse:recs:publishtime", "article.published",
    "publication_date", "publication-date", "citation_publication_date", "citation_online_date", "article_date_original", "shareaholic:article_published_time",
    "article.created", "published", "displaydate", "originalpublicationdate", "date", "created", "last-published", "rnews:datepublished",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified", "lastmod",
    "last-modified", "revised", "cxenseparse:recs:modifiedtime", "shareaholic:article_modified_time", "modified",
)  # fmt: skip
NEAREST_BELOW, NEAREST_ABOVE = 14, 8  # blocks around the headline in which a printed date is looked for
LONGEST = 120  # characters of a block that may be a date

URL_DATE = re.compile(
    r"[/_-]((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)|/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?=/|$)"
)
_DATED = re.compile(
    r"(?:19|20)\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\s?[年月日년월일]|[०-९০-৯٠-٩۰-۹]{2,4}",
)
_LABEL = re.compile(
    r"(?<![a-z])(?:dates?|datum|fecha|data|time|timestamp|published\w*|pub-?date|posted\w*|created|dateline|submitted|article-?info|post-?info|entry-?info|meta|byline|stamp|publikation\w*|veröffentlicht|erstellt|"
    r"\w*(?:-|__?)?(?:date|datum|time|timestamp|pubdate))(?![a-z])"
)
_CHANGED = re.compile(
    r"modif|updat|changed|revis|edited|aktualis|geändert|actualiz|aggiorn|mise? à jour|mis à jour|оновлен|обновлен|gewijzigd|uppdater|oppdater|opdater|zaktualiz|最終更新|更新",
    re.I,
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|widget|recent|teaser|footer|popular|carousel|reply|calendar|kalender|event-list|newslist|news-list|copyright|weather|ticker",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TITLES = frozenset({"h1", "h2", "h3"})


def published(
    page: Page, declared: dict[str, Any], card: Card | None, headline: str, printed: str | None
) -> Iterator[RawDate]:
    """Candidates for the date of publication, the most believable first. `printed`: a date found among the text."""
    for name in ("datePublished", "dateCreated", "uploadDate"):
        for text in structured.strings(declared.get(name))[:1]:
            yield RawDate(text, f"jsonld:{name}")
    for name in PUBLISHED_META:
        for text in page.meta.get(name, ())[:1]:
            yield RawDate(text, f"meta:{name}")
    for name in ("datePublished", "dateCreated"):
        for text in islice(structured.microdata(page, name), 1):
            yield RawDate(text, f"microdata:{name}")
    if card is not None and card.source in ("feed", "sitemap") and card.published:
        yield RawDate(card.published, f"card:{card.source}")
    for item in page.json_ld:
        if item is not declared and structured.is_page(item):
            for text in structured.strings(item.get("datePublished"))[:1]:
                yield RawDate(text, "jsonld:page")
    if found := URL_DATE.search(page.url):
        year, month, day = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
        yield RawDate(f"{year}-{int(month):02}-{int(day):02}", "url")
    if printed:
        yield RawDate(printed, "text")
    yield from _printed(page, headline)
    if card is not None and card.published:
        yield RawDate(card.published, f"card:{card.source}")


def modified(page: Page, declared: dict[str, Any]) -> Iterator[RawDate]:
    """Candidates for the date of the last change, the most believable first."""
    for text in structured.strings(declared.get("dateModified"))[:1]:
        yield RawDate(text, "jsonld:dateModified")
    for name in MODIFIED_META:
        for text in page.meta.get(name, ())[:1]:
            yield RawDate(text, f"meta:{name}")
    for text in islice(structured.microdata(page, "dateModified"), 1):
        yield RawDate(text, "microdata:dateModified")
    for element in islice(page.tree.iter("time"), 10):
        if element.get("datetime") and _CHANGED.search(
            f"{element.get('class')} {element.get('itemprop')} {text_of(element)}"
        ):
            yield RawDate(element.get("datetime"), "time")


def _printed(page: Page, headline: str) -> Iterator[RawDate]:
    """Dates that the page prints, those beside the headline first."""
    blocks = list(page.boxes.blocks())
    wanted = headline.casefold()[:60]
    here = next(
        (n for n, block in enumerate(blocks) if block.tag in _TITLES and wanted in clean(block.text).casefold()), None
    )
    if here is None:
        here = next((n for n, block in enumerate(blocks) if block.tag in _TITLES), 0)
    near = [*blocks[here : here + NEAREST_BELOW], *reversed(blocks[max(0, here - NEAREST_ABOVE) : here])]
    for block in near:
        yield from _of_block(block, labelled=False)
    yield from _labelled(page)
    for block in [*blocks[here + NEAREST_BELOW : here + 60], *reversed(blocks[-60:])]:
        if len(block.text) < 60:
            yield from _of_block(block, labelled=True)


def _of_block(block: Block, *, labelled: bool) -> Iterator[RawDate]:
    if len(block.text) > LONGEST or not any(c.isdigit() for c in block.text) or _is_elsewhere(block.box.element):
        return
    for element in islice(block.box.element.iter("time"), 3):
        if element.get("datetime") and not _CHANGED.search(f"{element.get('class')} {element.get('itemprop')}"):
            yield RawDate(element.get("datetime"), "time")
    if _DATED.search(block.text) and block.links < 0.8 * len(block.text):
        if (change := _CHANGED.search(block.text)) and _DATED.search(block.text[: change.start()]) is None:
            return
        if labelled and not (
            _says_date(block.box.element) or len(block.text) < 30 or _PUBLISHED_WORD.match(block.text)
        ):
            return
        yield RawDate(block.text[: change.start()] if change else block.text, "text")


_PUBLISHED_WORD = re.compile(
    r"^\W*(?:published|posted|date|datum|vom|stand|veröffentlicht|erstellt|publié|publicado|pubblicato|fecha|data|дата|опубликовано|опубліковано|gepubliceerd|publicerad|publisert|created|am)\b",
    re.I,
)


def _labelled(page: Page) -> Iterator[RawDate]:
    """Elements whose class, id or itemprop speaks of a date, outside comments and teasers."""
    found = 0
    for element in page.tree.iter():
        if not isinstance(element.tag, str) or found >= 12:
            continue
        if element.tag == "time":
            text = element.get("datetime") or text_of(element)
        elif element.attrib and _is_label(
            f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        ):
            text = element.get("datetime") or element.get("content") or ""
            if not text and len(element) < 12:
                text = text_of(element)
        else:
            continue
        text = clean(text)
        if not 5 < len(text) <= LONGEST or not _DATED.search(text) or _is_elsewhere(element):
            continue
        if not _CHANGED.search(f"{element.get('class')} {element.get('itemprop')} {text}"):
            found += 1
            yield RawDate(text, "time" if element.tag == "time" else "label")


def _is_elsewhere(element: Any) -> bool:
    return any(
        outer.tag != "body" and _ELSEWHERE.search(f"{outer.get('class') or ''} {outer.get('id') or ''}")
        for outer in [element, *islice(element.iterancestors(), 7)]
    )


def _says_date(element: Any) -> bool:
    return any(
        _is_label(f"{e.get('class') or ''} {e.get('id') or ''}")
        for e in [element, *islice(element.iterdescendants(), 4)]
        if isinstance(e.tag, str)
    )


@lru_cache(maxsize=4096)
def _is_label(label: str) -> bool:
    return len(label) > 3 and _LABEL.search(_CAMEL.sub("-", label[:200]).lower().replace("_", "-")) is not None
