"""Article text that a page carries in its scripts, for its own scripts to show: JSON strings that hold HTML."""

from __future__ import annotations

import json
import re
from typing import Any

from lxml import etree

LONGEST_SCRIPT = 3_000_000  # characters
_STRING = re.compile(r'"((?:[^"\\]|\\.){400,})"')
_PARAGRAPH = re.compile(r"</p>|<br\s*/?>\s*<br", re.I)


def html_in_scripts(tree: Any) -> Any | None:
    """The string among the page's scripts with the most paragraphs, parsed; None where none holds three."""
    best, most = "", 2
    for script in tree.iter("script"):
        text = script.text or ""
        if len(text) > LONGEST_SCRIPT or ("u003c" not in text and "</p" not in text and "<\\/p" not in text):
            continue
        for found in _STRING.finditer(text):
            decoded = _decoded(found[1])
            if (paragraphs := len(_PARAGRAPH.findall(decoded))) > most:
                best, most = decoded, paragraphs
    return fragment(best) if best else None


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
