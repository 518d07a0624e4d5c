"""Links of home pages: stories and everything else."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.extract.links import is_story


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Bridge closed after cracks are found in two piers", "/news/2025/01/06/bridge-closed-after-cracks-are-found"),
        (
            "City closes its most used bridge, ferries run free of charge",
            "https://example.com/city/article_7559b76a-1010-11ed-b22a-d.html",
        ),
        ("Read more", "https://example.com/city/bridge-closed-after-cracks-are-found-in-two-piers-4711123.html"),
        (
            "Рада ухвалила закон про мости: що зміниться",
            "https://example.ua/news/rada-ukhvalyla-zakon-pro-mosty-shcho-zminytsia",
        ),
    ],
)
def test_stories(text: str, address: str) -> None:
    assert is_story(text, address, base="https://example.com/")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("About us", "/about-us"),
        ("Politics", "/politics"),
        ("Sign up for our newsletter", "/newsletters/morning-briefing"),
        ("Privacy Policy", "https://example.com/privacy-policy"),
        ("Follow us on Facebook", "https://www.facebook.com/example"),
        ("Jane Doe", "/author/jane-doe"),
        ("January 2025", "/2025/01/"),
        ("Home", "/"),
        ("Menu", "#menu"),
        ("Write to us", "mailto:news@example.com"),
        ("Broken", "http://[broken"),
    ],
)
def test_everything_else(text: str, address: str) -> None:
    assert not is_story(text, address, base="https://example.com/")


def test_labelled_links_are_told_apart(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "data/bench/links/truth.jsonl").read_text().splitlines()]
    told = [(is_story(row["text"], row["url"]), row["is_story"]) for row in rows]
    right, wrong = sum(a and b for a, b in told), sum(a != b for a, b in told)
    assert 2 * right / (2 * right + wrong) >= 0.95


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=80))
def test_any_link_is_answered(text: str, address: str) -> None:
    assert is_story(text, address, base="https://example.com/") in {True, False}
