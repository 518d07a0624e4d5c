"""The folder of real pages and of the hostile server, which lies outside the repository: `NEWSCRAWL_SHARED`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared"
"""Where it is looked for by default: beside the checkout."""


def shared_folder(part: str) -> Path:
    """The folder, which has `part` in it, such as `data/bench`. Ends the program with code 2 where it has not."""
    folder = Path(os.environ.get("NEWSCRAWL_SHARED") or BESIDE).resolve()
    if not (folder / part).exists():
        print(f"there is no {part} in {folder}; name the folder that has it in NEWSCRAWL_SHARED", file=sys.stderr)
        raise SystemExit(2)
    return folder
