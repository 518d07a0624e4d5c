"""`newscrawl sites list` and `sites show`: what there is, and how it was when it was last looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from newscrawl.cli import sites as command
from newscrawl.cli.sites import discovery
from newscrawl.replica import Replica, serve, site_file
from newscrawl.site import load_sites
from newscrawl.store.last_health import LastHealth
from tests.conftest import Newscrawl

SITES = load_sites()
HEALTH = {
    "20min": LastHealth("degraded", datetime(2026, 11, 28, 3, 20, tzinfo=UTC)),
    "unn": LastHealth("ok", datetime(2026, 11, 27, 23, 5, tzinfo=UTC)),
}


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Newscrawl) -> Iterator[Newscrawl]:
    """The command, after a crawl."""
    with serve(Replica(articles=6)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url))
        newscrawl_of_module("crawl", "replica", "--limit", "1")
        yield newscrawl_of_module


def test_the_list_shows_how_the_last_crawl_ended_without_a_database(crawled: Newscrawl) -> None:
    crawled.environment["NEWSCRAWL_MONGO_URI"] = "mongodb://127.0.0.1:9"  # nothing answers there
    told = {site["name"]: site["health"] for site in crawled.json("sites", "list")}
    assert told["replica"]["state"] == "ok"
    assert told["unn"] is None


def test_the_list_is_of_a_country_and_a_language(newscrawl: Newscrawl) -> None:
    head, *rows = newscrawl("sites", "list", "--country", "ch", "--language", "fr").splitlines()
    assert head.split()[:5] == ["site", "publisher", "country", "languages", "discovery"]
    assert [row.split() for row in rows] == [
        ["20min", "20", "Minuten", "CH", "de-CH", "fr-CH", "2", "sitemaps"],
    ]
    code, _, errors = newscrawl.run("sites", "list", "--country", "ch", "--language", "ja")
    assert code == 4
    assert "no site of ch is in the language 'ja'; there are de-CH, fr-CH" in errors


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ria", "1 feed, 1 archive"),
        ("20min", "2 sitemaps"),
        ("pravda", "3 listings, 1 feed, 1 sitemap, 1 archive"),
    ],
)
def test_discovery_is_counted_by_kind(name: str, said: str) -> None:
    assert discovery(SITES[name]) == said


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (80, ["site", "country", "languages", "discovery", "health"]),
        (100, ["site", "publisher", "country", "languages", "discovery", "health"]),
        (120, ["site", "publisher", "country", "languages", "discovery", "last health (UTC)"]),
        (160, ["site", "publisher", "country", "languages", "discovery", "last health (UTC)"]),
    ],
)
def test_each_site_has_one_line_on_any_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, columns: list[str]
) -> None:
    monkeypatch.setattr(command, "out", Console(width=width, force_terminal=True))
    head, rows = command._table(list(SITES.values()), HEALTH)
    assert head == columns
    assert len(rows) == len(SITES)
    widest = [max(map(cell_len, column)) for column in zip(head, *rows, strict=True)]
    assert sum(widest) + 2 * (len(widest) - 1) <= width
    assert {row[0]: row[-1].split()[0] for row in rows if row[-1]} == {"20min": "degraded", "unn": "ok"}
    assert [row[0] for row in rows] == list(SITES), "names are whole: they are copied into the next command"


def test_a_site_is_shown_line_by_line(newscrawl: Newscrawl) -> None:
    lines = newscrawl("sites", "show", "bbc").splitlines()
    assert "publisher  BBC" in lines
    assert sum(r"bbc\.(?:co\.uk|com)" in line for line in lines if "pattern" not in line) == 2
    assert "edition    en (en-GB)" in lines
    assert "  sitemap  https://www.bbc.co.uk/sitemaps/https-index-uk-news.xml" in lines


def test_what_is_kept_lies_in_the_data_folder(crawled: Newscrawl) -> None:
    assert {path.name for path in Path(crawled.data, "health").iterdir()} == {"replica"}
