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


def completion(shell: Annotated[Shell, typer.Argument(help="The shell.", show_default=False)]) -> None:
    """Print the script that completes commands, options, sites, runs and settings in a shell.

    newscrawl completion bash > ~/.local/share/bash-completion/completions/newscrawl

    newscrawl completion zsh > ~/.zfunc/_newscrawl

    newscrawl completion fish > ~/.config/fish/completions/newscrawl.fish

    The zsh wants `fpath+=~/.zfunc; autoload -Uz compinit; compinit` in ~/.zshrc.
    """
    from typer._completion_shared import get_completion_script

    from newscrawl.cli.complete import VARIABLE

    sys.stdout.write(get_completion_script(prog_name="newscrawl", complete_var=VARIABLE, shell=shell.value) + "\n")
