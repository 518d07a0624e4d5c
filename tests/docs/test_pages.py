"""The documentation as a whole: every page is reached, and every command that a text names is one."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.conftest import ROOT
from tests.docs.console import mentions_of, steps_of

TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "newscrawl").rglob("*.py"))]


@lru_cache(maxsize=1)
def program() -> Any:
    from newscrawl.cli.main import app

    return typer.main.get_command(app)


def problem_of(line: str) -> str | None:
    """What is wrong with a command line: a word that is no command, or an option that the command does not have."""
    command = program()
    context = command.make_context("newscrawl", [], resilient_parsing=True)
    words = shlex.split(re.sub(r"[<>|&].*", "", line), comments=True)[1:]
    while words and hasattr(command, "get_command") and not words[0].startswith("-"):
        word = words.pop(0)
        if "…" in word:
            return None
        _, command, _ = command.resolve_command(context, [word])
        if command is None:
            return f"{word} is no command"
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    known = {name for option in command.get_params(context) for name in (*option.opts, *option.secondary_opts)}
    strange = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known | {"--help"}]
    return f"{strange[0]} is no option" if strange else None


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_text_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = (
        mentions_of(text) + re.findall(r"^ {4}(newscrawl .*)$", text, re.M)
        if path.suffix == ".md"
        else mentions_of(text)
    )
    wrong = {line: problem for line in lines if (problem := problem_of(line))}
    assert wrong == {}


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_every_command_of_a_page_is_there(page: Path) -> None:
    lines = [step.line for step in steps_of(page) if step.line.startswith("newscrawl ")]
    assert {line: problem for line in lines if (problem := problem_of(line))} == {}


def test_the_site_of_the_documentation_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    navigation = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert {page for page in pages if f'href="{page}/"' not in navigation} == set(), "pages that no menu names"


@pytest.mark.parametrize("name", ["data-model.md", "export.md", "metrics.md", "publishers.md", "troubleshooting.md"])
def test_the_tables_of_a_page_say_what_the_code_says(name: str) -> None:
    specification = importlib.util.spec_from_file_location("doc_tables", ROOT / "tools" / "doc_tables.py")
    assert specification is not None
    assert specification.loader is not None
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == tool.page_with_tables(name), "run tools/doc_tables.py"


def messages() -> str:
    """Every text in the package, with `…` where something is filled in."""
    found = []
    for path in (ROOT / "newscrawl").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_every_message_that_the_troubleshooting_explains_is_one() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    page = page.partition("<!-- tables")[0]  # what comes after is made from the code
    rows = re.findall(r"^\| `([^`]+)`[^|]* \|[^|]*\|[^|]*\|$", page, re.M)
    said = messages()
    parts = [part.strip() for row in rows for part in row.split("…")]
    assert len(rows) > 10
    assert [part for part in parts if part not in said] == []
