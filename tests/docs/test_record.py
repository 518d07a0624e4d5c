"""The published record: schema, pages and examples say what the code says, and every query on a page runs."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from pymongo import MongoClient

from newscrawl.article import Article
from newscrawl.json_schema import article_schema, example_records
from newscrawl.records import RECORDS
from newscrawl.store.connect import Connection
from newscrawl.store.order import search_fields
from tests.conftest import ROOT
from tests.databases import Databases


def tool(name: str) -> Any:
    """A module of tools/."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # pydantic looks up annotations there
    specification.loader.exec_module(module)
    return module


PAGES = tool("record_pages")
FIELDS = {name: said for fields in PAGES.groups().values() for name, said in fields.items()}
RECORDER = """
const all = {};
for (const [name, example] of Object.entries(EXAMPLES)) {
  const calls = [];
  const cursor = new Proxy({}, {get: (_, name) => (...args) => { calls.push({name, args}); return cursor; }});
  example(new Proxy({}, {get: (_, name) => { calls.push({name, args: []}); return cursor; }}));
  all[name] = calls;
}
return all;
"""
"""Notes what an example calls, with its arguments, in the JavaScript of the server: that of `mongosh`, but for the shell."""


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Any]:
    """The example documents, under the site name that the pages use."""
    with databases.lent() as name, MongoClient(databases.uri, tz_aware=True) as client:
        text = json.dumps(example_records()).replace('"site": "example"', '"site": "unn"')
        for collection, documents in json.loads(text).items():
            for document in documents:
                identity = document.pop("_id")
                model = RECORDS[collection].model_validate(document)
                found_by = search_fields(model, identity) if isinstance(model, Article) else {}
                record = model.model_dump(exclude_unset=True)
                client[name][collection].insert_one({"_id": identity, **record, **found_by})
        client[name]["sequence"].insert_one({"_id": "articles", "last": 9, "settled": 9, "open": []})
        yield client[name]


def test_schema_pages_and_navigation_are_those_of_the_models() -> None:
    stale = [str(path) for path, text in PAGES.files().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run tools/record_pages.py"


def test_every_field_has_a_page_and_every_page_a_field() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "record").glob("*.md")} - {"index"}
    assert FIELDS.keys() == article_schema()["properties"].keys() == pages


async def test_the_examples_are_what_a_crawl_stores_of_our_pages(connection: Connection, tmp_path: Path) -> None:
    recorded = tool("record_examples")
    stored = await recorded.examples(connection, tmp_path / "spool.jsonl")
    assert stored == example_records(), "run tools/record_examples.py"


def test_every_example_for_mongosh_runs_and_uses_an_index(database: Any) -> None:
    examples = ", ".join(f"{name}: (db) => {{ {said.mongosh} }}" for name, said in FIELDS.items())
    function = {"body": f"function() {{ const EXAMPLES = {{{examples}}}; {RECORDER} }}", "args": [], "lang": "js"}
    (noted,) = database.client.admin.aggregate([{"$documents": [{}]}, {"$set": {"calls": {"$function": function}}}])
    scanned = {name: calls for name, calls in noted["calls"].items() if "COLLSCAN" in _plan(database, calls)}
    assert len(noted["calls"]) == len(FIELDS)
    assert scanned == {}


def _plan(database: Any, calls: list[dict[str, Any]]) -> str:
    """Run what an example calls, and give how the server says that it finds the documents."""
    (collection, _), (method, arguments), *further = [(call["name"], _whole(call["args"])) for call in calls]
    if method == "updateOne":
        assert database[collection].update_one(*arguments).matched_count == 1
        return _explained(database, {"find": collection, "filter": arguments[0]})
    if method == "aggregate":
        list(database[collection].aggregate(*arguments))
        return _explained(database, {"aggregate": collection, "pipeline": arguments[0], "cursor": {}})
    if method == "distinct":
        database[collection].distinct(*arguments)
        return _explained(database, {"distinct": collection, "key": arguments[0], "query": arguments[1]})
    assert method in ("find", "findOne"), method
    cursor = database[collection].find(*arguments)
    for name, values in further:
        cursor = cursor.sort(list(values[0].items())) if name == "sort" else cursor.limit(*values)
    list(cursor.clone())
    return json.dumps(cursor.explain(), default=str)


def _explained(database: Any, command: dict[str, Any]) -> str:
    return json.dumps(database.command("explain", command, verbosity="queryPlanner"), default=str)


def _whole(value: Any) -> Any:
    """JavaScript's numbers as those that they are."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if is_whole and not isinstance(value, Int64) else value


@pytest.mark.parametrize("name", FIELDS)
def test_every_example_in_python_runs(name: str, database: Any) -> None:
    _run(FIELDS[name].python, database)


@pytest.mark.parametrize("page", ["consumers.md", "record/index.md"])
def test_every_example_of_the_pages_about_all_fields_runs(page: str, database: Any) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) == 2
    for block in blocks:
        _run(block, database)


def _run(example: str, database: Any) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(example, "an example of the documentation", "exec"), {"db": database})
