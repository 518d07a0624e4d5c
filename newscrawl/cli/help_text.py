"""How the help of a command is laid out: what it does, then its examples, then the rest. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARAGRAPHS = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=\w\.)\s(?=[A-Z`])")
AS_IT_STANDS = "\b\n"
"""Before a paragraph whose lines Click must not fill up."""
MOST_BORROWED = 3


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring."""
    return [part.strip("\n") for part in _PARAGRAPHS.split(text.strip()) if part.strip()]


def is_example(paragraph: str) -> bool:
    """Whether a paragraph is a command to type."""
    return paragraph.lstrip().startswith(("newscrawl ", "mongosh "))


def summary(text: str) -> str:
    """The first sentence of a docstring."""
    first = " ".join(paragraphs(text)[:1])
    return _SENTENCE.split(" ".join(first.split()), maxsplit=1)[0]


def examples(text: str) -> list[str]:
    """The commands to type that a docstring shows."""
    return [part.strip() for part in paragraphs(text) if is_example(part)]


def laid_out(text: str, borrowed: Iterable[str] = ()) -> str:
    """The help of a command by its docstring. `borrowed`: examples for a text that has none, such as a group's."""
    parts = paragraphs(text)
    shown = examples(text) or list(borrowed)[:MOST_BORROWED]
    prose = [part for part in parts if not is_example(part)]
    block = [AS_IT_STANDS + "\n".join(f"  {example}" for example in shown)] if shown else []
    return "\n\n".join([*prose[:1], *block, *prose[1:]])
