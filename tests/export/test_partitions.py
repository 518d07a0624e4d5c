"""Rows to Parquet files by site and day, in bounded memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from newscrawl.columns import COLUMNS
from newscrawl.export import partitions
from newscrawl.export.partitions import Partitions


def document(number: int, **changes: Any) -> dict[str, Any]:
    at = datetime(2026, 1, 1) + timedelta(hours=number)
    return {
        "_id": f"{number:032}",
        "seq": number + 1,
        "site": "unn" if number % 3 else "bbc",
        "headline": f"Headline {number}",
        "body": "word " * 200,
        "published": {"at": at},
        "first_seen_at": at,
        **changes,
    }


def write(folder: Path, documents: list[dict[str, Any]], **options: Any) -> Partitions:
    writer = Partitions(folder, COLUMNS, "articles-0-9-abcdef", **options)
    for begin in range(0, len(documents), 50):
        writer.write(documents[begin : begin + 50])
    writer.close()
    return writer


def test_a_file_holds_the_articles_of_one_site_and_day(tmp_path: Path) -> None:
    write(tmp_path, [document(number) for number in range(48)])
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))
    assert files == [
        f"site={site}/date=2026-01-0{day}/articles-0-9-abcdef.parquet" for site in ("bbc", "unn") for day in (1, 2)
    ]
    table = pandas.read_parquet(tmp_path)
    assert len(table) == 48
    days = table.published_at.dt.strftime("%Y-%m-%d")
    assert (days == table.date.astype(str)).all()
    assert (table.site.astype(str) == table.site_name).all()


def test_an_article_without_a_date_lies_at_the_day_of_its_first_fetch(tmp_path: Path) -> None:
    undated = [
        document(1, published=None),
        document(2, published={"at": None}),
        document(3, published=None, first_seen_at=None),
    ]
    write(tmp_path, undated)
    assert {path.parent.name for path in tmp_path.rglob("*.parquet")} == {"date=2026-01-01", "date=1970-01-01"}


@pytest.mark.parametrize(("by", "shape"), [("month", "site=bbc/month=2026-01"), ("site", "site=bbc")])
def test_files_of_a_month_or_of_a_site_are_larger(tmp_path: Path, by: partitions.By, shape: str) -> None:
    writer = write(tmp_path, [document(number) for number in range(48)], by=by)
    assert len(writer.files) == 2
    assert (tmp_path / shape / "articles-0-9-abcdef.parquet").is_file()


def test_the_tale_of_each_file_is_true(tmp_path: Path) -> None:
    writer = write(tmp_path, [document(number) for number in range(30)])
    assert sum(file.rows for file in writer.files) == 30
    for file in writer.files:
        content = (tmp_path / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        seqs = pq.read_table(tmp_path / file.path).column("seq").to_pylist()
        assert (file.min_seq, file.max_seq, file.rows) == (min(seqs), max(seqs), len(seqs))


def test_what_waits_is_bounded_and_every_row_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "CHUNK", 50_000)
    monkeypatch.setattr(partitions, "HELD", 200_000)
    documents = [document(number * 7 % 1000) for number in range(1000)]
    writer = write(tmp_path, documents)
    assert writer._held_bytes <= 400_000
    rows = pyarrow.dataset.dataset(tmp_path, partitioning="hive").to_table().to_pylist()
    assert Counter(row["id"] for row in rows) == Counter(one["_id"] for one in documents)
    assert len(writer.files) > len({Path(file.path).parent for file in writer.files}), "days that came again"


def test_every_file_has_the_same_schema_whether_it_has_few_rows_or_many(tmp_path: Path) -> None:
    write(tmp_path, [document(0)] + [document(number, site="unn") for number in range(1, 24) for _ in range(9)])
    schemas = {str(pq.read_schema(path)) for path in tmp_path.rglob("*.parquet")}
    assert len(schemas) == 1
    assert sorted(pq.read_metadata(path).num_rows for path in tmp_path.rglob("*.parquet")) == [1, 207]


def test_a_name_of_a_site_leads_to_no_other_folder(tmp_path: Path) -> None:
    write(tmp_path / "out", [document(1, site="../../etc"), document(2, site=None)])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"site=..%2F..%2Fetc", "site=unknown"}


def test_while_they_are_written_files_have_another_ending(tmp_path: Path) -> None:
    writer = write(tmp_path, [document(1)], suffix=".part")
    assert [path.suffix for path in tmp_path.rglob("articles*")] == [".part"]
    assert writer.files[0].path.endswith(".parquet")
