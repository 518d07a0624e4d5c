"""How commands end: in a sentence without a traceback, with the exit code that the README states."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import typer

from newscrawl.cli.guard import guarded
from newscrawl.cli.main import app
from newscrawl.cli.manner import manner, take_manner
from newscrawl.cli.output import Exit, fail, show_json


@pytest.fixture(autouse=True)
def _usual_manner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vars(type(manner)()).items():
        monkeypatch.setattr(manner, name, value)


def run(*words: str) -> int:
    """The exit code of a command in this process."""
    rest = take_manner(words)
    return guarded(lambda: app(rest, prog_name="newscrawl", standalone_mode=False))


def broken() -> None:
    raise KeyError("mongodb://me:secret@host/")


def test_an_error_that_nobody_foresaw_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(broken) == 1
    said = capsys.readouterr().err
    assert "KeyError" in said
    assert "--debug" in said
    assert "Traceback" not in said
    assert "secret" not in said
    assert said.count("\n") == 1


def test_it_shows_its_traceback_when_debugged(capsys: pytest.CaptureFixture[str]) -> None:
    manner.is_debugged = True
    assert guarded(broken) == 1
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "secret" not in said


def test_an_error_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("config", "show", "delai", "--json") == 2
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "newscrawl.error/1"
    assert shown["error"]["code"] == "usage"
    assert shown["error"]["hint"] == "did you mean delay?"


def test_an_error_adds_no_second_document_to_one_that_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    manner.wants_json = True

    def command() -> None:
        show_json("top", [])
        fail("nothing grew", Exit.NOTHING)

    assert guarded(lambda: typer.main.get_command(_app(command))(standalone_mode=False, args=[])) == 4
    assert json.loads(capsys.readouterr().out)["top"] == []


def _app(command: Any) -> typer.Typer:
    made = typer.Typer()
    made.command()(command)
    return made


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("crwal",), "'crawl'"),
        (("articles", "lst"), "'list'"),
        (("list",), "'sites list'"),
        (("crawl", "--limt", "3"), "--limit"),
        (("crawl", "unm"), "unn"),
        (("sites", "show", "unm"), "unn"),
        (("config", "show", "user-agent"), "user_agent"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(words: tuple[str, ...], meant: str, capsys: Any) -> None:
    assert run(*words) == 2
    assert f"id you mean {meant}?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--quiet", "version"), ("version", "--quiet"), ("version", "-q", "--debug")])
def test_the_manner_is_taken_before_and_behind_a_command(words: tuple[str, ...]) -> None:
    assert run(*words) == 0
    assert manner.is_quiet


def test_what_stands_behind_two_dashes_is_no_option() -> None:
    assert take_manner(["parse", "--", "--quiet"]) == ["parse", "--", "--quiet"]
    assert not manner.is_quiet


def test_a_reader_that_goes_away_is_no_error(newscrawl: Any) -> None:
    process = newscrawl.start("sites", "list")
    process.stdout.close()
    process.stdout = subprocess.DEVNULL
    assert process.stderr.read() == ""
    assert process.wait(60) == 141


def test_a_variable_that_is_no_setting_is_told_with_the_nearest_one(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_DELAYS"] = "3"
    newscrawl.environment["NEWSCRAWL_SHARED"] = "/nowhere"
    code, output, errors = newscrawl.run("config", "path")
    assert code == 0
    assert output
    assert errors == "NEWSCRAWL_DELAYS is no setting and has no effect; did you mean NEWSCRAWL_DELAY?\n"
