"""`newscrawl config`: the settings in force, where each comes from, and what is wrong with them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from pydantic import SecretStr

from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.normalize.secrets import mask
from newscrawl.setting_sources import PREFIX, configuration_files, nearest
from newscrawl.settings import ConfigurationError, Settings, check_file, read_settings, stated_settings

app = typer.Typer(
    no_args_is_help=True,
    help="""The settings: their values, their files, their mistakes.

    newscrawl config show --origin

    newscrawl config show delay user_agent

    newscrawl config validate
    """,
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
DEFAULT = "default"


class Shown(NamedTuple):
    """A setting as it may be shown: without passwords."""

    name: str
    variable: str
    value: Any
    origin: str
    description: str


def settings_in_force() -> list[Shown]:
    """Every setting with its value and where it was read. Raises ConfigurationError."""
    own, stated = read_settings(), stated_settings()
    return [
        Shown(
            name,
            f"{PREFIX}{name.upper()}",
            printable(getattr(own, name)),
            stated[name].origin if name in stated else DEFAULT,
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def printable(value: Any) -> Any:
    """A value as JSON may hold it: spans as operators write them, addresses without passwords, secrets not at all."""
    if isinstance(value, SecretStr):
        return "…"
    if isinstance(value, str | Path):
        return mask(str(value))
    if isinstance(value, tuple):
        return " ".join(str(printable(item)) for item in value)
    return _span(value) if isinstance(value, timedelta) else value


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    for letter, size in (("w", 7 * 24 * 60), ("d", 24 * 60), ("h", 60)):
        if minutes and minutes % size == 0 and (letter != "w" or minutes == size):
            return f"{minutes // size}{letter}"
    return f"{minutes}m"


@app.command("show")
def show_settings(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SETTING…", help="These alone."),
    ] = None,
    with_origin: Annotated[bool, typer.Option("--origin", help="And where each value comes from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the settings in force, the command line's options apart. Passwords are left out.

    newscrawl config show

    newscrawl config show --origin

    newscrawl config show delay --json
    """
    try:
        shown = settings_in_force()
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    wanted = [name.lower().removeprefix(PREFIX.lower()) for name in names or ()]
    for name in wanted:
        if name not in Settings.model_fields:
            fail(f"there is no setting {name}; {nearest(name, Settings.model_fields) or 'see them all'}", Exit.USAGE)
    shown = [setting for setting in shown if not wanted or setting.name in wanted]
    if as_json:
        show_json("settings", [setting._asdict() for setting in shown])
        return
    if with_origin:
        show_table(("setting", "origin", "value"), ((s.name, s.origin, _text(s.value)) for s in shown))
    else:
        show_table(("setting", "value"), ((s.name, _text(s.value)) for s in shown))


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


@app.command("path")
def show_files(as_json: AsJson = False) -> None:
    """Show the files of settings, the one that wins last, and whether they exist.

    newscrawl config path

    newscrawl config path --json
    """
    files = [(str(path.absolute()), path.is_file()) for path in configuration_files()]
    if as_json:
        show_json("files", [{"path": path, "exists": exists} for path, exists in files])
        return
    show_table(("file", ""), ((path, "read" if exists else "not there") for path, exists in files))


@app.command("validate")
def validate(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Only this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look for mistakes in the settings in force, or in one file. Ends with 2 where there is one.

    newscrawl config validate

    newscrawl config validate /etc/newscrawl.toml
    """
    if file is not None and not file.is_file():
        fail(f"{file} is no file; `newscrawl config path` shows which are read", Exit.NOTHING)
    try:
        if file is not None:
            check_file(file)
        else:
            read_settings()
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        show_json("valid", True)
        return
    out.print(f"{file or 'The settings'}: in order", soft_wrap=True)
