"""What `newscrawl doctor` finds."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One check: its name, whether it passed, what was found, and what to do where it did not pass."""

    check: str
    ok: bool
    found: str
    remedy: str = ""


def told(check: str, message: str, otherwise: str) -> Finding:
    """A problem by an error's message, which has its remedy after the first semicolon; else it is `otherwise`."""
    found, _, remedy = message.partition("; ")
    return Finding(check, False, found, remedy or otherwise)
