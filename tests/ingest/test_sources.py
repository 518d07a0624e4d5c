"""Which files are ingested, and where the addresses of saved pages come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from newscrawl.ingest.sources import NoSource, find_sources, read_addresses
from newscrawl.ingest.state import state_of

URL = "https://example.com/news/1"


def test_a_folder_gives_its_files_in_order_and_leaves_others_alone(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.warc.gz", "a.html", "b/1.HTM", "c.warc", "notes.txt", "picture.png", "index.sqlite"):
        (tmp_path / name).write_text("x")
    found = list(find_sources([tmp_path], {}))
    assert [(str(one.path.relative_to(tmp_path)), one.kind) for one in found] == [
        ("a.html", "html"),
        ("b/1.HTM", "html"),
        ("b/2.warc.gz", "warc"),
        ("c.warc", "warc"),
    ]


def test_a_named_file_is_known_by_how_it_begins(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("WARC/1.0\r\n")
    (tmp_path / "page").write_text("<html>")
    assert [one.kind for one in find_sources([tmp_path / "records", tmp_path / "page"], {})] == ["warc", "html"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSource, match=r"missing\.html: there is no such file"):
        list(find_sources([tmp_path / "missing.html"], {}))


@pytest.mark.parametrize(
    "line",
    [f"b/a.html\t{URL}", f"b/a.html,{URL}", f'{{"file": "b/a.html", "url": "{URL}"}}', f"a.html\t{URL}"],
)
def test_a_list_names_the_addresses_of_pages(tmp_path: Path, line: str) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.html").write_text("<html>")
    (tmp_path / "list").write_text(f"{line}\n\n")
    [found] = find_sources([tmp_path], read_addresses(tmp_path / "list"))
    assert found.url == URL


def test_names_of_the_columns_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"file,url\na.html,{URL}\n")
    assert read_addresses(tmp_path / "list.csv") == {"a.html": URL}


def test_a_line_that_is_no_address_is_named(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"a.html\t{URL}\nb.html\tnowhere\n")
    with pytest.raises(NoSource, match="line 2"):
        read_addresses(tmp_path / "list")


@pytest.mark.parametrize("name", ["a.html.url", "a.url"])
def test_a_file_beside_the_page_holds_its_address(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.html").write_text("<html>")
    (tmp_path / name).write_text(f"{URL}\n")
    [found] = find_sources([tmp_path / "a.html"], {})
    assert found.url == URL


def test_a_file_that_has_grown_goes_on_and_another_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(bytes(100))
    first = state_of(path, None, None).model_copy(update={"position": "80"})
    assert state_of(path, None, first) == first
    path.write_bytes(bytes(150))
    assert state_of(path, None, first).position == "80"
    path.write_bytes(bytes(50))
    assert state_of(path, None, first).position == "0"
