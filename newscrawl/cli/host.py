"""What `newscrawl doctor` checks of this machine: disk, time zones, letters, the terminal, MongoDB's program."""

from __future__ import annotations

import os
import shutil
import sys

from newscrawl.cli.finding import Finding, told
from newscrawl.cli.output import err, out
from newscrawl.settings import Settings

LEAST_FREE = 1.0
"""GiB that should be free: the journal and checkpoints of the embedded database take a part of it."""


def disk(own: Settings) -> Finding:
    """The data folder can be written, and there is room."""
    folder = next(parent for parent in (own.data.absolute(), *own.data.absolute().parents) if parent.exists())
    free = shutil.disk_usage(folder).free / 2**30
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk", False, f"{folder} is not writable", "correct its owner, or name another in NEWSCRAWL_DATA"
        )
    found = f"{free:.1f} GiB free at {folder}"
    return Finding("disk", free >= LEAST_FREE, found, "" if free >= LEAST_FREE else "make room: 1 GiB at least")


def time_zones(_own: Settings) -> Finding:
    """The time zones that site files name are known to Python."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo("Europe/Kyiv")
    except zoneinfo.ZoneInfoNotFoundError:
        remedy = "install the system's tzdata (Debian: apt-get install tzdata), or `pip install tzdata`"
        return Finding("time zones", False, "Python knows no time zones", remedy)
    known = [folder for folder in zoneinfo.TZPATH if os.path.isdir(folder)]
    return Finding("time zones", True, f"known, by {known[0] if known else 'the package tzdata'}")


def letters(_own: Settings) -> Finding:
    """Headlines in every script can be printed."""
    used = {str(stream.encoding).lower() for stream in (sys.stdout, sys.stderr)} | {sys.getfilesystemencoding()}
    if used <= {"utf-8", "utf8"}:
        return Finding("letters", True, "UTF-8")
    remedy = "export LANG=C.UTF-8, and unset LC_ALL and PYTHONIOENCODING"
    return Finding("letters", False, f"not all of them can be shown: {', '.join(sorted(used))}", remedy)


def terminal(_own: Settings) -> Finding:
    """Nothing to be mended: what newscrawl takes the terminal for."""
    if not err.is_terminal:
        return Finding("terminal", True, "none: plain lines, progress every 30 s")
    colours = "no colours" if err.no_color or not err.color_system else "colours"
    return Finding("terminal", True, f"{out.width} columns, {colours}, {os.environ.get('TERM', 'no TERM')}")


def mongod(own: Settings) -> Finding:
    """The program of the embedded database, where that is used."""
    from newscrawl.store.mongod import LocalServerError, checked, find_mongod

    if own.mongo_uri:
        return Finding("mongod", True, "not needed: NEWSCRAWL_MONGO_URI names a server")
    try:
        binary = checked(own.mongod or find_mongod())  # runs it, so its libraries are there
    except LocalServerError as error:
        return told("mongod", str(error), "install MongoDB 6.0 or newer, or name a server in NEWSCRAWL_MONGO_URI")
    return Finding("mongod", True, str(binary))


CHECKS = (disk, time_zones, letters, terminal, mongod)
