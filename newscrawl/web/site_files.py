"""The site files as the server knows them: read again now and then, in a thread."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import Depends, Request

from newscrawl.settings import Settings
from newscrawl.site import SiteError, Sites, load_sites
from newscrawl.web.problems import Problem

READ_EVERY = 60.0  # seconds


class SiteFiles:
    """Every site that the settings name."""

    def __init__(self, own: Settings) -> None:
        self.own = own
        self._sites: Sites | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def read(self) -> Sites:
        """The sites, those with a wrong file left out. Raises Problem where a folder does not exist."""
        async with self._lock:
            if self._sites is None or time.monotonic() - self._read_at > READ_EVERY:
                try:
                    self._sites = await asyncio.to_thread(
                        load_sites, self.own.site_folders, at_a_glance=True, keep_going=True
                    )
                except SiteError:
                    told = "A folder of site files is not there; NEWSCRAWL_SITES names the folders."
                    raise Problem(503, "no-site-files", told) from None
                self._read_at = time.monotonic()
            return self._sites


async def sites_of(request: Request) -> Sites:
    """The sites of the server."""
    files: SiteFiles = request.app.state.site_files
    return await files.read()


SitesOf = Annotated[Sites, Depends(sites_of)]
