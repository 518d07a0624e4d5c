"""`ai.txt` and `tdmrep.json`: what a publisher says for its whole site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.publisher_policy import policy_address, read_policy, reservation

ARTICLE = "https://example.com/news/bridge-closed"


@pytest.mark.parametrize(
    ("ai_txt", "url", "permission"),
    [
        ("User-Agent: *\nDisallow: /\n", ARTICLE, "disallowed"),
        ("User-Agent: *\nDisallow: *\n", ARTICLE, "disallowed"),
        ("User-Agent: *\nAllow: /\n", ARTICLE, "allowed"),
        # Kinds of files: text is what counts
        ("User-Agent: *\nDisallow: *.txt\nDisallow: *.pdf\nDisallow: *.html\nAllow: *.jpg\n", ARTICLE, "disallowed"),
        ("User-Agent: *\nDisallow: *.jpg\nDisallow: *.mp4\nAllow: *.html\nAllow: *.txt\n", ARTICLE, "allowed"),
        ("User-Agent: *\nDisallow: /\nAllow: *.txt\nAllow: *.html\n", ARTICLE, "allowed"),
        ("User-Agent: *\nDisallow: *.html\n", f"{ARTICLE}.html?page=2", "disallowed"),
        ("User-Agent: *\nDisallow: /archive/\n", ARTICLE, "allowed"),
        # The own group holds alone
        ("User-Agent: *\nDisallow: /\nUser-Agent: newscrawl\nAllow: /\n", ARTICLE, "allowed"),
        # Nothing is said
        ("User-Agent: otherbot\nDisallow: /\n", ARTICLE, None),
        ("# Welcome, machines\n", ARTICLE, None),
        ("<!doctype html><html>User-Agent: *\nDisallow: /</html>", ARTICLE, None),
        ("", ARTICLE, None),
        (None, ARTICLE, None),
    ],
)
def test_an_ai_txt_allows_texts_or_not(ai_txt: str | None, url: str, permission: str | None) -> None:
    assert read_policy(ai_txt, None, "newscrawl").ai(url) == permission


RULES = [
    {"location": "/news/free/", "tdm-reservation": 0, "tdm-policy": "https://example.com/unused"},
    {"location": "/news/*.pdf$", "tdm-reservation": 1},
    {"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://example.com/policy.json"},
]


@pytest.mark.parametrize(
    ("path", "stated"),
    [
        ("/news/a", (True, "https://example.com/policy.json")),
        ("/news/a.pdf", (True, None)),
        ("/news/free/a", (False, None)),
        ("/about", None),
    ],
)
def test_the_first_location_that_matches_holds(path: str, stated: tuple[bool, str | None] | None) -> None:
    rule = read_policy(None, json.dumps(RULES), "newscrawl").tdm(f"https://example.com{path}")
    assert (None if rule is None else (rule.is_reserved, rule.policy)) == stated


@pytest.mark.parametrize(
    "tdmrep",
    [
        "", "no JSON", "[" * 60_000, "null", "4711", '"/"', "[]", "[[]]", "{}", '[{"location": "/"}]',
        '[{"location": 7, "tdm-reservation": 1}]', '[{"location": "/", "tdm-reservation": 2}]',
        '[{"location": "/", "tdm-reservation": null}]', '[{"location": "", "tdm-reservation": 1}]',
    ],
)  # fmt: skip
def test_a_file_that_states_nothing_reserves_nothing(tdmrep: str) -> None:
    assert read_policy(None, tdmrep, "newscrawl").tdm(ARTICLE) is None


@pytest.mark.parametrize(
    "tdmrep", ['{"location": "/", "tdm-reservation": 1}', '[{"location": "/", "tdm-reservation": "1"}]']
)
def test_small_mistakes_of_a_reservation_are_understood(tdmrep: str) -> None:
    rule = read_policy(None, tdmrep, "newscrawl").tdm(ARTICLE)
    assert rule is not None
    assert rule.is_reserved


@pytest.mark.parametrize(
    ("value", "is_reserved"),
    [("1", True), (" 1 ", True), ("1, 1", True), ("0", False), (1, True), (True, True), ("yes", None), (None, None), (2, None), ([1], None)],
)  # fmt: skip
def test_a_reservation_is_one_or_zero(value: Any, is_reserved: bool | None) -> None:
    assert reservation(value) is is_reserved


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" https://example.com/policy.json ", "https://example.com/policy.json"),
        ("javascript:alert(1)", None),
        ("/policy.json", None),
        ("https://example.com/\x1b[31m", None),
        ("https://example.com/" + "a" * 3000, None),
        (7, None),
    ],
)
def test_a_policy_is_an_address(value: Any, address: str | None) -> None:
    assert policy_address(value) == address


@given(st.text(max_size=200), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_text_is_read(ai_txt: str, value: Any) -> None:
    rules = [{"location": value, "tdm-reservation": 1}, {"location": ai_txt, "tdm-reservation": value}, value]
    policy = read_policy(ai_txt, json.dumps(rules), "newscrawl")
    assert policy.ai(ARTICLE) in ("allowed", "disallowed", None)
    policy.tdm(ARTICLE)
