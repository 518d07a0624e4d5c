"""`newscrawl articles export` and `newscrawl notebook`, as people use them."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas
import pytest
import typer
from pymongo import MongoClient

from newscrawl.cli import export as command
from newscrawl.columns import COLUMNS
from newscrawl.export.notebook import CELLS
from newscrawl.store.connect import connect
from newscrawl.store.schema import apply_schema
from tests.conftest import ROOT, Newscrawl
from tests.stored_articles import START, article, store, store_articles

ARTICLES = 30


@pytest.fixture(scope="module")
def newscrawl(newscrawl_of_module: Newscrawl) -> Newscrawl:
    """The command, with some articles of January 2025."""

    async def fill() -> None:
        assert newscrawl_of_module.uri
        folder = newscrawl_of_module.folder
        connection = await connect(newscrawl_of_module.uri, folder=folder, database=newscrawl_of_module.database)
        await apply_schema(connection)
        await store_articles(connection, folder, ARTICLES)
        await connection.close()

    asyncio.run(fill())
    return newscrawl_of_module


def change(newscrawl: Newscrawl, number: int, days: int) -> None:
    """Let the text of an article change, and another article be merged into it."""

    async def write() -> None:
        assert newscrawl.uri
        connection = await connect(newscrawl.uri, folder=newscrawl.folder, database=newscrawl.database)
        changed = article(number, headline=f"Another headline {days}")
        await store(connection, newscrawl.folder, [changed], now=START + timedelta(days=days))
        await connection.close()

    asyncio.run(write())


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "_manifest.json").read_text()))


def test_an_export_is_whole_and_its_manifest_tells_every_file(newscrawl: Newscrawl) -> None:
    said = newscrawl("articles", "export", "whole")
    folder = newscrawl.folder / "whole"
    told = manifest(folder)
    assert said.startswith(f"{ARTICLES} articles in {len(told['files'])} files")
    assert told["rows"] == ARTICLES == sum(file["rows"] for file in told["files"])
    assert {file["path"] for file in told["files"]} == {
        str(path.relative_to(folder)) for path in folder.rglob("*.parquet")
    }
    for file in told["files"]:
        content = (folder / file["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    table = pandas.read_parquet(folder / "data")
    stored = newscrawl.documents("articles")
    assert {(row.id, row.seq) for row in table.itertuples()} == {(d["_id"], d["seq"]) for d in stored}
    assert (told["min_seq"], told["max_seq"]) == (table.seq.min(), table.seq.max())
    assert told["next_after_seq"] == told["max_seq"]
    assert "| `published_at` | instant, UTC |" in (folder / "README.md").read_text()
    assert [path.name for path in newscrawl.folder.glob(".*.part")] == []


def test_further_exports_bring_what_is_new_and_the_newest_row_holds(newscrawl: Newscrawl) -> None:
    newscrawl("articles", "export", "more", "--site", "unn", "--fields", "url,headline")
    first = manifest(newscrawl.folder / "more")
    assert "nothing has come since" in newscrawl("articles", "export", "more", "--incremental")
    change(newscrawl, 5, 3)
    change(newscrawl, 3, 3)  # of another site
    told = newscrawl.json("articles", "export", "more", "--incremental")
    assert (told["rows"], told["fields"]) == (first["rows"] + 1, ["id", "seq", "url", "headline"])
    assert [run["after_seq"] for run in told["exports"]] == [0, first["next_after_seq"]]
    table = pandas.read_parquet(newscrawl.folder / "more" / "data")
    rows = table[table.id == article(5).id].sort_values("seq")
    assert list(rows.headline)[-1] == "Another headline 3"
    assert len(rows) == 2
    assert "cannot" not in newscrawl("articles", "export", "more", "--incremental")


def test_a_folder_that_holds_an_export_is_not_written_over_unasked(newscrawl: Newscrawl) -> None:
    newscrawl("articles", "export", "twice", "--site", "asahi")
    code, _, said = newscrawl.run("articles", "export", "twice")
    assert code == 2
    assert "--incremental" in said
    assert "--replace" in said
    code, _, said = newscrawl.run("articles", "export", "twice", "--incremental", "--site", "unn")
    assert code == 2
    assert "with the filters, columns and format that the folder was begun with" in said
    newscrawl("articles", "export", "twice", "--replace", "--format", "csv.gz")
    [file] = manifest(newscrawl.folder / "twice")["files"]
    assert [path.name for path in (newscrawl.folder / "twice" / "data").iterdir()] == [Path(file["path"]).name]
    text = gzip.decompress((newscrawl.folder / "twice" / file["path"]).read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == ARTICLES == file["rows"]


def test_lines_on_stdout_are_the_rows_and_nothing_else(newscrawl: Newscrawl) -> None:
    code, lines, said = newscrawl.run("articles", "export", "-", "--language", "uk", "--format", "jsonl")
    rows = [json.loads(line) for line in lines.splitlines()]
    assert code == 0
    assert {row["language"] for row in rows} == {"uk"}
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert f"{len(rows)} articles; for what comes after them: --after-seq " in said
    after = said.split()[-1]
    assert newscrawl("articles", "export", "-", "--language", "uk", "--after-seq", after, code=4) == ""


def test_merged_articles_are_in_an_export_and_say_where_they_went(newscrawl: Newscrawl) -> None:
    gone = {"_id": "t" * 32, "url": "https://asahi.example/t", "site": "asahi", "headline": "Twice", "seq": 1}
    gone |= {"status": "merged", "merged_into": article(3).id, "changed_at": START, "first_seen_at": START}
    with MongoClient(newscrawl.uri) as client:
        client[newscrawl.database]["tombstones"].insert_one(gone)
    lines = newscrawl("articles", "export", "-", "--status", "merged", "--fields", "status,merged_into")
    assert json.loads(lines) == {"id": "t" * 32, "seq": 1, "status": "merged", "merged_into": article(3).id}
    with MongoClient(newscrawl.uri) as client:
        client[newscrawl.database]["tombstones"].delete_one({"_id": gone["_id"]})


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("out", "--format", "parkett"), 2, "did you mean parquet?"),
        (("out", "--fields", "headlin"), 2, "did you mean headline?"),
        (("out", "--by", "week"), 2, "none of day, month, site"),
        (("-", "--format", "parquet"), 2, "Parquet is written into a folder"),
        (("-", "--incremental"), 2, "--incremental needs a folder"),
        (("out", "--text", "x"), 2, "--text"),
        (("out", "--query", "nosuchword"), 4, "no article fulfils this"),
        ((".", "--site", "unn"), 2, "and no export"),
    ],
)
def test_what_cannot_be_done_is_told(newscrawl: Newscrawl, words: tuple[str, ...], code: int, told: str) -> None:
    got, _, said = newscrawl.run("articles", "export", *words)
    assert (got, told in said) == (code, True), said
    assert not (newscrawl.folder / "out").exists()


def test_a_database_of_an_earlier_version_is_not_exported_as_if_it_were_empty(newscrawl: Newscrawl) -> None:
    with MongoClient(newscrawl.uri) as client:
        forms = client[newscrawl.database]["forms"]
        kept = forms.find_one_and_delete({"_id": "articles"})
        code, _, said = newscrawl.run("articles", "export", "-")
        forms.insert_one(kept or {})
    assert (code, "`newscrawl db init` converts them" in said) == (2, True)


def test_without_pyarrow_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(typer.Exit):
        command._want_pyarrow()
    assert "pip install 'newscrawl[export]'" in capsys.readouterr().err.replace("\n", " ")


def test_the_analysis_and_the_recipes_of_the_pages_run_over_an_export(newscrawl: Newscrawl) -> None:
    newscrawl("articles", "export", "news")
    newscrawl("notebook", "news")
    folder = newscrawl.folder / "news"
    assert newscrawl.run("notebook", "news")[0] == 2, "it may have been changed"
    cells = json.loads((folder / "analysis.ipynb").read_text())["cells"]
    assert [("".join(cell["source"]), cell["cell_type"]) for cell in cells] == [(c.text, c.kind) for c in CELLS]
    environment = newscrawl.environment | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(newscrawl.folder / "hf")}
    program = "import os, runpy\nrunpy.run_path('analysis.py')\nos.chdir('..')\n"
    for page in ("analysis.md", "export.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        program += "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Politics" in done.stdout
