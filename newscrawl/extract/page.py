"""One page: decoded, parsed once, and what its head declares. Every reader shares this one tree."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from newscrawl.article import NotAnArticle
from newscrawl.extract.binary import refuse_binary
from newscrawl.extract.blocks import DEEPEST, Box, read_blocks
from newscrawl.extract.encoding import CONTROL, decode
from newscrawl.extract.json_ld import TOO_DEEP, is_deeper, read_json
from newscrawl.extract.labels import Labels
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.extract.markup import NestedTooDeep, parse_html, too_much
from newscrawl.normalize.urls import printable_url

MOST_OBJECTS = 2000  # of JSON-LD on one page

_TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|h1|article|meta|title|span|section|main|table|br)\b", re.I)
_UNNAMED_JSON_LD = re.compile(r"\s*\{\s*\"@context\"\s*:")  # in a script that does not say what it is
_PRINTED = re.compile(r"[^\s\x00-\x1f\x7f]")
_ABSOLUTE = re.compile(r"https?://[\w.:-]+(?:/(?!\.)[^\s/]*)*$", re.A)  # and as it should be
_ITEMS: Callable[[Any], Any] = etree.XPath("descendant-or-self::*[@itemtype]")
_PROPERTIES: Callable[[Any], Any] = etree.XPath("descendant-or-self::*[@itemprop]")
_ENDS = re.compile(rb"</(?:body|html)\s{0,20}>", re.I)
_BLOCKS = frozenset(
    "address article aside blockquote dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tbody td tfoot th thead tr ul br".split()
)


class Page:
    """A page at an address. Raises NotAnArticle: `empty-body`, `not-html` for other files, `undecodable-text`."""

    def __init__(
        self, html: bytes | str, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits = LIMITS
    ) -> None:
        self.url = url
        self.limits = limits
        self.remarks: list[str] = []
        """Reasons for what of the page was left out."""
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        if isinstance(html, bytes):
            refuse_binary(html, url)
        self.source = html if isinstance(html, str) else decode(html, self.headers.get("content-type", ""))
        if not _PRINTED.search(self.source):
            raise NotAnArticle("empty-body", "the page is empty", url)
        if self.source == "\ufffd":
            raise NotAnArticle("undecodable-text", "the page is in an encoding that is not read", url)
        self.is_plain = not _TAG.search(self.source[:200_000])
        if self.is_plain:
            self.source = _from_plain_text(self.source)

    @cached_property
    def tree(self) -> Any:
        """The root element, parsed once. Raises NotAnArticle where the page holds too much, or nothing."""
        if reason := too_much(self.source, self.limits.elements):
            detail = f"the page holds more than {self.limits.elements} elements, or one with too many attributes"
            raise NotAnArticle(reason, detail, self.url)
        markup = self.source.encode("utf-8", "replace").translate(None, CONTROL)
        markup = _ENDS.sub(b"", markup)  # what comes after them belongs to the body (HTML, 13.2.6.4.19 and .22)
        try:
            root = parse_html(markup, self.limits.nesting)
        except NestedTooDeep:
            detail = f"the page holds more than {self.limits.nesting} elements inside one another"
            raise NotAnArticle("nested-too-deep", detail, self.url) from None
        except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
            raise NotAnArticle("empty-body", f"the page cannot be parsed: {error}", self.url) from None
        if root is None:
            raise NotAnArticle("empty-body", "the page holds no element", self.url)
        return root

    @cached_property
    def elements(self) -> list[Any]:
        """Every element in document order, walked once."""
        return list(self.tree.iter("*"))

    @cached_property
    def _labels(self) -> dict[str, Labels]:
        """The different values of three attributes: a page has few, and one search looks through all of them."""
        found: dict[str, dict[str, list[int]]] = {"class": {}, "id": {}, "itemprop": {}}
        for position, element in enumerate(self.elements):
            for attribute, values in found.items():
                if value := element.get(attribute):
                    values.setdefault(value, []).append(position)
        return {attribute: Labels(values) for attribute, values in found.items()}

    def labelled(self, pattern: re.Pattern[str], *attributes: str) -> list[Any]:
        """The elements, in order, with a value among `class`, `id` or `itemprop` in which a pattern is found.

        Values are read as `label_words` gives them.
        """
        positions = {position for attribute in attributes for position in self._labels[attribute].positions(pattern)}
        return [self.elements[position] for position in sorted(positions)]

    def classed(self, is_wanted: Callable[[str], bool]) -> list[int]:
        """Positions among `elements` of those whose `class`, as it is written, is wanted. Each value is asked for once."""
        positions = (places for value, places in self._labels["class"].values.items() if is_wanted(value))
        return sorted(chain.from_iterable(positions))

    def forget(self) -> None:
        """Drop boxes and elements; they are read anew if asked for. Boxes know each other: only this frees them at once."""
        if boxes := self.__dict__.pop("boxes", None):
            boxes.clear()
        for name in ("elements", "_labels", "items", "itemprops"):
            self.__dict__.pop(name, None)

    @cached_property
    def items(self) -> list[Any]:
        """Elements with an `itemtype` (microdata), in order."""
        return list(_ITEMS(self.tree))

    @cached_property
    def itemprops(self) -> dict[str, list[Any]]:
        """Elements with an `itemprop` inside the first item that is an article, by each of their names (HTML, 5.2)."""
        found: dict[str, list[Any]] = {}
        scope = next((item for item in self.items if "rticle" in item.get("itemtype")), None)
        for element in _PROPERTIES(scope) if scope is not None else ():
            for name in element.get("itemprop").split():
                found.setdefault(name, []).append(element)
        return found

    @cached_property
    def boxes(self) -> Box:
        """The visible text as boxes and blocks, read once."""
        self.elements  # noqa: B018  elements that are held are not made anew at each walk
        body = self.tree.find("body")
        return read_blocks(self.tree if body is None else body)

    @cached_property
    def base_url(self) -> str:
        """Address that relative links are resolved against (HTML, 4.2.3)."""
        for element in self.tree.iterfind(".//base[@href]"):
            return self.absolute(element.get("href", ""), self.url) or self.url
        return self.url

    def absolute(self, address: str, base: str | None = None) -> str | None:
        """An address of the page made absolute and printable; None where it is no http(s) address."""
        address = address.strip()
        if _ABSOLUTE.match(address):
            return printable_url(address)
        try:
            absolute = urljoin(base or self.base_url, address)
        except ValueError:
            return None
        return printable_url(absolute) if absolute.startswith(("http://", "https://")) else None

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """Contents of meta elements by lower-case name, property, itemprop or http-equiv, in order."""
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
            content = element.get("content")
            name = (
                element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
            )
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), []).append(content.strip())
        return found

    def meta_first(self, *names: str) -> tuple[str, str] | None:
        """The first of these meta elements that is there: its name and content."""
        for name in names:
            if values := self.meta.get(name):
                return name, values[0]
        return None

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """Every JSON-LD object of the page, those inside `@graph` and lists too, in order."""
        most = self.limits.json_ld_nesting
        values = (read_json(text) for text in self._json_ld_texts)
        objects = (found for value in values if self._is_flat(value) for found in _objects(value, most))
        found = list(islice(objects, MOST_OBJECTS + 1))
        if len(found) > MOST_OBJECTS:
            self.remarks.append("json-ld-too-large")
        return found[:MOST_OBJECTS]

    def _is_flat(self, value: Any) -> bool:
        if value is not TOO_DEEP and not is_deeper(value, self.limits.json_ld_nesting):
            return True
        self.remarks.append("json-ld-nested-too-deep")
        return False

    @cached_property
    def _json_ld_texts(self) -> list[str]:
        texts = [
            element.text or ""
            for element in self.tree.iter("script")
            if (kind := (element.get("type") or "").split(";")[0].strip().lower()) == "application/ld+json"
            or (not kind and _UNNAMED_JSON_LD.match(element.text or ""))
        ]
        most = self.limits.json_ld_bytes
        kept = [text for text in texts if len(text) * 4 <= most or len(text.encode("utf-8", "replace")) <= most]
        if len(kept) < len(texts):
            self.remarks.append("json-ld-too-large")
        return kept

    def broken_json_ld(self, key: str) -> Iterator[str]:
        """The texts of a key in JSON-LD that no repair makes readable."""
        pattern = re.compile(rf'"{key}"\s*:\s*"([^"\\]{{1,200}})"')
        for text in self._json_ld_texts:
            yield from pattern.findall(text)

    @cached_property
    def language(self) -> str | None:
        """The declared language: BCP 47 code in its usual case."""
        declared = (
            self.tree.get("lang")
            or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
            or self.tree.get("xml:lang")
            or (self.meta_first("content-language", "og:locale", "language") or ("", ""))[1]
        )
        code = re.match(
            r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?![A-Za-z])", declared or ""
        )
        if not code:
            return None
        parts = [code[1].lower(), code[2].title() if code[2] else "", code[3].upper() if code[3] else ""]
        return "-".join(part for part in parts if part)


@lru_cache(maxsize=1024)
def compiled(selector: str) -> Callable[[Any], Any]:
    """An XPath expression of a site's rules, compiled once in a process."""
    expression: Callable[[Any], Any] = etree.XPath(selector)
    return expression


def _from_plain_text(text: str) -> str:
    """Plain text as a page: blank lines separate paragraphs, the first of them is the headline."""
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]
    head, *rest = [html_entities.escape(part) for part in parts if part]
    return f"<html><body><h1>{head}</h1>" + "".join(f"<p>{part}</p>" for part in rest) + "</body></html>"


def _objects(value: Any, most: int) -> Iterator[dict[str, Any]]:
    if most < 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, most - 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "subjectOf", "hasPart"):
            if isinstance(value.get(key), list | dict):
                yield from _objects(value[key], most - 1)


def text_of(element: Any) -> str:
    """Text of an element as a reader sees it: spaces folded, blocks apart, without scripts, styles and readings above characters."""
    pieces: list[str] = []
    _collect(element, pieces, 0)
    return " ".join("".join(pieces).split())


def _collect(element: Any, pieces: list[str], depth: int) -> None:
    if (
        not isinstance(element.tag, str)
        or element.tag in {"script", "style", "noscript", "template", "svg"}
        or (element.tag == "rt" and element.getparent().find("rp") is None)
        or depth > DEEPEST
    ):
        return
    block = element.tag in _BLOCKS
    if block:
        pieces.append(" ")
    pieces.append(element.text or "")
    for child in element:
        _collect(child, pieces, depth + 1)
        pieces.append(child.tail or "")
    if block:
        pieces.append(" ")
