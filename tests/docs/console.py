"""What a page of the documentation tells a reader to type, and which files it tells him to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"^(?:[ ]*<!-- (?P<note>[^>]*) -->\n)?[ ]*```(?P<kind>console|toml title=\"(?P<file>[^\"]+)\")\n(?P<text>.*?)^[ ]*```",
    re.M | re.S,
)
_MENTION = re.compile(r"`(newscrawl(?: [^`\n]+)?)`")


@dataclass(frozen=True)
class Step:
    """A command line, or a file with its text. A comment before a block of commands says more of them: `exit 3`, the
    code that they end with; `until ended`, they go on until they are told to end; `by hand: …`, why no test runs them.
    """

    line: str
    note: str = ""
    text: str | None = None

    @property
    def codes(self) -> set[int]:
        """Exit codes that are in order."""
        return {int(code) for code in re.findall(r"exit (\d+)", self.note)} or {0}


def steps_of(page: Path) -> list[Step]:
    """Every line after a prompt `$ ` in the blocks `console`, and every file with a title, in their order."""
    found = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["file"]:
            found.append(Step(block["file"], text=block["text"]))
            continue
        lines = (line.strip() for line in block["text"].replace("\\\n", " ").splitlines())
        found += [Step(line[2:], block["note"] or "") for line in lines if line.startswith("$ ")]
    return found


def mentions_of(text: str) -> list[str]:
    """Commands that stand in a sentence, between back-ticks."""
    return [found[1] for found in _MENTION.finditer(text)]
