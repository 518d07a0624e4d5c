"""The text of a site file: TOML in the order in which people read it, regular expressions as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Item, Table

from newscrawl.proposal.survey import Fact

_COMMENTED = ("country", "timezone", "article")
_LITERAL = frozenset({"article", "ignore", "path", "pattern", "replacement", "regex", "css", "xpath"})


def site_text(table: Mapping[str, Any], facts: Iterable[Fact] = ()) -> str:
    """The site file of a table. `facts`: where values are from, told beside them."""
    document = tomlkit.document()
    said = {fact.key: fact.source for fact in facts if fact.key in _COMMENTED}
    for key, value in table.items():
        if key in ("editions", "rules", "listing"):
            continue
        if key in ("article", "ignore") and not isinstance(value, str):
            item: Item = _lines(value)
        else:
            item = _value(key, value)
        if key in said and key != "article":
            item.comment(said[key])
        document.add(key, item)
    editions = tomlkit.aot()
    for edition in table.get("editions", ()):
        part = tomlkit.table()
        for key, value in edition.items():
            part.add(key, _value(key, value))
        editions.append(part)
    if editions:
        document.add("editions", editions)
    for key in ("rules", "listing"):
        if key in table:
            document.add(key, _section(table[key]))
    return tomlkit.dumps(document)


def _section(values: Mapping[str, Any]) -> Table:
    part = tomlkit.table()
    for key, value in values.items():
        part.add(key, _value(key, value))
    return part


def _value(key: str, value: Any) -> Item:
    if isinstance(value, str):
        is_literal = key in _LITERAL and "'" not in value and "\n" not in value
        return tomlkit.string(value, literal=is_literal)
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, list | tuple):
        return _lines(value, key) if sum(len(str(part)) for part in value) > 90 else _array(key, value)
    item: Item = tomlkit.item(value)
    return item


def _array(key: str, values: Iterable[Any]) -> Array:
    found = tomlkit.array()
    for value in values:
        found.append(_value(key, value))
    return found


def _lines(values: Iterable[Any], key: str = "article") -> Array:
    """An array with one value a line."""
    return _array(key, values).multiline(True)


def _inline(values: Mapping[str, Any]) -> InlineTable:
    found = tomlkit.inline_table()
    for key, value in values.items():
        found.append(key, _value(key, value))
    return found
