"""`newscrawl completion`: the script by which a shell asks newscrawl how a word may go on."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer


class Shell(StrEnum):
    """Shells that are supported."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_REGISTERS = "\ncompdef _newscrawl_completion newscrawl"
# The zsh loads the file at the first word that is to be completed, and expects that it completes this one, too.
_REGISTERS_OR_COMPLETES = """
if [ "$funcstack[1]" = "_newscrawl" ]; then
  _newscrawl_completion "$@"
else
  compdef _newscrawl_completion newscrawl
fi"""


def completion(shell: Annotated[Shell, typer.Argument(help="The shell.", show_default=False)]) -> None:
    """Print the script that completes commands, options, sites, runs and settings in a shell.

    newscrawl completion bash > ~/.local/share/bash-completion/completions/newscrawl

    newscrawl completion zsh > ~/.zfunc/_newscrawl

    newscrawl completion fish > ~/.config/fish/completions/newscrawl.fish

    The zsh wants `fpath+=~/.zfunc; autoload -Uz compinit; compinit` in ~/.zshrc.
    """
    from typer._completion_shared import get_completion_script

    from newscrawl.cli.complete import VARIABLE

    script = get_completion_script(prog_name="newscrawl", complete_var=VARIABLE, shell=shell.value)
    sys.stdout.write(script.replace(_REGISTERS, _REGISTERS_OR_COMPLETES) + "\n")
