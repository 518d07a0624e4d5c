"""Writes docs/article.schema.json, a page for every field of an article in docs/record/, and their place in the
navigation: `python tools/record_pages.py`.

Types and descriptions come from the models, examples from `newscrawl/example_records.json`, what else there is to say
of a field from tools/record/*.toml: one file a group of fields.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from newscrawl.json_schema import article_schema, example_records, options
from newscrawl.store.schema import INDEXES

ROOT = Path(__file__).resolve().parent.parent
DOCS, PROSE = ROOT / "docs", ROOT / "tools" / "record"
BEGIN, END = "# fields: begin", "# fields: end"
TABLE_BEGIN, TABLE_END = "<!-- fields: begin -->", "<!-- fields: end -->"
LONGEST_EXAMPLE, LONGEST_LIST = 300, 4  # characters of a text, entries of a list
NAMES = {"string": "text", "integer": "integer", "number": "number", "boolean": "yes or no", "object": "table"}


class Field(BaseModel):
    """What the models do not say of a field. Markdown."""

    model_config = ConfigDict(extra="forbid")

    what: str
    empty: str
    """When it is null, empty or absent, and what that means."""
    unit: str | None = None
    read_from: list[str]
    """Sources, the most believed first."""
    rule: str | None = None
    """Standard or specification that the reading follows."""
    mongosh: str
    python: str
    pitfalls: list[str]
    since: int = 1
    history: list[str] = []


def groups() -> dict[str, dict[str, Field]]:
    """The fields by group, in the order of the files and in these."""
    found = {}
    for path in sorted(PROSE.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        group = table.pop("group")
        found[group] = {name: Field.model_validate(said) for name, said in table.items()}
    return found


def schema_text() -> str:
    """docs/article.schema.json."""
    return json.dumps(article_schema(), ensure_ascii=False, indent=2) + "\n"


def pages() -> dict[str, str]:
    """The page of every field, by its name."""
    schema = article_schema()
    return {
        name: _page(name, said, schema["properties"][name], schema)
        for fields in groups().values()
        for name, said in fields.items()
    }


def index(before: str) -> str:
    """docs/record/index.md with the table of today."""
    properties = article_schema()["properties"]
    rows = []
    for group, fields in groups().items():
        rows += [f"\n### {group}\n", "| field | type | |", "|---|---|---|"]
        rows += [
            f"| [`{n}`]({n}.md) | {_type(properties[n])} | {_cell(properties[n]['description'])} |" for n in fields
        ]
    return _between(before, TABLE_BEGIN, TABLE_END, "\n".join(rows).strip())


def navigation(before: str) -> str:
    """mkdocs.yml with every page."""
    lines = []
    for group, fields in groups().items():
        lines.append(f"          - {group}:")
        lines += [f"              - {name}: record/{name}.md" for name in fields]
    return _between(before, BEGIN, END, "\n".join(lines), indent="          ")


def _between(text: str, begin: str, end: str, middle: str, *, indent: str = "") -> str:
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    lines = "\n" if indent else "\n\n"
    return f"{before}{begin}{lines}{middle}{lines}{indent}{end}{after}"


def _page(name: str, said: Field, node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    facts = [("type", _linked(node))]
    facts += [("unit", said.unit)] if said.unit else []
    facts += [("longest", f"{limit:,} characters")] if (limit := _limit(node)) else []
    facts += [("since", f"schema version {said.since}")]
    facts += [("indexes", indexes)] if (indexes := "; ".join(_indexes(name))) else []
    blocks = [
        f"# {name}",
        node["description"],
        "\n".join(f"- {what}: {fact}" for what, fact in facts),
        said.what.strip(),
        *_parts(node, schema, set()),
        f"## Null, empty or absent\n\n{said.empty.strip()}",
        "## Where it is read from\n\n" + "\n".join(f"{n}. {source}" for n, source in enumerate(said.read_from, 1)),
        *([f"Rule: {said.rule}"] if said.rule else []),
        f"## Example\n\n```json\n{_example(name)}\n```",
        f"## Query\n\nIn `mongosh`:\n\n```js\n{said.mongosh.strip()}\n```",
        f"In Python, `db` a database of pymongo:\n\n```python\n{said.python.strip()}\n```",
        "## Pitfalls\n\n" + "\n".join(f"- {pitfall}" for pitfall in said.pitfalls) if said.pitfalls else "",
        "## History\n\n"
        + "\n".join(
            f"- {line}"
            for line in (
                f"Version {said.since}: the field is new."
                if said.since > 1
                else "Version 1: the field is there from the first form on.",
                *said.history,
            )
        ),
        "[All fields](index.md)",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _parts(node: Mapping[str, Any], schema: Mapping[str, Any], shown: set[str]) -> Iterator[str]:
    """A table for the parts of a field that is an object, or a list or table of objects; then for theirs."""
    for reference in _references(node):
        if reference in shown:
            continue
        shown.add(reference)
        part = schema["$defs"][reference]
        rows = (f"| `{n}` | {_linked(p)} | {_cell(p['description'])} |" for n, p in part["properties"].items())
        yield "\n".join([f"## {reference}\n", part["description"] + "\n", "| part | type | |", "|---|---|---|", *rows])
        for inner in part["properties"].values():
            yield from _parts(inner, schema, shown)


def _linked(node: Mapping[str, Any]) -> str:
    """The type with links to the tables of its parts, on the same page."""
    said = _type(node)
    for reference in _references(node):
        said = said.replace(reference, f"[{reference}](#{reference.lower()})")
    return said


def _references(node: Mapping[str, Any]) -> Iterator[str]:
    for option in options(node):
        if "$ref" in option:
            yield option["$ref"].rpartition("/")[2]
        for inner in (option.get("items"), option.get("additionalProperties")):
            if isinstance(inner, dict):
                yield from _references(inner)


def _type(node: Mapping[str, Any]) -> str:
    said = [_type_of(option) for option in options(node)]
    return " or ".join(said)


def _type_of(option: Mapping[str, Any]) -> str:
    if "$ref" in option:
        return str(option["$ref"].rpartition("/")[2])
    if "enum" in option:
        return ", ".join(f"`{value}`" for value in option["enum"])
    if option.get("type") == "array":
        return f"list of {_type(option['items'])}"
    if isinstance(option.get("additionalProperties"), dict):
        return f"table of {_type(option['additionalProperties'])}"
    if option.get("format") == "date-time":
        return "instant"
    if option.get("format") == "iri":
        return "address"
    return NAMES.get(option["type"], option["type"])


def _limit(node: Mapping[str, Any]) -> int | None:
    return next((option["maxLength"] for option in options(node) if "maxLength" in option), None)


def _indexes(name: str) -> list[str]:
    keys = (list(index.document["key"]) for index in INDEXES["articles"])
    return [
        " + ".join(f"`{key}`" for key in names) for names in keys if any(key.partition(".")[0] == name for key in names)
    ]


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _example(name: str) -> str:
    """The value of the first example article that has one, long texts and lists cut."""
    articles = example_records()["articles"]
    value = next((article[name] for article in articles if article.get(name) not in (None, [], {}, "")), None)
    if value is None:
        value = next((article[name] for article in articles if name in article), {"topic": "energy", "read": True})
    return json.dumps({name: _cut(value)}, ensure_ascii=False, indent=2)


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_EXAMPLE:
        return value[:LONGEST_EXAMPLE].rstrip() + " …"
    if isinstance(value, list):
        return [_cut(one) for one in value[:LONGEST_LIST]] + (["…"] if len(value) > LONGEST_LIST else [])
    return {name: _cut(one) for name, one in value.items()} if isinstance(value, dict) else value


def files() -> dict[Path, str]:
    """Every file that is generated, whole or in part, with the text that it has to have."""
    found = {DOCS / "article.schema.json": schema_text()}
    found |= {DOCS / "record" / f"{name}.md": text for name, text in pages().items()}
    for path, make in ((DOCS / "record" / "index.md", index), (ROOT / "mkdocs.yml", navigation)):
        found[path] = make(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
