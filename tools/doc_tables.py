"""Writes the tables in docs/ that say what the code says: `python tools/doc_tables.py`."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from newscrawl.cli.sites import discovery
from newscrawl.columns import COLUMNS
from newscrawl.crawl.explain import FAILURES
from newscrawl.export.card import KINDS
from newscrawl.metrics.families import FAMILIES
from newscrawl.records import RECORDS
from newscrawl.site import load_sites
from newscrawl.store.schema import INDEXES

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
SCALARS = {str: "text", bool: "yes or no", int: "integer", float: "number", datetime: "instant", Any: "any"}


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments if argument is not type(None))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (list, tuple):
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"table of {_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return SCALARS[annotation]


def _row(name: str, field: FieldInfo) -> str:
    said = (field.description or "").replace("|", r"\|")
    return f"| `{name}` | {_type(field.rebuild_annotation())} | {said} |"


def _table(model: type[BaseModel]) -> str:
    rows = (_row(name, field) for name, field in model.model_fields.items())
    return "\n".join(["| field | type | |", "|---|---|---|", *rows])


def models() -> str:
    """The tables of all collections, each part of a record after the first collection that holds it."""
    shown: list[type[BaseModel]] = []
    blocks = []

    def show(model: type[BaseModel], title: str, below: str = "") -> None:
        shown.append(model)
        said = " ".join((inspect.getdoc(model) or "").split())
        blocks.append(f"{title}\n\n{said}\n\n{_table(model)}{below}")
        for field in model.model_fields.values():
            for part in _parts(field.annotation):
                if part not in shown:
                    show(part, f"### {part.__name__}")

    for name, model in RECORDS.items():
        keys = [", ".join(f"`{key}`" for key in index.document["key"]) for index in INDEXES.get(name, [])]
        below = "\n\nIndexes: `_id`; " + "; ".join(keys) + "." if keys else ""
        show(model, f"## {name}", below)
    return "\n\n".join(blocks)


def reasons() -> str:
    """Every reason of a failure, what it means, and what to do."""
    rows = (f"| `{code}` | {said.means} | {said.remedy} |" for code, said in FAILURES.items())
    return "\n".join(["| reason | what it means | what to do |", "|---|---|---|", *rows])


def shipped_sites() -> str:
    """Every shipped site, by country."""
    sites = sorted(load_sites().values(), key=lambda site: (site.country or "", site.name))
    rows = (
        f"| {site.country} | `{site.name}` | [{site.publisher}]({site.home}) | {', '.join(site.languages)} "
        f"| {discovery(site)} |"
        for site in sites
    )
    return "\n".join(["| country | site | publisher | languages | discovery |", "|---|---|---|---|---|", *rows])


def columns() -> str:
    """Every column of exports."""
    rows = (f"| `{c.name}` | {KINDS[c.kind]} | {'flat' if c.is_flat else ''} | {c.told} |" for c in COLUMNS)
    return "\n".join(["| column | type | | |", "|---|---|---|---|", *rows])


def metrics() -> str:
    """Every metric."""
    parts = {"crawl": "crawls", "schedule": "scheduler", "worker": "workers", "serve": "`serve`", "every": "all"}
    rows = (
        f"| `{family.name}` | {family.kind} | {', '.join(f'`{label}`' for label in family.labels)} "
        f"| {parts[family.part]} | {family.told} |"
        for family in FAMILIES
    )
    return "\n".join(["| metric | kind | labels | of | |", "|---|---|---|---|---|", *rows])


PAGES = {
    "data-model.md": models,
    "export.md": columns,
    "metrics.md": metrics,
    "publishers.md": shipped_sites,
    "troubleshooting.md": reasons,
}


def page_with_tables(name: str) -> str:
    """A page with the tables of today between its two marks."""
    before, _, rest = (DOCS / name).read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{PAGES[name]()}\n\n{END}{after}"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(page_with_tables(page), encoding="utf-8")
