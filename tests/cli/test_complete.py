"""Completion in real shells: commands, options, sites, and runs where a database is running."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
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
        client[newscrawl_of_module.database].runs.insert_one(
            {"_id": run, "outcome": "ok"}, bypass_document_validation=True
        )
    assert completed(newscrawl_of_module, script, "runs", "show", "unn-2") == [run]


def test_no_database_is_started_for_a_completion(embedded: Any, script: str) -> None:
    assert completed(embedded, script, "runs", "show", "unn-2") == []
    assert not embedded.data.exists()


def shell_of(command: Any, name: str) -> tuple[str, Path, dict[str, str]]:
    """A shell, the file of its script, and an environment in which it finds the command."""
    shell = shutil.which(name)
    if shell is None:
        pytest.skip(f"no {name} is installed")
    folder = Path(command.folder) / name
    folder.mkdir()
    program = folder / "newscrawl"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m newscrawl.cli "$@"\n')
    program.chmod(0o755)
    script = folder / "_newscrawl"
    script.write_text(command("completion", name))
    return shell, script, {**command.environment, "PATH": f"{folder}:{os.environ['PATH']}", "TERM": "dumb"}


def test_fish_completes_sites(newscrawl_of_module: Any) -> None:
    shell, script, environment = shell_of(newscrawl_of_module, "fish")
    ask = f'source {script}; complete -C "newscrawl crawl ukri"'
    done = subprocess.run([shell, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ukrinform"]


def test_zsh_completes_sites_from_the_first_word_on(newscrawl_of_module: Any) -> None:
    shell, script, environment = shell_of(newscrawl_of_module, "zsh")
    terminal, theirs = pty.openpty()
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    process = subprocess.Popen([shell, "-f", "-i"], env=environment, start_new_session=True, **streams)
    os.close(theirs)
    setup = f"fpath=({script.parent} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy"
    os.write(terminal, f"{setup}\n".encode())
    assert read_until(terminal, "ready")
    os.write(terminal, b"newscrawl crawl ukri\t")
    assert read_until(terminal, "crawl ukrinform")
    process.kill()
    process.wait()
    os.close(terminal)


def read_until(terminal: int, text: str) -> bool:
    """Whether a terminal shows the text within a minute."""
    shown, deadline = "", time.monotonic() + 60
    while text not in shown and time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
    return text in shown


@pytest.mark.parametrize(("shell", "word"), [("zsh", "compdef"), ("fish", "complete --command newscrawl")])
def test_the_scripts_of_other_shells_are_printed(newscrawl_of_module: Any, shell: str, word: str) -> None:
    assert word in newscrawl_of_module("completion", shell)


def test_words_are_offered_that_begin_as_the_incomplete_one() -> None:
    assert [c.value for c in candidates({"unn": "", "ukrinform": "", "apnews": ""}, "u")] == ["unn", "ukrinform"]
    assert set(COMPLETERS) >= {"SITE", "RUN", "SETTING"}
