"""Documents to rows of plain values: the lines of JSON and CSV exports. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from newscrawl.columns import SEPARATOR, Column, Kind

Document = Mapping[str, Any]

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet reads as a formula where a cell begins with it (OWASP, "CSV Injection")."""

_NOTHING: Document = {}


class WrongValue(ValueError):
    """A document has a value of another type than its column. The message names both."""


def plain_row(document: Document, columns: Iterable[Column]) -> dict[str, Any]:
    """A row for JSON: instants as ISO 8601 in UTC, lists as lists, parts with all their fields."""
    return {column.name: _plain(_found(document, column), column) for column in columns}


def flat_row(document: Document, columns: Sequence[Column]) -> list[str]:
    """A row for CSV: every value as text, lists joined, null as nothing. No cell is a formula to a spreadsheet."""
    return [_cell(_plain(_found(document, column), column), column.kind) for column in columns]


def as_json(value: Any) -> str | None:
    """A value of any kind as JSON, the same for the same value; None stays None."""
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_as_text)


def _as_text(value: Any) -> str:
    return instant(value) if isinstance(value, datetime) else str(value)


def instant(value: datetime) -> str:
    """An instant in UTC, with milliseconds: `2026-01-06T12:00:00.000Z`."""
    return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _found(document: Document, column: Column) -> Any:
    """The value of a column in the document; None where there is none."""
    value = document.get(column.path[0])
    if len(column.path) == 1:
        return value
    key = column.path[1]
    if isinstance(value, list):
        parts = [part.get(key) for part in value]
        return (parts[0] if parts else None) if column.is_first else parts
    return (value or _NOTHING).get(key)


def _plain(value: Any, column: Column) -> Any:
    if column.kind == "texts":
        return value or []
    if column.kind == "records":
        return [{name: _scalar(part.get(name), kind) for name, kind in column.parts} for part in value or ()]
    if column.kind == "pairs":
        return [{"name": name, "value": held} for name, held in (value or _NOTHING).items()]
    return _scalar(value, column.kind)


def _scalar(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return instant(value)
    return as_json(value) if kind == "json" else value


def _cell(value: Any, kind: Kind) -> str:
    if value is None:
        return ""
    if kind == "texts":
        value = SEPARATOR.join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind in ("integer", "number"):
        return str(value)
    return harmless(value)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula: an apostrophe before one that would be."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
