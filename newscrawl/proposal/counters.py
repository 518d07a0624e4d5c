"""Where an article page shows its view counter and its dateline: selectors that would find them again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from newscrawl.extract.cards import xpath_of
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.places import is_place
from newscrawl.normalize.text import clean
from newscrawl.normalize.views import parse_views

LONGEST = 60  # characters of a counter with its words, and of a dateline
MOST = 400  # elements of one page that are looked at
FEWEST = 2  # articles that must show a place
SHARE = 0.5  # of the articles
MOST_PLACES = 2
BESIDE = 8  # blocks around the headline
_VIEWS = re.compile(r"view|hits|visit|read-?count|readcount|eye|aufruf|lectur|vues|перегляд|просмотр|counter", re.I)
_NOT_VIEWS = re.compile(r"review|viewport|interview|overview|preview|comment|share|like|vote|rating|subscri", re.I)
_ATTRIBUTES = ("data-views", "data-view-count", "data-views-count", "data-viewcount", "data-hits", "data-pageviews")
_DATELINE = re.compile(
    r"(?<![a-z])(?:dateline|location|place|city|ort|lugar|lieu|miejsce|локация|contentlocation)(?![a-z])", re.I
)
# CSS modules and styled components append a hash at each build: `card_date__a1B2c`.
_HASHED = re.compile(r"^([A-Za-z][\w-]*?__)[\w-]{2,10}$")
_PLAIN = re.compile(r"-?[A-Za-z_][\w-]*$")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a page. `css` selects it, `attribute` is read where it is not None; `text` stands there."""

    css: str
    attribute: str | None
    text: str


def counters(page: Page, near: Near, language: str | None, known: int | None) -> list[Place]:
    """Places of the article's own view counter. `known`: what the general reading says; places that say other are none."""
    found: dict[tuple[str, str | None], Place] = {}
    for element, attribute, text in _candidates(page, near, language):
        count = parse_views(f"{text} views" if text.isdigit() else text, language=language)
        if count is None or (known is not None and count != known):
            continue
        for css in selectors(element, attribute):
            first = _first_value(page, css, attribute, language)
            if first == count:
                found.setdefault((css, attribute), Place(css, attribute, text))
    return list(found.values())


def _candidates(page: Page, near: Near, language: str | None) -> Iterator[tuple[Any, str | None, str]]:
    for element in page.tree.iter("*"):
        for attribute in _ATTRIBUTES:
            if (value := (element.get(attribute) or "").strip()).isdigit():
                yield element, attribute, value
    blocks = [*near.below(60), *near.above(20)]
    beside = {block.box.element for block in [*near.below(BESIDE), *near.above(BESIDE)]}
    looked = (element for block in blocks for element in (block.box.element, *block.box.element.iterdescendants("*")))
    for element in islice(dict.fromkeys(looked), MOST):
        if not isinstance(element.tag, str) or element.find(".//a") is not None or not _is_own(element, near, beside):
            continue
        text = clean(text_of(element))
        if not text or len(text) > LONGEST or not any(c.isdigit() for c in text):
            continue
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        is_named = _VIEWS.search(label) is not None and _NOT_VIEWS.search(label) is None
        if is_named or parse_views(text, language=language, labelled=True) is not None:
            yield element, None, text


def _is_own(element: Any, near: Near, beside: set[Any]) -> bool:
    """Whether an element is no part of a teaser. Beside the headline a class such as `news-card_date` says nothing."""
    around = [element, *islice(element.iterancestors(), 8)]
    if any(outer.tag == "a" for outer in around):
        return False
    return any(outer in beside for outer in around) or not near.is_elsewhere(element)


def _first_value(page: Page, css: str, attribute: str | None, language: str | None) -> int | None:
    """What a rule with this selector would read."""
    for element in page.tree.xpath(xpath_of(css))[:20]:
        text = clean((element.get(attribute) if attribute else text_of(element)) or "")
        count = parse_views(f"{text} views" if text.isdigit() else text, language=language)
        if count is not None:
            return count
    return None


def datelines(page: Page, near: Near, language: str | None) -> list[Place]:
    """Places of a header line that names where the news is from."""
    found: dict[str, Place] = {}
    for block in near.below(15):
        for element in (block.box.element, *islice(block.box.element.iterdescendants("*"), 10)):
            label = (
                f"{element.get('class') or ''} {element.get('itemprop') or ''}" if isinstance(element.tag, str) else ""
            )
            text = clean(text_of(element)) if _DATELINE.search(label) else ""
            if not 2 < len(text) < LONGEST:
                continue
            if is_place(text) or parse_dateline(text, language=language) is not None:
                for css in selectors(element, None):
                    found.setdefault(css, Place(css, None, text))
    return list(found.values())


def selectors(element: Any, attribute: str | None) -> Iterator[str]:
    """CSS selectors of an element that other pages of its site may share, the plainest first."""
    if attribute is not None:
        yield f"[{attribute}]"
    if name := element.get("itemprop"):
        yield f'[itemprop="{name}"]' if '"' not in name else element.tag
    own = _own_selector(element)
    if own is not None:
        yield own
        return
    around = element.getparent()
    outer = _own_selector(around) if around is not None else None
    if outer is not None:
        yield f"{outer} {element.tag}"


def _own_selector(element: Any) -> str | None:
    tokens = (element.get("class") or "").split()[:6]
    for token in tokens:
        if hashed := _HASHED.match(token):
            return f'[class*="{hashed[1]}"]'
    plain = [token for token in tokens if _PLAIN.match(token) and not token.isdigit()]
    # The token that speaks of what it is before those that say how it looks.
    plain.sort(key=lambda token: (_VIEWS.search(token) is None and _DATELINE.search(token) is None, -len(token)))
    if plain:
        return f"{element.tag}.{plain[0]}"
    name = element.get("id") or ""
    return f"#{name}" if _PLAIN.match(name) and not any(c.isdigit() for c in name) else None


def common_places(samples: Sequence[Sequence[Place]]) -> list[Place]:
    """The place that most of the samples have, and one more that others have, as for an older layout; none where too
    few share one.
    """
    left, found = list(samples), list[Place]()
    while left and len(found) < MOST_PLACES:
        counts = Counter(key for places in left for key in {(place.css, place.attribute): None for place in places})
        if not counts:
            break
        (css, attribute), number = counts.most_common(1)[0]
        if number < FEWEST or (not found and number < SHARE * len(samples)):
            break
        shown = [places for places in left if any((p.css, p.attribute) == (css, attribute) for p in places)]
        text = next(place.text for place in shown[0] if (place.css, place.attribute) == (css, attribute))
        found.append(Place(css, attribute, text))
        left = [places for places in left if places not in shown]
    return found
