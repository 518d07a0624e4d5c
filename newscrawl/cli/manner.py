"""How this process speaks: the options that every command takes, before or behind its own words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

OPTIONS = {"--quiet": "is_quiet", "-q": "is_quiet", "--no-progress": "hides_progress", "--debug": "is_debugged"}
EPILOG = "--quiet, --no-progress and --debug work with every command."


@dataclass
class Manner:
    """What is said beside the results."""

    is_quiet: bool = False
    """Only errors, results and the last line of a crawl."""
    hides_progress: bool = False
    is_debugged: bool = False
    """An error of newscrawl's own shows its traceback."""
    wants_json: bool = False
    """The command line asks for JSON: errors are JSON as well."""
    has_shown: bool = False
    """stdout holds a JSON document: no second one may follow."""
    shows_lines: bool = False
    """stdout is a document of JSON on each line; an error is one of them."""


manner = Manner()
"""The manner of this process."""


def take_manner(words: Sequence[str]) -> list[str]:
    """Set `manner` by the words of the command line and the variable NEWSCRAWL_DEBUG; gives the other words."""
    own = list(words[: words.index("--")] if "--" in words else words)
    manner.is_debugged = os.environ.get("NEWSCRAWL_DEBUG", "").lower() not in ("", "0", "false", "no")
    manner.wants_json = "--json" in own
    for word in own:
        if word in OPTIONS:
            setattr(manner, OPTIONS[word], True)
    return [word for word in own if word not in OPTIONS] + list(words[len(own) :])
