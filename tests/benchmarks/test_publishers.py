"""The shipped site files on real pages of their publishers: none makes a page worse."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from newscrawl.site import load_sites

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SITES = load_sites()


@pytest.fixture(scope="module")
def publishers() -> ModuleType:
    """The script as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return import_module("publishers")


def test_site_files_recognise_real_articles_and_make_none_worse(publishers: ModuleType, shared: Path) -> None:
    pages = list(publishers.reports(shared, SITES))
    assert len({page.site for page in pages}) >= 70
    assert [page.url for page in pages if page.is_article is False] == []
    assert {page.url: page.worse for page in pages if page.worse} == {}
    assert {page.site for page in pages if page.better} >= {"dw", "hankookilbo", "ntv-tr"}


def test_links_of_home_pages_that_are_no_stories_are_no_articles(publishers: ModuleType, shared: Path) -> None:
    links = publishers.home_page_links(shared, SITES)
    wrong = [url for site, url, is_story in links if not is_story and site.is_article(url)]
    assert len(links) >= 20
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize(
    ("published", "points"),
    [("2026-05-13T15:44:30+02:00", 100.0), ("2026-05-13T13:44:00+00:00", 0.0), ("2026-05-13", 0.0)],
)
def test_a_label_without_a_zone_is_what_the_page_prints(
    publishers: ModuleType, shared: Path, published: str, points: float
) -> None:
    label = {"published": "2026-05-13", "published_time": "2026-05-13 15:44:00"}
    assert publishers.scores(label, {"published": published}, shared)["60 s"] == points
