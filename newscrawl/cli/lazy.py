"""Commands whose modules are imported when they are asked for, so that `newscrawl --help` starts fast."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from newscrawl.cli.complete import VARIABLE, attach
from newscrawl.cli.help_text import examples, laid_out, summary
from newscrawl.cli.manner import EPILOG


class Command(NamedTuple):
    """Where a command is, and the line that tells of it.

    `attribute` of the module `newscrawl.cli.<module>` is a function (a command) or a `typer.Typer` (a group).
    `help` is one sentence of at most 64 characters, so that it fits on a terminal of 80.
    """

    module: str
    attribute: str
    help: str


class LazyGroup(TyperGroup):
    """A group that knows its commands by the table `commands_by_name`, and imports the one that is called.

    A name of two words, such as `articles diff`, adds a command to the group of the first word, which is imported
    with that group.
    """

    commands_by_name: ClassVar[Mapping[str, Command]] = {}
    known_elsewhere: ClassVar[Mapping[str, str]] = {}
    """What other tools call a command, to its name here."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, known in self.commands_by_name.items():
            if " " not in name:
                self.add_command(TyperCommand(name, help=known.help, short_help=known.help, rich_markup_mode=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that these words call, imported now."""
        if args[0] in self.known_elsewhere and args[0] not in self.commands:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {self.known_elsewhere[args[0]]!r}?")
        name, found, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if name and name in self.commands_by_name else found, rest

    def load(self, name: str) -> Any:
        """The command of this name in full. Raises KeyError where the table has none."""
        command = self._imported(name)
        if VARIABLE in os.environ:
            attach(command)
        return command

    def _imported(self, name: str) -> Any:
        known = self.commands_by_name[name]
        found = _attribute(known)
        if not isinstance(found, typer.Typer):
            return _command(name, found)
        found.rich_markup_mode = None
        group = get_group(found)
        group.name = name
        for words, inner in self.commands_by_name.items():
            first, _, last = words.partition(" ")
            if first == name and last:
                group.add_command(_command(last, _attribute(inner)))
        group.commands = dict(sorted(group.commands.items(), key=lambda item: (item[0] != "list", item[0] != "show")))
        borrowed = [shown[0] for member in group.commands.values() if (shown := examples(member.help or ""))]
        for member in group.commands.values():
            _finish(member)
        group.help = laid_out(group.help or known.help, borrowed)
        return group


def _finish(command: Any) -> None:
    command.short_help = command.short_help or summary(command.help or "")
    command.help = laid_out(command.help or "")
    command.epilog = command.epilog or EPILOG


def _attribute(known: Command) -> Any:
    return getattr(import_module(f"newscrawl.cli.{known.module}"), known.attribute)


def _command(name: str, function: Callable[..., Any]) -> Any:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name)(function)
    made = get_command(app)
    _finish(made)
    return made
