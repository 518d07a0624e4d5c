"""`newscrawl demo`, as a new user sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.fixture(scope="module")
def shown(newscrawl_of_module: Any) -> tuple[str, str]:
    """What two runs of the demo print."""
    return newscrawl_of_module("demo"), newscrawl_of_module("demo")


def number(output: str, name: str) -> int:
    """The number beside a name in the summary."""
    found = re.search(rf"^\s*{re.escape(name)}\s+(\d+)", output, re.M)
    assert found is not None, f"{name} is not in\n{output}"
    return int(found[1])


def test_the_first_run_stores_the_whole_site_once(shown: tuple[str, str]) -> None:
    assert number(shown[0], "new") == number(shown[0], "stored") == 303
    assert number(shown[0], "duplicates refused") > 0


def test_what_failed_is_told_with_its_reason(shown: tuple[str, str]) -> None:
    for output in shown:
        assert number(output, "failed") == 5
        for reason in ("empty-body", "http-404", "http-500", "no-headline", "robots-forbidden"):
            assert number(output, reason) == 1


def test_a_second_run_stores_nothing_new_and_says_so(shown: tuple[str, str]) -> None:
    assert number(shown[1], "new") == 0
    assert number(shown[1], "stored") == 303
    assert number(shown[1], "unchanged") > 0
    assert "stored nothing new" in shown[1]
    assert "stored nothing new" not in shown[0]


def test_one_article_is_printed_in_full(shown: tuple[str, str], newscrawl_of_module: Any) -> None:
    address = re.search(r"^address\s+(http\S+)$", shown[0], re.M)
    assert address is not None
    [article] = newscrawl_of_module.documents("articles", url=address[1])
    printed = " ".join(shown[0].split())
    for section in article["sections"]:
        for text in (section["heading"], *section["paragraphs"]):
            assert not text or " ".join(text.split()) in printed


def test_the_commands_that_it_recommends_work(shown: tuple[str, str], newscrawl_of_module: Any) -> None:
    commands = re.findall(r"^  newscrawl (articles .*|failures .*|runs .*)$", shown[0], re.M)
    assert len(commands) == 3
    for command in commands:
        assert newscrawl_of_module(*command.split()).strip()
