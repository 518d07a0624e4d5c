"""The pages' own files: styles, two small scripts, the land of the map. Nothing is loaded from elsewhere.

Each is served under a name that holds the hash of its content, such as `style.1a2b3c4d.css`: it may be kept for a year,
and a new release is another name.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from newscrawl.web.problems import Problem

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
KEPT = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


class StaticFile(NamedTuple):
    """A file as it is served."""

    name: str
    """With the hash in it."""
    content: bytes
    media_type: str


@lru_cache(maxsize=1)
def static_files() -> dict[str, StaticFile]:
    """Name in the folder to the file, read once."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:8]
            found[path.name] = StaticFile(f"{path.stem}.{digest}{path.suffix}", content, TYPES[path.suffix])
    return found


@lru_cache(maxsize=1)
def _by_served_name() -> dict[str, StaticFile]:
    return {file.name: file for file in static_files().values()}


def static(name: str) -> str:
    """The address of a file. Raises KeyError where there is none."""
    return f"/static/{static_files()[name].name}"


@router.get("/static/{name}")
async def serve(request: Request, name: str) -> Response:
    """One file, for a year."""
    file = _by_served_name().get(name)
    if file is None:
        raise Problem(404, "no-such-file", "There is no such file; the pages name those that there are.")
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": KEPT})


@router.get("/favicon.ico")
async def icon() -> Response:
    """What browsers ask for by themselves."""
    file = static_files()["icon.svg"]
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": "public, max-age=86400"})
