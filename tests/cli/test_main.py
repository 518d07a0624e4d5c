"""The table of commands: every command is there, is told of in a line, shows examples, and is imported when asked for."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from newscrawl.cli.help_text import AS_IT_STANDS
from newscrawl.cli.main import Commands, app

GROUP: Any = get_command(app)
LOADED = {name: GROUP.load(name) for name in Commands.commands_by_name if " " not in name}
LEAVES = {
    f"{name} {last}".strip(): leaf
    for name, command in LOADED.items()
    for last, leaf in (getattr(command, "commands", None) or {"": command}).items()
}
LISTING = ("list", "show", "diff", "status", "path")


def examples_of(text: str) -> list[str]:
    """The lines of the block of examples, which follows the first paragraph."""
    _first, _, rest = text.partition("\n\n" + AS_IT_STANDS)
    return rest.partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("name", Commands.commands_by_name)
def test_a_command_of_the_table_is_told_of_in_a_line_of_a_terminal(name: str) -> None:
    line = Commands.commands_by_name[name].help
    assert line.endswith((".", "?"))
    assert len(line) <= 64


@pytest.mark.parametrize("name", LOADED)
def test_a_command_of_the_table_is_there(name: str) -> None:
    assert LOADED[name].name == name


@pytest.mark.parametrize("name", [*LOADED, *LEAVES])
def test_the_help_of_a_command_begins_with_examples(name: str) -> None:
    shown = examples_of((LEAVES | LOADED)[name].help)
    assert len(shown) >= (2 if name in LEAVES else 1), f"add lines such as `newscrawl {name} …` to its docstring"
    assert any(line.strip().startswith(f"newscrawl {name}") for line in shown)


@pytest.mark.parametrize("name", [name for name in LEAVES if name.split()[-1] in LISTING])
def test_what_lists_gives_json(name: str) -> None:
    assert any("--json" in parameter.opts for parameter in LEAVES[name].params)


def test_a_command_of_a_group_is_registered_by_two_words() -> None:
    assert {"list", "show", "diff", "revisions"} <= set(LOADED["articles"].commands)


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (("--help",), "scrapy twisted pymongo lxml pydantic rich asyncio requests"),
        (("crawl", "--help"), "scrapy twisted pymongo lxml requests"),
        (("sites", "list"), "scrapy twisted pymongo lxml cssselect requests"),
    ],
)
def test_a_command_imports_nothing_that_it_does_not_need(words: tuple[str, ...], unneeded: str) -> None:
    code = f"import sys; sys.argv = ['newscrawl', *{words}]\n" + (
        "from newscrawl.cli.__main__ import run\ntry:\n    run()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout
    assert not set(unneeded.split()) & set(done.stderr.split())
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6  # seconds; 0.06 to 0.25 are usual


def test_a_signal_that_comes_where_python_passes_over_what_is_raised_is_not_lost() -> None:
    code = """
import os, signal, time, weakref
from newscrawl.cli.__main__ import _end
signal.signal(signal.SIGTERM, _end)
exec(compile("def cb(gone): os.kill(os.getpid(), signal.SIGTERM); 1 + 1", "<frozen importlib._bootstrap>", "exec"))
class Lock: pass
lock = Lock()
reference = weakref.ref(lock, cb)
del lock
time.sleep(20)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (143, "")
