"""Teaser cards: the link, headline, date and view counter by which a page shows another article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import cssselect

from newscrawl.article import Card, CardSource
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.links import story_score
from newscrawl.extract.page import text_of
from newscrawl.normalize.views import parse_views

LONGEST = 1000  # characters of a card's text

_TIME = r"\d{1,2}:\d{2}(?:\s?[APap]\.?[Mm]\.?)?"
_UPPER, _LOWER = "A-ZÀ-ÞА-ЯЁІЇЄҐ", "a-zà-ÿа-яёіїєґ"
_DATE = (
    rf"(?:[{_UPPER}][{_LOWER}]{{2,11}}\.?\s\d{{1,2}}(?:,?\s\d{{4}})?(?:,?\s(?:at\s)?{_TIME})?"
    rf"|\d{{1,2}}\s[{_LOWER}{_UPPER}]{{3,11}}\.?(?:\s\d{{4}})?(?:,?\s(?:о\s|в\s)?{_TIME})?"
    rf"|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}(?:,?\s{_TIME})?|{_TIME})"
)
_DATE_AT_END = re.compile(rf"(?P<head>.*?)\s*[,|–—-]?\s*(?P<date>{_DATE})$", re.S)
_DATE_AT_START = re.compile(rf"(?P<date>{_DATE})\s*$")
_COUNTER = re.compile(
    r"[•·|]\s*(?P<views>\d[\d\s.,\u00a0]{0,14}(?:[KkMмтk]|тыс\.?|тис\.?|млн)?\s?[^\W\d_]{4,12})(?![^\W\d_])\s*"
)
_FLAGS = re.compile(r"(?<=[^\s])\s*(?:Photo|Video|Foto|Фото|Відео|Видео)+$")
_LABEL = re.compile(r"^(?:Exclusive|Ексклюзив|Эксклюзив|Exklusiv|Exclusivo|Exclusif)[:\s]\s*(?=\S)")
_SURROUNDINGS = "ancestor-or-self::nav or ancestor-or-self::footer or ancestor-or-self::form"


class Glued(NamedTuple):
    """A card's text, taken apart. Date and counter as printed."""

    headline: str
    published: str | None
    views: str | None


def split_glued(text: str) -> Glued:
    """`Headline…AsiaJan 6 2025, 10:50 AM • 22684 views` to its parts; also with date and counter in front."""
    text = " ".join(text[:LONGEST].split())
    views, published = None, None
    if (counter := _COUNTER.search(text)) and parse_views(counter["views"]) is not None:
        views = counter["views"].strip()
        before, after = text[: counter.start()].strip(), text[counter.end() :].strip()
        if dated := _DATE_AT_END.fullmatch(before):
            published = dated["date"]
            before = dated["head"]
        text = " ".join(part for part in (before.strip(), after) if part)
    elif (dated := _DATE_AT_END.fullmatch(text)) and (":" in dated["date"] or re.search(r"\d{4}", dated["date"])):
        published, text = dated["date"], dated["head"]
    return Glued(headline_of(text), published, views)


def headline_of(text: str) -> str:
    """A card's headline without the labels and flags that are glued to it."""
    return _FLAGS.sub("", _LABEL.sub("", " ".join(text.split()))).strip(" •·|")


@lru_cache(maxsize=1024)
def xpath_of(css: str) -> str:
    """A CSS selector as XPath."""
    return str(cssselect.HTMLTranslator().css_to_xpath(css))


def find_cards(
    root: Any,
    base_url: str,
    *,
    is_article: Callable[[str], bool | None],
    selector: str | None = None,
    pinned: str | None = None,
    source: CardSource = "listing",
    most: int = LIMITS.links,
) -> list[Card]:
    """The cards below an element, in reading order, one an address.

    `selector`: CSS of one card; without it every link counts whose address is an article's, or, where that is not
    known, whose text tells a story. `pinned`: CSS that marks promoted cards. Reading ends one card after `most`, so that
    it shows that there are more.
    """
    pinned_elements = set(root.xpath(xpath_of(pinned))) if pinned else set()
    elements = root.xpath(xpath_of(selector)) if selector else root.xpath(f".//a[@href][not({_SURROUNDINGS})]")
    owners = {} if selector else _owners(root, base_url)
    cards: dict[str, Card] = {}
    shown: dict[Any, Shown] = {}
    for element in elements[: most * 5]:
        link = element if element.tag == "a" else next(iter(element.xpath(".//a[@href]")), None)
        address = _address(link, base_url)
        if address is None or is_article(address) is False or len(cards) > most:
            continue
        box = element if selector else _box(link, owners)
        if box not in shown:
            shown[box] = _shown(box)
        card = _card(address, link, shown[box], source)
        if (
            not selector
            and is_article(address) is None
            and story_score(card.headline or "", address) + _HEADED * _is_headed(link) <= 0
        ):
            continue
        card.is_pinned = bool(pinned_elements) and any(e in pinned_elements for e in (box, *box.iterancestors()))
        if address in cards:
            _merge(cards[address], card)
        else:
            cards[address] = card
    return [card for card in cards.values() if card.headline]


_HEADED = 2.0  # a link set in a heading, or around one, is a story's more often than not


def _is_headed(link: Any) -> bool:
    headings = ("h2", "h3", "h4", "h5")
    if next(link.iter(*headings), None) is not None:
        return True
    return any(outer.tag in headings for outer in islice(link.iterancestors(), 3))


def _address(link: Any, base_url: str) -> str | None:
    if link is None:
        return None
    href = (link.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        address = urljoin(base_url, href)
        parts = urlsplit(address)
    except ValueError:
        return None
    return address.partition("#")[0] if parts.scheme in ("http", "https") and parts.hostname else None


def _owners(root: Any, base_url: str) -> dict[Any, str | None]:
    """Every element of the page that holds links: the one address that all of them lead to, None for several."""
    owners: dict[Any, str | None] = {}
    for link in root.getroottree().iter("a"):
        if (address := _address(link, base_url)) is None:
            continue
        for ancestor in link.iterancestors():
            if ancestor not in owners:
                owners[ancestor] = address
            elif owners[ancestor] in (address, None):
                break  # and so it is for those around it, by an earlier link
            else:
                owners[ancestor] = None
    return owners


def _box(link: Any, owners: dict[Any, str | None]) -> Any:
    """The largest element around a link that holds no link to another page: the card."""
    box = link
    for ancestor in link.iterancestors():
        if ancestor.tag in {"body", "html", "main"} or owners.get(ancestor) is None:
            break
        box = ancestor
    return box


class Shown(NamedTuple):
    """What a card's box shows, whichever of its links is looked at."""

    own: Glued | None
    """What its heading says."""
    whole: Glued
    published: str | None
    image: str | None
    counter: str | None


def _shown(box: Any) -> Shown:
    heading = next(
        iter(box.xpath("descendant-or-self::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")), None
    )
    whole = split_glued(text_of(box))
    published = next((e.get("datetime") for e in box.iter("time") if e.get("datetime")), None)
    image = next((e.get("src") or e.get("data-src") for e in box.iter("img")), None)
    own = split_glued(text_of(heading)) if heading is not None else None
    return Shown(own, whole, published, image, None if whole.views else _class_counter(box))


def _card(address: str, link: Any, shown: Shown, source: CardSource) -> Card:
    own = shown.own or split_glued(text_of(link))
    headline = own.headline or headline_of(link.get("title") or "")
    return Card(
        url=address,
        source=source,
        headline=headline or None,
        published=shown.published or own.published or shown.whole.published,
        views=own.views or shown.whole.views or shown.counter,
        image=shown.image,
    )


def _class_counter(box: Any) -> str | None:
    for element in box.xpath(".//*[contains(@class,'view') or contains(@class,'eye') or contains(@class,'hits')]")[:5]:
        text = text_of(element) or text_of(element.getparent())
        if re.fullmatch(r"\d[\d\s.,]{0,12}", text):
            return f"{text} views"
    return None


def _merge(card: Card, other: Card) -> None:
    if other.headline and len(other.headline) > len(card.headline or ""):
        card.headline = other.headline
    card.published = card.published or other.published
    card.views = card.views or other.views
    card.image = card.image or other.image


def keep_articles(cards: Iterable[Card], own_url: str) -> list[Card]:
    """Cards of other articles than the page's own."""
    return [card for card in cards if card.url.partition("#")[0].rstrip("/") != own_url.partition("#")[0].rstrip("/")]


def within(cards: list[Card], limits: Limits) -> tuple[list[Card], list[str]]:
    """The cards that the limits allow, and the reasons for which others were left out."""
    kept = [card for card in cards if len(card.url) <= limits.url_length]
    remarks = ["address-too-long"] if len(kept) < len(cards) else []
    if len(kept) > limits.links:
        remarks.append("too-many-links")
    return kept[: limits.links], remarks
