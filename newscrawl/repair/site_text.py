"""Rules written into the text of a site file, which keeps its comments and its order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tomlkit

from newscrawl.repair.rules import Suggestion


def with_rules(text: str, suggestions: Iterable[Suggestion]) -> str:
    """The file with one rule more for each field, before those that it has."""
    document: Any = tomlkit.parse(text)
    if "rules" not in document:
        document["rules"] = tomlkit.table()
    rules = document["rules"]
    for found in suggestions:
        rule = tomlkit.inline_table()
        for key, value in found.rule.model_dump(exclude_none=True).items():
            rule[key] = tomlkit.string(value, literal="'" not in value)
        before = rules.get(found.field)
        if before is None:
            rules[found.field] = rule
        else:
            array = tomlkit.array()
            for one in (rule, *(before if isinstance(before, list) else [before])):
                array.append(one)
            rules[found.field] = array.multiline(True)
    return tomlkit.dumps(document)
