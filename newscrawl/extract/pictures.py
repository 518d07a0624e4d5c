"""The pictures of an article: the one that leads it, as it is printed, then those among its text, with caption and credit.

What `og:image` names is cut for sharing; where the page prints the same picture, the printed one is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

from newscrawl.article import Image
from newscrawl.extract import structured
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean_or_none

MOST = 30  # pictures of one article
MOST_LOOKED_AT = 150  # img elements of one page
SMALLEST = 200  # pixels of the width of a picture that is no icon
_NO_PICTURE = re.compile(
    r"avatar|logo|icon|sprite|pixel|spacer|blank|emoji|badge|author|byline|profile|placeholder|dummy|loading|1x1|tracking|banner|(?<![a-z])ad(?:s|vert\w*)?(?![a-z])|\.svg|\.gif(?:\?|$)|^data:|gravatar",
    re.I,
)
_CREDIT = re.compile(
    r"(?:©|\(c\)|(?:foto|photo|bild|image|credit|source|quelle|picture|фото|crédit(?: photo)?|fotó|zdjęcie|foto di|fotografía|imagen)s?(?: by| von)?\s?:)\s*(.{2,120})$",
    re.I,
)
_CREDIT_CLASS = re.compile(r"credit|copyright|source|photographer|byline|agency|fotograf|autor|author", re.I)
_TOKEN = re.compile(r"[A-Za-z0-9]{7,}")
_SRCSET = re.compile(r",\s+|(?<=\d[wx]),")  # HTML, 4.8.4.2.1: a comma inside an address has no space behind it
_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)([wx])")
LONGEST_SRCSET = 10_000  # characters


def pictures(page: Page, declared: dict[str, Any], near: Near) -> tuple[str, list[Image]]:
    """Where the lead picture was found, and the pictures, the lead first."""
    stated = _stated(page, declared)
    above: set[str] = set()
    printed = list(_printed(page, near, above))
    lead = next((image for named in stated for image, _ in printed if _tokens(named.url) & _tokens(image.url)), None)
    source = "figure"
    if lead is None:
        lead = next((image for image, is_large in printed[:3] if is_large and image.url in above), None)
    if lead is None and stated:
        lead = next((image for image, _ in printed if image.url == stated[0].url), stated[0])
        source = "jsonld:image" if structured.images(declared, page) else "meta:og:image"
    if lead is None:
        lead = next((image for image, is_large in printed if is_large), None)
    if lead is None:
        return "", []
    match = next((image for image in stated if _tokens(image.url) & _tokens(lead.url)), None)
    if match is not None:
        lead = lead.model_copy(
            update={
                name: getattr(lead, name) or getattr(match, name)
                for name in ("caption", "credit", "alt", "width", "height")
            }
        )
    others = [image for image, is_large in printed if is_large and not _tokens(image.url) & _tokens(lead.url)]
    return source, list({image.url: image for image in [lead, *others]}.values())[:MOST]


def _stated(page: Page, declared: dict[str, Any]) -> list[Image]:
    found: list[Image] = []
    for name in ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"):
        for text in page.meta.get(name, ())[:1]:
            if url := page.absolute(text):
                width, height = page.meta_first("og:image:width"), page.meta_first("og:image:height")
                found.append(
                    Image(
                        url=url,
                        width=structured.pixels(width[1]) if width else None,
                        height=structured.pixels(height[1]) if height else None,
                    )
                )
    return [*structured.images(declared, page), *found]


def _printed(page: Page, near: Near, above: set[str]) -> Iterator[tuple[Image, bool]]:
    """Each picture that the page prints for its story, and whether it is surely large.

    The addresses of those between the headline and the first paragraph are added to `above`.
    """
    heading = near.blocks[near.here].box.element if near.blocks else None
    prose = next((b.box.element for b in near.below(40)[1:] if len(b.text) > 100 and b.links < 20), None)
    is_above = False
    seen = 0
    for element in page.elements:
        if element is heading:
            is_above = True
        elif element is prose:
            is_above = False
        if element.tag not in {"img", "amp-img"}:
            continue
        seen += 1
        if seen > MOST_LOOKED_AT:
            break
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('src') or ''}"
        width = structured.pixels(element.get("width"))
        if (width is not None and width < SMALLEST) or near.is_elsewhere(element) or _in_frame(element):
            continue
        url, widest = _largest(element)
        absolute = page.absolute(url) if url else None
        if absolute is None or _NO_PICTURE.search(unquote(absolute)) or _NO_PICTURE.search(label.partition(" ")[0]):
            continue
        figure = _figure(element)
        caption, credit = _words(figure) if figure is not None else (None, None)
        is_large = (figure is not None or widest >= 600 or (width or 0) >= 400) and heading is not None
        if is_above:
            above.add(absolute)
        yield (
            Image(
                url=absolute,
                caption=caption,
                credit=credit,
                alt=clean_or_none(element.get("alt")),
                width=width,
                height=structured.pixels(element.get("height")),
            ),
            is_large,
        )


def _in_frame(element: Any) -> bool:
    """Whether a picture belongs to the page's frame, or is a link to something else."""
    return any(
        outer.tag in {"header", "nav", "footer", "aside"} and outer.find(".//h1") is None
        for outer in islice(element.iterancestors(), 12)
    )


def _largest(element: Any) -> tuple[str | None, float]:
    """The widest version that an img element and its picture name, and its width in pixels as far as it is known."""
    around = element.getparent()
    sources = list(around.iterfind("source")) if around is not None and around.tag == "picture" else []
    best: tuple[float, str] | None = None
    for holder in [element, *sources]:
        for name in ("srcset", "data-srcset", "data-lazy-srcset"):
            for candidate in _SRCSET.split((holder.get(name) or "")[:LONGEST_SRCSET]):
                address, _, descriptor = candidate.strip(" ,\n\t").partition(" ")
                wide = _DESCRIPTOR.fullmatch(descriptor.strip())
                size = float(wide[1]) * (1 if wide[2] == "w" else 100) if wide else 1.0
                if address and not address.startswith("data:") and (best is None or size > best[0]):
                    best = (size, address)
    plain = next(
        (
            element.get(n)
            for n in ("src", "data-src", "data-original", "data-lazy-src", "data-url")
            if element.get(n) and not _NO_PICTURE.search(element.get(n))
        ),
        None,
    )
    if best is not None and (best[0] > 100 or plain is None):
        return best[1], best[0]
    return plain, best[0] if best else 0.0


def _figure(element: Any) -> Any | None:
    return next((outer for outer in islice(element.iterancestors(), 6) if outer.tag == "figure"), None)


def _words(figure: Any) -> tuple[str | None, str | None]:
    """Caption and credit of a figure."""
    holder = figure.find(".//figcaption")
    if holder is None:
        return None, None
    credit = next(
        (
            text_of(e)
            for e in holder.iterdescendants()
            if isinstance(e.tag, str) and _CREDIT_CLASS.search(e.get("class") or "")
        ),
        None,
    )
    caption = text_of(holder)
    if credit:
        caption = caption.replace(credit, "").strip(" |–—-/,")
    elif found := _CREDIT.search(caption):
        credit, caption = found[1], caption[: found.start()].strip(" |–—-/(,")
    return clean_or_none(caption), clean_or_none(_CREDIT.sub(r"\1", credit)) if credit else None


def _tokens(url: str) -> set[str]:
    """The parts of an address that name a picture whatever its size: identifiers, slugs."""
    path = unquote(unquote(url)).partition("?")[0].partition("://")[2].partition("/")[2]
    return {
        token
        for token in _TOKEN.findall(path)
        if any(c.isdigit() for c in token)
        and not token.isalpha()
        and not re.fullmatch(r"(?:19|20)\d{6}|\d{1,4}x\d{1,4}|[wh]\d+.*", token)
    }
