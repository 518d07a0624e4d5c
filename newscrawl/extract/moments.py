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
from newscrawl.extract.labels import LONGEST_LABEL, label_words
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean

PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time", "datepublished", "date.published",
    "publish-date", "publish_date", "publishdate", "published_time", "pubdate", "parsely-pub-date", "sailthru.date", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "cxenseparse:recs:publishtime", "article.published",
    "publication_date", "publication-date", "citation_publication_date", "citation_date", "bepress_citation_date", "citation_online_date", "article_date_original", "shareaholic:article_published_time",
    "article.created", "published", "displaydate", "originalpublicationdate", "created", "last-published", "rnews:datepublished",
)  # fmt: skip
VAGUE_META = ("dcterms.date", "dc.date", "date")  # some systems write the day of the last change into them
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified", "lastmod",
    "last-modified", "revised", "cxenseparse:recs:modifiedtime", "shareaholic:article_modified_time", "modified",
)  # fmt: skip
NEAREST, NEAREST_BELOW, NEAREST_ABOVE = 6, 14, 8  # blocks around the headline in which a printed date is looked for
LONGEST = 120  # characters of a block that may be a date
LONGEST_BESIDE = 45  # characters beside the date in a line that is about it
LONGEST_LINE = 200  # characters of a line with a date, where the page has no other

URL_DATE = re.compile(
    r"[/_-]((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)|/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})(?=/|$)"
)
_MONTH = r"[^\W\d_]{3,12}\.?"
_CLOCK = r"(?:[\s,;|/·•–—-]{0,4}(?:(?:um|at|à|a las|alle|ore|kl\.?|o|в|о|klo|às|om|u|h|Uhr)\s)?\d{1,2}(?:[:.h]\d{2}){1,2}(?:\s?[apAP]\.?[mM]\b\.?)?(?:\s?(?:Uhr|Z|GMT|UTC|[+-]\d{2}:?\d{2}|[A-Z]{3,4}\b))?)?"
# A date with its year, and the clock behind it. What is around it may be a byline, a rubric or a reading time.
_SINCE = r"(?:199\d|20\d\d)"  # years in which pages are printed; of 1912 only a text speaks
_DATED = re.compile(
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|\s?[+-]\d{{2}}:?\d{{2}})?)?"
    rf"|(?<!\d)\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{_SINCE}|\d{{2}}(?![\d.]))"
    rf"|{_SINCE}[./]\d{{1,2}}[./]\d{{1,2}}"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s(?:de\s|of\s)?{_MONTH}\s?,?\s(?:de(?:l)?\s)?{_SINCE}"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{_SINCE}"
    rf"|{_SINCE}\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일]?){_CLOCK}"
    rf"|[०-९০-৯٠-٩۰-۹]{{1,4}}[^\n]{{1,20}}[०-९০-৯٠-٩۰-۹]{{2,4}}"
)
# A date that opens the first paragraph: `29.11.2022 – `, `Press release of 25 January 2022 | Berlin –`.
_OPENING = re.compile(rf"\W{{0,2}}(?:[^\W\d]{{2,20}}\s){{0,3}}({_DATED.pattern})\s*[|–—:)\]-]")
_LABEL = re.compile(
    r"(?<![a-z])(?:dates?|datum|fecha|data|time|timestamp|published\w*|pub-?date|posted\w*|created|dateline|submitted|article-?info|post-?info|entry-?info|meta|byline|stamp|publikation\w*|veröffentlicht|erstellt)(?![a-z])"
    r"|(?:date|datum|time|timestamp)(?![a-z])"
)
_CHANGED = re.compile(
    r"modif|updat|changed|revis|edited|aktualis|geändert|änderung|last edit|actualiz|aggiorn|mise? à jour|mis à jour|оновлен|обновлен|gewijzigd|uppdater|oppdater|opdater|zaktualiz|最終更新|更新",
    re.I,
)
_LOCAL_TIME = re.compile(r"T\d{2}:\d{2}.*[+-](?!00:?00)\d{2}:?\d{2}$")
_DATE_PUBLISHED = re.compile(r"(?<!\S)date-published(?!\S)")
_PUBLISHED_CLASS = re.compile(r"(?<!\S)(?:published|dt-published|entry-date)(?!\S)")


def published(
    page: Page, declared: dict[str, Any], card: Card | None, near: Near, printed: str | None
) -> Iterator[RawDate]:
    """Candidates for the date of publication, the most believable first. `printed`: a date found among the text."""
    stated: list[str] = []
    for name in ("datePublished", "dateCreated", "uploadDate"):
        for text in structured.strings(declared.get(name))[:1]:
            stated.append(text)
            yield RawDate(text, f"jsonld:{name}")
    for name in PUBLISHED_META:
        for text in page.meta.get(name, ())[:1]:
            stated.append(text)
            yield RawDate(text, f"meta:{name}")
    for name in ("datePublished", "dateCreated"):
        for text in islice(structured.microdata(page, name), 1):
            yield RawDate(text, f"microdata:{name}")
    marked = list(islice(_marked(page, near), 1))
    for text in marked:
        yield RawDate(text, "microdata:datePublished")
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
    if any(_LOCAL_TIME.search(text) for text in stated):
        return  # the day and the zone are both stated: nothing that is printed can add to them
    printed_dates = list(_printed(page, near))
    others = [date for date in printed_dates if date.source == "time"]
    others += _vague(page)
    others += [date for date in printed_dates if date.source != "time"]
    if not declared:
        others += [RawDate(text, "jsonld:datePublished") for text in page.broken_json_ld("datePublished")]
    if card is not None and card.published:
        others.append(RawDate(card.published, f"card:{card.source}"))
    yield from others if others or stated or marked else _last_resort(page, near)


def _vague(page: Page) -> Iterator[RawDate]:
    for name in VAGUE_META:
        for text in page.meta.get(name, ())[:1]:
            yield RawDate(text, f"meta:{name}")


def _marked(page: Page, near: Near) -> Iterator[str]:
    """Dates that a page without a marked article marks as that of its publication (microdata, microformats h-entry)."""
    for element in page.labelled(_DATE_PUBLISHED, "itemprop"):
        if not near.is_elsewhere(element):
            yield element.get("content") or element.get("datetime") or text_of(element)
    for element in page.labelled(_PUBLISHED_CLASS, "class"):
        if not near.is_elsewhere(element) and (text := element.get("datetime") or element.get("title")):
            yield text


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


def _printed(page: Page, near: Near) -> Iterator[RawDate]:
    """Dates that the page prints, those beside the headline first; last those within a sentence or a caption."""
    within: list[RawDate] = []
    for position, block in enumerate([*near.below(NEAREST_BELOW), *near.above(NEAREST_ABOVE)]):
        if position < NEAREST and (opening := _OPENING.match(block.text[:90])):
            yield RawDate(opening[1], "text")
        if position >= NEAREST and near.is_elsewhere(block.box.element):
            continue
        for date in _of_block(block, labelled=False):
            if (
                len(block.text) - len(date.text) > LONGEST_BESIDE
                and date.source == "text"
                and not _BYLINE.search(block.text)
            ):
                within.append(date)
            else:
                yield date
    yield from _labelled(page, near)
    for block in [*near.below(60)[NEAREST_BELOW:], *reversed(near.blocks[-60:])]:
        if len(block.text) < 60 and not near.is_elsewhere(block.box.element):
            yield from _of_block(block, labelled=True)
    yield from within


def _of_block(block: Block, *, labelled: bool) -> Iterator[RawDate]:
    if len(block.text) > LONGEST or not any(c.isdigit() for c in block.text):
        return
    for element in islice(block.box.element.iter("time"), 3):
        if element.get("datetime") and not _CHANGED.search(f"{element.get('class')} {element.get('itemprop')}"):
            yield RawDate(element.get("datetime"), "time")
    dated = _date_in(block.text)
    # A date may be a link to its day's archive, a longer text to another story.
    if dated is None or block.links >= max(0.8 * len(block.text), len(dated) + 3):
        return
    if not labelled or len(block.text) < 30 or _says_date(block.box.element) or _PUBLISHED_WORD.match(block.text):
        yield RawDate(dated, "text")


def _date_in(text: str) -> str | None:
    """The first date that a text prints and does not call that of a change; a clock glued to the year set apart."""
    for dated in _DATED.finditer(text):
        if not _CHANGED.search(text[max(0, dated.start() - 40) : dated.start()]):
            return _GLUED_CLOCK.sub(r"\1 \2", dated[0])
    return None


def _last_resort(page: Page, near: Near) -> Iterator[RawDate]:
    """Where nothing speaks of a date: the address, the text's ends, the page's state, then any short line with a date."""
    if found := _URL_DAY_FIRST.search(page.url):
        yield RawDate(f"{found[3]}-{found[2]}-{found[1]}", "url")
    if found := _URL_STAMP.search(page.url.rpartition("http")[2]):
        yield RawDate(f"{found[1]}-{found[2]}-{found[3]}", "url")
    for block in near.below(200):
        if (dated := _ENDS_WITH_DATE.search(block.text[-60:])) or (dated := _OPENS_WITH_DATE.match(block.text[:60])):
            yield RawDate(dated[1], "text")
    for found in _STATE.finditer(page.source):
        yield RawDate(found[1], "script")
    lines = [block for block in [*near.below(200), *near.above(40)] if len(block.text) <= LONGEST_LINE]
    for block in sorted(lines, key=lambda block: near.is_elsewhere(block.box.element)):
        if dated_line := _date_in(block.text):
            yield RawDate(dated_line, "text")
    for text in (*page.meta.get("description", ()), *page.meta.get("og:title", ())):
        if dated_line := _date_in(text):
            yield RawDate(dated_line, "meta:description")


_BYLINE = re.compile(r"\b(?:by|von|par|por|di|da|door|av|af|updated|published|posted|автор)\b|[|•·]", re.I)
_GLUED_CLOCK = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d?:\d\d)")
_URL_DAY_FIRST = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])-?(0[1-9]|1[0-2])-?((?:19|20)\d{2})(?!\d)")
# The number of a story that begins with the minute at which it was made: `A2026012914320005196`.
_URL_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:(?!\d)|(?:[01]\d|2[0-3])[0-5]\d\d{0,10}(?!\d))"
)
_OPENS_WITH_DATE = re.compile(rf"\W{{0,2}}({_DATED.pattern})\W")
_ENDS_WITH_DATE = re.compile(rf"[(\[–—|]\s?({_DATED.pattern})\W{{0,2}}$")
_STATE = re.compile(
    r"\"(?:publi(?:shed|cation)_?(?:date|at|time)|date_?published|first_?published(?:_?(?:at|date))?|pub_?date)\"\s*:\s*\"([^\"\\]{8,40})\"",
    re.I,
)
_PUBLISHED_WORD = re.compile(
    r"^\W*(?:published|posted|date|datum|vom|stand|veröffentlicht|erstellt|publié|publicado|pubblicato|fecha|data|дата|опубликовано|опубліковано|gepubliceerd|publicerad|publisert|created|am)\b",
    re.I,
)


def _labelled(page: Page, near: Near) -> Iterator[RawDate]:
    """Elements whose class, id or itemprop speaks of a date, outside comments and teasers."""
    found = 0
    labelled = set(page.labelled(_LABEL, "class", "id", "itemprop"))
    for element in page.elements:
        if found >= 12:
            return
        if element.tag == "time":
            text = element.get("datetime") or text_of(element)
        elif element in labelled:
            text = element.get("datetime") or element.get("content") or ""
            if not text and len(element) < 12:
                text = text_of(element)
        else:
            continue
        text = clean(text)
        dated = _DATED.search(text) if 5 < len(text) <= LONGEST else None
        if dated is None or near.is_elsewhere(element):
            continue
        if not _CHANGED.search(f"{element.get('class')} {element.get('itemprop')} {text}"):
            found += 1
            yield RawDate(dated[0], "time" if element.tag == "time" else "label")


def _says_date(element: Any) -> bool:
    return any(
        _is_label(f"{e.get('class') or ''} {e.get('id') or ''}")
        for e in [element, *islice(element.iterdescendants(), 4)]
        if isinstance(e.tag, str)
    )


@lru_cache(maxsize=4096)
def _is_label(label: str) -> bool:
    return len(label) > 3 and _LABEL.search(label_words(label[:LONGEST_LABEL])) is not None
