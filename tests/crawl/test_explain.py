"""Every reason that the code gives has its sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import newscrawl
from newscrawl.crawl.explain import FAILURES, REMARKS, explain

PACKAGE = Path(newscrawl.__file__).parent
CALLS = {
    *("Refused", "Broken", "TooSlow", "CodingError", "NotAnArticle", "ReadingFailed", "Unreadable", "NotXml"),
    *("RobotsRefused", "record_failure", "_failure", "remark"),
}
"""What is called with a reason."""
CODE = re.compile(r"[a-z]{3,}(?:-[a-z0-9]+)*")
NO_REASONS = {"discover", "fetch", "read", "store"}
"""Stages, which stand beside reasons."""


def reasons_given() -> Iterator[str]:
    """Every literal that the crawler's code gives as a reason: to one of the calls, to a list of remarks, in a table."""
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name in ("proposal", "repair", "runs", "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                is_remark = name == "append" and "remarks" in ast.unparse(node.func)
                if name in CALLS or is_remark:
                    yield from _literals(node.args)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                if targets.endswith(("remarks", ".reason")) or targets == "_BY_EXCEPTION":
                    yield from _literals([node.value])


def _literals(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
                yield part.value


def test_every_reason_that_is_given_has_its_sentence() -> None:
    given = set(reasons_given()) - NO_REASONS
    assert len(given) > 40
    assert given - FAILURES.keys() - REMARKS.keys() == set()


def test_every_sentence_is_one_and_says_what_to_do() -> None:
    for reason, (means, remedy) in {**FAILURES, **REMARKS}.items():
        assert means.endswith("."), reason
        assert remedy.endswith("."), reason
        assert "NEWSCRAWL_" not in remedy or re.search(r"NEWSCRAWL_[A-Z_]+", remedy), reason


def test_every_setting_that_a_sentence_names_is_one() -> None:
    from newscrawl.settings import Settings

    text = " ".join(part for known in (*FAILURES.values(), *REMARKS.values()) for part in known)
    assert {name.lower() for name in re.findall(r"NEWSCRAWL_([A-Z_]+)", text)} <= Settings.model_fields.keys()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("http-404", "404 (Not Found): it has no such page"),
        ("http-403", "403 (Forbidden)"),
        ("http-503", "503 (Service Unavailable): it failed"),
        ("http-418", "refuses the request"),
        ("http-599", "599: it failed"),
        ("of-tomorrow", "another release"),
    ],
)
def test_statuses_and_unknown_codes_are_explained_too(reason: str, said: str) -> None:
    assert said in explain(reason).means
