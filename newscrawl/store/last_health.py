"""The last known health of each site, in small files of the data folder: for lists that start no database.

One file a site, replaced as a whole, so any number of processes may write at once. What is kept is what was last seen:
how a site's last crawl ended, or the verdict of a later look at its history. The history itself is in the database.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

FOLDER = "health"


class LastHealth(NamedTuple):
    """How a site was: ok, degraded, failed, silent; and the instant at which that was known."""

    state: str
    at: datetime


def keep_health(folder: Path, states: Mapping[str, str], at: datetime) -> None:
    """Keep the states of sites by name in a data folder; nothing where it cannot be written. `at`: aware."""
    with contextlib.suppress(OSError):
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        for site, state in states.items():
            fresh = folder / FOLDER / f".{site}.{os.getpid()}"
            fresh.write_text(f"{state} {at.isoformat()}\n", encoding="ascii")
            fresh.replace(folder / FOLDER / site)


def last_health(folder: Path) -> dict[str, LastHealth]:
    """Site to its last known health. A file that cannot be read counts as none."""
    found = {}
    with contextlib.suppress(OSError):
        for path in (folder / FOLDER).iterdir():
            with contextlib.suppress(OSError, ValueError):
                state, at = path.read_text(encoding="ascii").split()
                found[path.name] = LastHealth(state, datetime.fromisoformat(at))
    return {site: known for site, known in found.items() if not site.startswith(".")}
