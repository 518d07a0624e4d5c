"""HTML to a tree that is neither too large nor too deep for the readers. What would be is told from the source."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

MOST_COMPARISONS = 25_000_000  # libxml2 compares each attribute of an element with those before it
LONG_TAG = 2000  # characters; shorter ones have few attributes
SMALL = 50_000  # characters; a smaller page is parsed in a moment, whatever it holds
# A start tag with its attributes; quotes have a meaning after an equals sign only (WHATWG HTML, 13.2.5).
_TAG = re.compile(r"""<[a-zA-Z][^>=]*+(?:=\s*+(?:"[^"]*+"|'[^']*+')?[^>=]*+)*+""")
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_ATTRIBUTE = re.compile(r"[^\s/=]+")
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1", re.S | re.I)
# Elements without a part in the order of a page, which are often not closed.
_DRESS = ("font", "b", "strong", "i", "em", "u", "s", "big", "small", "tt", "center", "span", "ins", "nobr", "bdo")
_WRAPPERS = frozenset({"div", "section", "article", "main", "center", "blockquote", "form", "ul", "ol", "li", "table"})


class NestedTooDeep(ValueError):
    """A page has elements inside one another on too many levels, and they hold more than each other."""


def too_much(source: str, elements: int) -> str | None:
    """Why a page is too large to be parsed: `too-many-elements`, `too-many-attributes`; None where it is not."""
    if len(source) < SMALL and source.count("<") <= elements:
        return None
    comparisons = 0
    for number, tag in enumerate(_TAG.finditer(source)):
        if number == elements:
            return "too-many-elements"
        if tag.end() - tag.start() > LONG_TAG:
            comparisons += len(_ATTRIBUTE.findall(_VALUE.sub("", tag[0]))) ** 2
    if comparisons <= MOST_COMPARISONS:
        return None
    # Scripts compare, too: `a < b` is no tag.
    shown = _SCRIPT.sub("", source)
    return "too-many-attributes" if shown == source else too_much(shown, elements)


def parse_html(markup: bytes, nesting: int) -> Any:
    """The root of a page in UTF-8; None where it holds no element.

    Where it is too deep, what only dresses or wraps is taken out. Raises NestedTooDeep where that does not help, and
    what lxml raises.
    """
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(markup, parser)
    if root is None or not _is_deeper(nesting)(root):
        return root
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise NestedTooDeep  # the parser has left at 2048 levels, and what came after is lost
    etree.strip_tags(root, *_DRESS)
    _unwrap(root)
    if _is_deeper(nesting)(root):
        raise NestedTooDeep
    return root


@lru_cache(maxsize=8)
def _is_deeper(nesting: int) -> Any:
    return etree.XPath("boolean(" + "/*" * (nesting + 1) + ")")


def _unwrap(root: Any) -> None:
    """Put each element that is alone in its wrapper in the place of the wrapper."""
    for element in [*root.iter(*_WRAPPERS)]:
        outer = element.getparent()
        if outer is not None and len(element) == 1 and not (element.text or "").strip():
            inner = element[0]
            if inner.tag in _WRAPPERS and not (inner.tail or "").strip():
                inner.tail = element.tail
                outer.replace(element, inner)
