"""A listing page to its cards and its next page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from newscrawl.article import Card
from newscrawl.extract.cards import find_cards, within, xpath_of
from newscrawl.extract.page import Page, text_of
from newscrawl.site import Site

_NEXT_WORDS = re.compile(
    r"^\W*(?:next|next page|older(?: posts| entries)?|more|show more|load more|наступн\w*|далі|вперед|следующ\w*|дал(?:ее|ьше)|"
    r"weiter|nächste(?: seite)?|suivant\w*|page suivante|siguiente\w*|próxim\w*|seguinte|successiv\w*|avanti|następn\w*|dalej|volgende|nästa|neste|næste|"
    r"další|ďalšia|következő|înainte|următoare\w*|следваща|sljedeće|naslednja|επόμεν\w*|sonraki|selanjutnya|berikutnya|tiếp|kế tiếp|下一页|下一頁|下页|次へ|"
    r"次のページ|다음|التالي|بعدی|הבא|अगला|ถัดไป)\W*$",
    re.I,
)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|older)(?:$|[\s_-])|pag\w*[_-]?next|next[_-]?page", re.I)
_ENDED = re.compile(r"(?:^|[\s_-])(?:disabled|inactive|ina)(?:$|[\s_-])", re.I)


@dataclass(slots=True)
class ListingPage:
    """One page of a listing: its cards in reading order and the address of the next page."""

    cards: list[Card] = field(default_factory=list)
    next_page: str | None = None
    remarks: list[str] = field(default_factory=list)
    """Reasons for what was left out: `too-many-links`, `address-too-long`, and those of the page."""


def read_listing(page: Page, site: Site) -> ListingPage:
    """The cards of a listing page and its next page, by the site's rules or by general reading."""
    rules, find = site.listing, partial(find_cards, page.tree, page.base_url, most=page.limits.links)
    found = find(is_article=site.is_article, selector=rules.card, pinned=rules.pinned)
    if not found and rules.card:
        found = find(is_article=site.is_article)
    cards, remarks = within(found, page.limits)
    following = next_page(page, site)
    if following is not None and len(following) > page.limits.url_length:
        following, remarks = None, [*remarks, "address-too-long"]
    return ListingPage(cards, following, list(dict.fromkeys((*page.remarks, *remarks))))


def next_page(page: Page, site: Site) -> str | None:
    """Address of the page after this one; never the page itself; None where it is the last."""
    rules = site.listing
    if rules.next_page:
        found = page.tree.xpath(xpath_of(rules.next_page))
        return next((address for link in found if (address := _other(page, link))), None)
    for link in page.tree.xpath("//link[@href] | //a[@href]"):
        if "next" in (link.get("rel") or "").lower().split() and (address := _other(page, link)):
            return address
    if rules.page_parameter and (address := _counted(page, rules.page_parameter)):
        return address
    links = page.tree.xpath("//a[@href]")
    for link in links:
        classes = f"{link.get('class') or ''} {link.getparent().get('class') or ''}"
        if _ENDED.search(classes):
            continue
        label = text_of(link) or link.get("aria-label") or link.get("title") or ""
        if _NEXT_CLASS.search(classes) or (
            len(label) < 40 and (_NEXT_WORDS.match(label) or _NEXT_WORDS.match(link.get("aria-label") or ""))
        ):
            address = _other(page, link)
            if address and _is_pager(page, address):
                return address
    return _numbered(page, links)


def _other(page: Page, link: Any) -> str | None:
    href = link.get("href") or ""
    address = page.absolute(href) if href and not href.startswith(("#", "javascript:")) else None
    return address if address and address.partition("#")[0] != page.url.partition("#")[0] else None


def _is_pager(page: Page, address: str) -> bool:
    """A pager leads to the same path with another number, or to a path below or beside it."""
    own, other = urlsplit(page.url), urlsplit(address)
    return own.netloc == other.netloc and re.search(r"\d", address) is not None


def _counted(page: Page, parameter: str) -> str | None:
    """The next page by the counting parameter, where the page links a higher number than its own."""
    parts = urlsplit(page.url)
    query = dict(parse_qsl(parts.query))
    own = int(query[parameter]) if query.get(parameter, "").isdigit() else 1
    highest = 0
    for link in page.tree.iter("a"):
        address = page.absolute(link.get("href") or "") if link.get("href") else None
        if address and urlsplit(address).path.rstrip("/") == parts.path.rstrip("/"):
            value = dict(parse_qsl(urlsplit(address).query)).get(parameter, "")
            highest = max(highest, int(value) if value.isdigit() and len(value) < 7 else 0)
    if highest <= own:
        return None
    query[parameter] = str(own + 1)
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _numbered(page: Page, links: list[Any]) -> str | None:
    """The link whose text is the number after this page's in a row of numbers."""
    own_number = 1
    if found := re.search(
        r"(?:[?&/](?:page|p|pg|seite|pagina|stranka|paged|PAGEN_\d)[=/-]?|/page[-/])(\d{1,5})(?:/|&|$|\.)", page.url
    ):
        own_number = int(found[1])
    for link in links:
        if text_of(link) == str(own_number + 1) and (address := _other(page, link)) and _is_pager(page, address):
            return address
    return None
