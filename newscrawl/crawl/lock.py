"""One run of a site at a time on a machine: two at once would fetch everything twice."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class SiteLocked(RuntimeError):
    """Another run crawls the site. The message names its process."""


class SiteLock:
    """A lock on a site's name in a folder. The kernel frees it when its process ends, however that happens."""

    def __init__(self, folder: Path, site: str) -> None:
        self.path = folder / f"{site}.lock"
        self.site = site
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock. Raises SiteLocked where another run holds it, OSError where the folder cannot be written."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise SiteLocked(
                f"{self.site}: another run crawls this site (process {holder}); wait for its end, or stop it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Free the lock, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None
