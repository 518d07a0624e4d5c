"""Where the values of settings come from: files in two places, variables, and files that variables name.

Which settings there are is said in `newscrawl.settings`; here is what an operator has written, where, and what of it
names no setting.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PREFIX = "NEWSCRAWL_"
FROM_FILE = "_FILE"
"""A variable with this end names a file that holds the value: secrets need not be in the environment."""
NO_SETTINGS = frozenset({"NEWSCRAWL_DEBUG", "NEWSCRAWL_SHARED"})
"""Variables that are none: the manner of the command line, and the folder of the tests' real pages."""
LONGEST_VALUE = 65536  # bytes of a file that holds one value


class ConfigurationError(ValueError):
    """A setting is wrong. The message names the setting and the remedy."""


class Stated(NamedTuple):
    """A value of a setting as it is written, and where."""

    value: Any
    origin: str
    """Path of a file, or name of a variable."""


def configuration_files(environment: Mapping[str, str] = os.environ) -> tuple[Path, Path]:
    """The files that are read where they exist: the user's own, then the one of the current folder, which wins.

    XDG Base Directory Specification 0.8: a relative XDG_CONFIG_HOME is ignored.
    """
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    home = base if base.is_absolute() else Path(environment.get("HOME", "~")).expanduser() / ".config"
    return home / "newscrawl" / "config.toml", Path("newscrawl.toml")


def nearest(word: str, known: Collection[str]) -> str:
    """`did you mean …?` with the known word that is nearest to one, or nothing."""
    near = difflib.get_close_matches(word, known, 1)
    return f"did you mean {near[0]}?" if near else ""


def read_file(path: Path, known: Collection[str]) -> dict[str, Stated]:
    """What a file states; nothing where it does not exist. Raises ConfigurationError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    for name in table:
        if name not in known:
            remedy = nearest(name, known) or f"known: {', '.join(sorted(known))}"
            raise ConfigurationError(f"{path}: {name} is no setting; {remedy}")
    return {name: Stated(value, str(path)) for name, value in table.items()}


def read_variables(known: Collection[str], environment: Mapping[str, str] = os.environ) -> dict[str, Stated]:
    """What variables state, in themselves or in the files that they name. Raises ConfigurationError."""
    found: dict[str, Stated] = {}
    for variable, value in environment.items():
        if not variable.upper().startswith(PREFIX):
            continue
        name = variable[len(PREFIX) :].lower()
        if name in known:
            found[name] = Stated(value, variable)
    for variable, path in environment.items():
        name = variable[len(PREFIX) : -len(FROM_FILE)].lower()
        is_setting = variable[len(PREFIX) :].lower() in known  # such as the one with a file of its own form
        if variable.startswith(PREFIX) and variable.endswith(FROM_FILE) and name in known and not is_setting:
            if name in found:
                raise ConfigurationError(f"{found[name].origin} and {variable} are both set; unset one of them")
            found[name] = Stated(_content(variable, path), variable)
    return found


def _content(variable: str, path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(LONGEST_VALUE).decode().strip()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{variable}: {path} cannot be read: {getattr(error, 'strerror', error)}") from None


def unknown_variables(known: Collection[str], environment: Mapping[str, str] = os.environ) -> list[str]:
    """What to say of each variable that looks like a setting and is none."""
    names = {f"{PREFIX}{name.upper()}" for name in known}
    with_files = names | {name + FROM_FILE for name in names} | NO_SETTINGS
    return [
        f"{variable} is no setting and has no effect; {_meant(variable, known)}"
        for variable in sorted(environment)
        if variable.upper().startswith(PREFIX) and variable.upper() not in with_files
    ]


def _meant(variable: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(variable[len(PREFIX) :].lower(), known, 1)
    return f"did you mean {PREFIX}{near[0].upper()}?" if near else "`newscrawl config show` lists them"
