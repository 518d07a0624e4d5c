"""Article text that a page carries in its scripts, for its own scripts to show: JSON strings that hold HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

LONGEST_SCRIPT = 3_000_000  # characters
SHORTEST_STRING = 400  # characters of a string that holds a text
_BETWEEN_QUOTES = re.compile(r'(?:[^"\\]++|\\.)++')
_PARAGRAPH = re.compile(r"</p>|<br\s*/?>\s*<br", re.I)


def html_in_scripts(tree: Any) -> Any | None:
    """The string among the page's scripts with the most paragraphs, parsed; None where none holds three."""
    best, most = "", 2
    for script in tree.iter("script"):
        text = script.text or ""
        if len(text) > LONGEST_SCRIPT or ("u003c" not in text and "</p" not in text and "<\\/p" not in text):
            continue
        for string in _strings(text):
            decoded = _decoded(string)
            if (paragraphs := len(_PARAGRAPH.findall(decoded))) > most:
                best, most = decoded, paragraphs
    return fragment(best) if best else None


def _strings(text: str) -> Iterator[str]:
    """What stands between two quotation marks, where it is long. Linear: a mark without its twin costs no search."""
    for found in _BETWEEN_QUOTES.finditer(text):
        start, end = found.span()
        if end - start >= SHORTEST_STRING and text[start - 1 : start] == '"' == text[end : end + 1]:
            yield found[0]


def fragment(html: str) -> Any | None:
    """A piece of HTML as an element; None where there is nothing to parse."""
    parser = etree.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(f"<div>{html}</div>".encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return root.find("body") if root is not None else None


def _decoded(text: str) -> str:
    """A JSON string's value; one that is encoded twice is decoded twice."""
    for _ in range(2):
        if "\\" not in text:
            break
        try:
            text = json.loads(f'"{text}"', strict=False)
        except ValueError:
            break
    return text
