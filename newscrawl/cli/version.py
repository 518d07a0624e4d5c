"""`newscrawl version`: the versions of newscrawl, of Python and of the libraries that do the work."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version as version_of
from typing import Annotated

import typer

LIBRARIES = ("scrapy", "pymongo", "lxml", "pydantic")


def version(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show the version of newscrawl; with --json also those of Python and of the main libraries.

    newscrawl version

    newscrawl version --json
    """
    show_version(as_json=as_json)


def show_version(*, as_json: bool) -> None:
    """The version on stdout."""
    if not as_json:
        sys.stdout.write(f"newscrawl {version_of('newscrawl')}\n")
        return
    from newscrawl.cli.output import show_json

    libraries = {name: version_of(name) for name in LIBRARIES}
    show_json(
        "version", {"newscrawl": version_of("newscrawl"), "python": platform.python_version(), "libraries": libraries}
    )
