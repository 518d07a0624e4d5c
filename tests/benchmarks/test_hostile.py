"""How the benchmark of the hostile server makes sites of its cases, and reads its score."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newscrawl.site import parse_site

ORIGIN = "http://127.0.0.1:20000"


@pytest.fixture
def torture(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module under test, which stands beside the package."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    return import_module("torture")


def case(name: str, category: str, path: str) -> dict[str, Any]:
    """A case as the server tells of it."""
    return {"id": name, "category": category, "path": path}


def sites(torture: ModuleType, *cases: dict[str, Any]) -> dict[str, Any]:
    """The sites of cases, checked as newscrawl checks site files."""
    found = torture.sites_of(cases, ORIGIN)
    return {name: parse_site(tomllib.loads(text), Path(f"{name}.toml")) for name, text in found.items()}


def test_the_cases_of_a_category_are_one_site_with_their_listing(torture: ModuleType) -> None:
    found = sites(torture, case("a", "bomb", "/c/a"), case("b", "bomb", "/c/b"))
    assert found["hostile-bomb"].editions[0].listings == (f"{ORIGIN}/?only=bomb",)
    assert found["hostile-bomb"].is_article(f"{ORIGIN}/c/a")
    assert not found["hostile-bomb"].is_article(f"{ORIGIN}/home")


def test_a_case_with_an_origin_of_its_own_is_a_site_of_its_own(torture: ModuleType) -> None:
    found = sites(torture, case("a", "status", "/c/a"), case("host-429", "status", "http://127.0.0.1:20004/"))
    assert found.keys() == {"hostile-status", "host-429"}
    assert found["host-429"].owns("http://127.0.0.1:20004/article/1")
    assert not found["host-429"].owns(f"{ORIGIN}/c/a")


def test_feeds_and_sitemaps_are_read_as_what_they_are(torture: ModuleType) -> None:
    found = sites(torture, case("rss", "feed", "/c/rss"), case("map", "feed", "/sm/map.xml"))
    edition = found["hostile-feed"].editions[0]
    assert (edition.feeds, edition.sitemaps, edition.listings) == (
        (f"{ORIGIN}/c/rss",),
        (f"{ORIGIN}/sm/map.xml",),
        (),
    )


def test_a_trap_is_walked_as_a_listing_too(torture: ModuleType) -> None:
    found = sites(torture, case("maze", "trap", "/c/maze"))
    assert found["hostile-trap"].editions[0].listings == (f"{ORIGIN}/?only=trap", f"{ORIGIN}/c/maze")


def test_only_a_case_that_must_hold_fails(torture: ModuleType) -> None:
    row = {"category": "bomb", "why": ["one", "two"]}
    scored = {
        "a": row | {"ok": True, "severity": "must", "why": []},
        "b": row | {"ok": False, "severity": "must"},
        "c": row | {"ok": False, "severity": "should"},
        "d": row | {"ok": None, "severity": "must"},
    }
    words = [(verdict.case, verdict.word, verdict.why) for verdict in torture.verdicts_of(scored)]
    assert words == [("a", "pass", ""), ("b", "FAIL", "one; two"), ("c", "warn", "one; two"), ("d", "n/a", "one; two")]
