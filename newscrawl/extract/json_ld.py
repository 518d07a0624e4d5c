"""JSON as pages print it, read as far as it can be. Linear in its length, whatever it holds."""

from __future__ import annotations

import html as html_entities
import json
import re
from typing import Any, Final

_OPENINGS = ("<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[")
_CLOSINGS = ("-->", "//]]>", "/*]]>*/", "]]>")
MOST_VALUES = 20  # in a row in one block
TOO_DEEP: Final = object()
"""What `read_json` gives for values so deep inside one another that they cannot be read."""


def read_json(text: str) -> Any:
    """The value of a text: in comments, with control characters, trailing commas, or several values in a row."""
    text = _without_marks(text.strip())
    for repair in (_as_printed, _without_commas, _without_raw_lines):
        try:
            return json.loads(repair(text), strict=False)
        except ValueError:
            continue
        except RecursionError:
            return TOO_DEEP
    return _values_in_a_row(text)


def is_deeper(value: Any, most: int) -> bool:
    """Whether a value holds lists and objects inside one another on more than so many levels."""
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _without_marks(text: str) -> str:
    opening = next((mark for mark in _OPENINGS if text.startswith(mark)), "")
    text = text.removeprefix(opening).rstrip("; \t\r\n")
    closing = next((mark for mark in _CLOSINGS if text.endswith(mark)), "")
    return text.removesuffix(closing).strip().rstrip(";")


def _as_printed(text: str) -> str:
    return text


def _without_commas(text: str) -> str:
    return re.sub(r",(\s*[}\]])", r"\1", text)


def _without_raw_lines(text: str) -> str:
    return html_entities.unescape(_without_commas(re.sub(r"[\r\n\t]+", " ", text)))


def _values_in_a_row(text: str) -> list[Any]:
    values: list[Any] = []
    decoder = json.JSONDecoder(strict=False)
    position = 0
    while (start := text.find("{", position)) >= 0 and len(values) < MOST_VALUES:
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values
