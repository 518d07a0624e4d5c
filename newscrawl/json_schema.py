"""The published JSON Schemas: of an article, and of the documents of every other collection. Pure.

Generated from the models of `newscrawl.article` and `newscrawl.records`, so that they say what is stored: draft
2020-12. They describe documents as JSON: an instant is text by RFC 3339. In MongoDB it is a Date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from newscrawl.article import SCHEMA_VERSION
from newscrawl.records import RECORDS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_EXAMPLES, LONGEST_OF_SEVERAL = 2, 100  # of one property; characters of one
_IDENTITY = {"_id": {"title": "Id", "type": "string", "description": "Identity in the database; it never changes."}}
_LABELS = {
    "labels": {
        "title": "Labels",
        "type": "object",
        "description": "Belongs to the readers of the database: newscrawl never writes it. Absent until they do.",
        "examples": [{"topic": "energy"}],
    }
}
_STORE = {
    "terms": {
        "title": "Terms",
        "type": "array",
        "items": {"type": "string"},
        "description": "What the article is searched by; only in the database.",
        "examples": [["school", "solar", "SITE:example"]],
    },
    "order": {
        "title": "Order",
        "type": "integer",
        "description": "Its place in lists, the newest first: by publication, undated ones last; only in the database.",
        "examples": [114349209288704],
    },
    "week": {
        "title": "Week",
        "type": "integer",
        "description": "The week of its place in lists, counted from 1970 on; only in the database.",
        "examples": [2885],
    },
}
_BESIDE_THE_MODEL = {"articles": _LABELS | _STORE, "tombstones": _LABELS}


def article_schema() -> Schema:
    """The JSON Schema of a stored article."""
    return record_schema("articles")


def record_schema(collection: str) -> Schema:
    """The JSON Schema of the documents of a collection. Raises KeyError where there is none of that name."""
    model = RECORDS[collection]
    schema = model.model_json_schema(mode="serialization")
    _fold(schema)
    beside = deepcopy((_IDENTITY, _BESIDE_THE_MODEL.get(collection, {})))
    properties = beside[0] | schema["properties"] | beside[1]
    whole = {
        "$schema": DIALECT,
        "$id": f"urn:newscrawl:schema:{collection}:{SCHEMA_VERSION}",
        "title": schema["title"],
        "description": schema["description"],
        "type": "object",
        "properties": properties,
        "required": ["_id", *schema.get("required", [])],
        "additionalProperties": False,
        "$defs": schema.get("$defs", {}),
    }
    if examples := example_records().get(collection):
        _add_examples(whole, examples)
        whole["examples"] = examples[:1]
    return {name: value for name, value in whole.items() if name != "$defs" or value}


@cache
def example_records() -> Mapping[str, list[dict[str, Any]]]:
    """Example documents as JSON, by collection: what a crawl of pages of our own stored of them.

    Do not change them: every caller gets the same ones.
    """
    text = files("newscrawl").joinpath("example_records.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def parts(schema: Schema) -> Iterator[Schema]:
    """A schema of objects, and those of the objects that it holds."""
    yield schema
    yield from schema.get("$defs", {}).values()


def options(schema: Mapping[str, Any]) -> list[Schema]:
    """What a value may be, one by one: itself where it may be one thing."""
    return list(schema.get("anyOf", [schema]))


def _fold(schema: Schema) -> None:
    """Every description on one line."""
    for part in parts(schema):
        part["description"] = " ".join(part["description"].split())


def _add_examples(schema: Schema, examples: list[dict[str, Any]]) -> None:
    """Give every plain property that an example document has the values that it has there."""

    def walk(node: Schema, value: Any) -> None:
        for option in options(node):
            whole = schema["$defs"][option["$ref"].rpartition("/")[2]] if "$ref" in option else option
            if isinstance(value, dict):
                for name, inner in value.items():
                    if name in whole.get("properties", {}):
                        note(whole["properties"][name], inner)
                    elif isinstance(whole.get("additionalProperties"), dict):
                        walk(whole["additionalProperties"], inner)
            elif isinstance(value, list) and "items" in whole:
                for inner in value:
                    walk(whole["items"], inner)

    def note(node: Schema, value: Any) -> None:
        if _is_plain(value):
            known = node.setdefault("examples", [])
            most = 1 if len(str(value)) > LONGEST_OF_SEVERAL else MOST_EXAMPLES
            if value not in known and len(known) < most:
                known.append(value)
        walk(node, value)

    for example in examples:
        walk(schema, example)


def _is_plain(value: Any) -> bool:
    """Whether a value tells something and holds no objects, whose properties have examples of their own."""
    if isinstance(value, list):
        return bool(value) and not any(isinstance(one, (dict, list)) for one in value)
    return not isinstance(value, dict) and value not in (None, "")
