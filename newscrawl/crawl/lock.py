"""One run of a site at a time on a machine: two at once would fetch everything twice."""

from __future__ import annotations

import fcntl
import os
import time
from datetime import timedelta
from logging import Logger, LoggerAdapter
from pathlib import Path
from typing import IO, Any

from newscrawl.crawl.stop import Stop

LOOK = 1.0  # seconds between two looks at a lock that another run holds


class SiteLocked(RuntimeError):
    """Another run crawls the site. The message names its process, `holder`."""

    def __init__(self, site: str, holder: str) -> None:
        super().__init__(
            f"{site}: another run crawls this site (process {holder}); wait for its end (--wait 10m), or stop it"
        )
        self.holder = holder


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
            raise SiteLocked(self.site, holder) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Free the lock, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None


async def take_within(lock: SiteLock, seconds: float, stop: Stop, logger: Logger | LoggerAdapter[Any]) -> bool:
    """Take the lock, and wait so long for the run that holds it; False where `stop` came first.

    Says for whom it waits. Raises SiteLocked where that run goes on for longer, OSError as `take` does.
    """
    end, holder = time.monotonic() + seconds, None
    while not stop.is_requested:
        try:
            lock.take()
            return True
        except SiteLocked as error:
            left = end - time.monotonic()
            if left <= 0:
                raise
            if error.holder != holder:
                holder = error.holder
                span = timedelta(seconds=round(left))
                logger.warning("%s: waiting up to %s for the run of process %s", lock.site, span, holder)
        await stop.wait(min(LOOK, left))
    return False
