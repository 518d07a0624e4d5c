"""The table of commands: every command is there, is told of in a line, and is imported only when it is asked for."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from newscrawl.cli.main import Commands, app

HEAVY = ("scrapy", "twisted", "pymongo", "lxml", "pydantic", "rich", "asyncio", "requests")


@pytest.mark.parametrize("name", Commands.commands_by_name)
def test_a_command_of_the_table_is_told_of_in_a_line_of_a_terminal(name: str) -> None:
    line = Commands.commands_by_name[name].help
    assert line.endswith((".", "?"))
    assert len(line) <= 64


@pytest.mark.parametrize("name", [name for name in Commands.commands_by_name if " " not in name])
def test_a_command_of_the_table_is_there(name: str) -> None:
    group: Any = get_command(app)
    command = group.load(name)
    assert command.name == name
    assert command.help


def test_a_command_of_a_group_is_registered_by_two_words() -> None:
    group: Any = get_command(app)
    assert {"list", "show", "diff", "revisions"} <= set(group.load("articles").commands)


def test_the_help_imports_nothing_of_what_it_tells() -> None:
    code = "import sys; sys.argv = ['newscrawl', '--help']\n" + (
        "from newscrawl.cli.__main__ import run\ntry:\n    run()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert not set(HEAVY) & set(done.stderr.split())
    assert "Commands:" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3
