"""Where metrics are told, as the setting `metrics` says: nowhere, at a port, in a file, or in a folder. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
EXAMPLES = "9464, 0.0.0.0:9464, /var/lib/prometheus/node-exporter/newscrawl.prom"
_PORT = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*):)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Listen:
    """An endpoint. Port 0: any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Textfile:
    """A file for the textfile collector of node_exporter, written again and again, and left at the end."""

    path: Path


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, for a file of each process: how the process that started them is told."""

    path: Path


Target = Listen | Textfile | Folder


def parse_target(text: str) -> Target | None:
    """What the setting asks for; None: nothing. Raises ValueError for people."""
    text = text.strip()
    if not text or text.lower() in ("false", "no", "off"):
        return None
    if "/" in text:
        if text.endswith("/"):
            return Folder(Path(text))
        if not text.endswith(".prom"):
            raise ValueError("names a file that node_exporter does not read: its name has to end with .prom")
        return Textfile(Path(text))
    found = _PORT.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise ValueError(f"is a port, an address with its port, or a file, such as {EXAMPLES}")
    return Listen((found["host"] or DEFAULT_HOST).strip("[]"), int(found["port"]))
