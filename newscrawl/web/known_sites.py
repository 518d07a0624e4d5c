"""The sites that have a file, read now and then: files may come and go while the server runs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request

from newscrawl.site import SiteError, Sites, load_sites

if TYPE_CHECKING:
    from newscrawl.web.settings import WebSettings

BELIEVED = 60.0  # seconds


class _Known(NamedTuple):
    sites: Sites
    read_at: float


async def known_sites(request: Request) -> Sites:
    """Name to site. A file that is wrong leaves out its site alone; without a folder there is none."""
    state = request.app.state
    known: _Known | None = getattr(state, "known_sites", None)
    if known is None or time.monotonic() - known.read_at > BELIEVED:
        settings: WebSettings = state.settings
        known = state.known_sites = _Known(
            await asyncio.to_thread(_read, settings), time.monotonic()
        )
    return known.sites


def _read(settings: WebSettings) -> Sites:
    try:
        return load_sites(settings.own.site_folders, keep_going=True)
    except SiteError:
        return Sites()
