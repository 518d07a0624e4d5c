"""`newscrawl sites check`: what a site's pages have lost, by its own past, and the rule that reads it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Newscrawl, Website

NAMES = {"harbour": "Ann Bell", "library": "Cy Dee", "station": "Eve Fox", "theatre": "Gus Hay", "market": "Ida Jones"}


def page(place: str, *, new: bool) -> str:
    text = "".join(
        f"<p>The {place} was opened again on day {day}, after years of work that had cost the town a lot of money.</p>"
        for day in range(1, 6)
    )
    if new:
        signed = f'<aside class="Story_meta__Zk3Qa"><i class="Story_pen__aB12x">{NAMES[place]}</i></aside>'
    else:
        signed = f'<p class="byline">By <a rel="author">{NAMES[place]}</a></p>'
    return f"<html><body><article><h1>The {place} of the town is open again</h1>{signed}{text}</article></body></html>"


@pytest.fixture(scope="module")
def site(newscrawl_of_module: Newscrawl) -> Iterator[Website]:
    """A site that was crawled, and has another layout since."""
    site = Website("", {})
    site.start()
    newscrawl_of_module.environment["NEWSCRAWL_ALLOW_HOSTS"] = "127.0.0.1"
    newscrawl_of_module.add_site("town", site.site_file())
    for place in NAMES:
        site.pages[f"/news/{place}"] = (200, page(place, new=False))
    site.listing(*NAMES)
    newscrawl_of_module("crawl", "town", "--no-revisits", "--archive")
    for place in NAMES:
        site.pages[f"/news/{place}"] = (200, page(place, new=True))
    yield site
    site.stop()


@pytest.fixture(scope="module")
def check(newscrawl_of_module: Newscrawl, site: Website) -> dict[str, Any]:
    """What the check says of the new layout."""
    checks = newscrawl_of_module.json("sites", "check", "town", code=3)
    assert isinstance(checks[0], dict)
    return checks[0]


def test_a_field_that_the_new_layout_hides_is_lost_and_no_other(check: dict[str, Any]) -> None:
    assert check["lost"] == ["authors"]


def test_the_last_good_sample_stands_beside_the_bad_one(check: dict[str, Any]) -> None:
    field = next(field for field in check["fields"] if field["field"] == "authors")
    assert field["good"]["value"] in NAMES.values()
    assert field["good"]["url"] == field["bad"]["url"]
    assert field["bad"]["value"] is None


def test_the_rule_that_is_offered_names_the_place_of_the_known_values(check: dict[str, Any]) -> None:
    (offer,) = check["suggestions"]
    assert offer["is_offered"]
    assert "Story_pen__" in offer["rule"]["css"]
    assert offer["right"] == offer["tried"] > 1


def test_the_rule_is_tried_on_the_archived_pages_before_it_is_offered(check: dict[str, Any]) -> None:
    (offer,) = check["suggestions"]
    assert (offer["archived"], offer["spoils"]) == (len(NAMES), None)


def test_robots_txt_is_asked_for_before_anything_else(site: Website, check: dict[str, Any]) -> None:
    assert check["pages"]
    assert "/robots.txt" in site.requests


def test_a_rule_that_is_applied_mends_the_site(newscrawl_of_module: Newscrawl, check: dict[str, Any]) -> None:
    refused = newscrawl_of_module.run("sites", "check", "town", "--apply")
    assert (refused[0], "--yes" in refused[2]) == (2, True)
    newscrawl_of_module("sites", "check", "town", "--apply", "--yes", code=3)
    assert "Story_pen__" in (newscrawl_of_module.folder / "sites" / "town.toml").read_text(encoding="utf-8")
    mended = newscrawl_of_module.json("sites", "check")
    assert [(one["site"], one["lost"]) for one in mended] == [("town", [])]
