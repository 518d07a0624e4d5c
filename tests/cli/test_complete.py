"""Completion in a real bash: commands, options, sites, and runs where a database is running."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from newscrawl.cli.complete import COMPLETERS, candidates


@pytest.fixture(scope="module")
def script(newscrawl_of_module: Any) -> str:
    """What `newscrawl completion bash` prints."""
    printed = newscrawl_of_module("completion", "bash")
    assert "complete " in printed
    return str(printed)


def completed(command: Any, script: str, *words: str) -> list[str]:
    """What bash offers behind these words, the last of which is incomplete."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash is installed")
    program = Path(command.folder) / "newscrawl"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m newscrawl.cli "$@"\n')
    program.chmod(0o755)
    function = script.partition("()")[0].split()[-1]
    line = f"COMP_WORDS=({' '.join(map(repr, ('newscrawl', *words)))}); COMP_CWORD={len(words)}"
    ask = f'{script}\n{line}\n{function} {program}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run([bash, "-c", ask], env=command.environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_are_completed(newscrawl_of_module: Any, script: str) -> None:
    assert completed(newscrawl_of_module, script, "com") == ["completion"]


def test_names_of_sites_are_completed_also_those_of_the_operator(newscrawl_of_module: Any, script: str) -> None:
    newscrawl_of_module.add_site("unnamed", 'publisher = "is not read"')
    assert completed(newscrawl_of_module, script, "crawl", "--limit", "3", "unn") == ["unn", "unnamed"]
    assert completed(newscrawl_of_module, script, "articles", "list", "--site", "unna") == ["unnamed"]


def test_runs_are_completed_from_the_database(newscrawl_of_module: Any, script: str) -> None:
    run = "unn-20261128-021500-abcd"
    with MongoClient(newscrawl_of_module.uri) as client:
        client[newscrawl_of_module.database].runs.insert_one({"_id": run, "outcome": "ok"})
    assert completed(newscrawl_of_module, script, "runs", "show", "unn-2") == [run]


def test_no_database_is_started_for_a_completion(embedded: Any, script: str) -> None:
    assert completed(embedded, script, "runs", "show", "unn-2") == []
    assert not embedded.data.exists()


@pytest.mark.parametrize(("shell", "word"), [("zsh", "compdef"), ("fish", "complete --command newscrawl")])
def test_the_scripts_of_other_shells_are_printed(newscrawl_of_module: Any, shell: str, word: str) -> None:
    assert word in newscrawl_of_module("completion", shell)


def test_words_are_offered_that_begin_as_the_incomplete_one() -> None:
    assert [c.value for c in candidates({"unn": "", "ukrinform": "", "apnews": ""}, "u")] == ["unn", "ukrinform"]
    assert set(COMPLETERS) >= {"SITE", "RUN", "SETTING"}
