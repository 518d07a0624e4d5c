"""Which files are to be ingested, what each of them is, and what is known of saved pages beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newscrawl.normalize.urls import web_address

WARC = (".warc", ".warc.gz")
HTML = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
SIDECAR = ".url"
"""`page.html.url` holds the address of `page.html`."""


class NoSource(ValueError):
    """A file that cannot be ingested as asked. The message is for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `url`: the address of a saved page, where somebody tells it."""

    path: Path
    kind: Literal["warc", "html"]
    url: str | None = None


def find_sources(names: Iterable[Path], addresses: dict[str, str]) -> Iterator[Source]:
    """The files of these names, those of folders by their endings and in the order of their paths.

    `addresses`: path, in full or from its folder on, to the address of a saved page. Raises NoSource, OSError.
    """
    for name in names:
        if name.is_dir():
            for path in _files(name):
                yield Source(path, "warc" if _ends(path, WARC) else "html", _address(path, name, addresses))
        elif name.is_file():
            yield Source(name, _kind(name), _address(name, name.parent, addresses))
        else:
            raise NoSource(f"{name}: there is no such file or folder")


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that can be ingested; links to folders are not followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif _ends(path, WARC + HTML) and path.is_file():
            yield path


def _ends(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings)


def _kind(path: Path) -> Literal["warc", "html"]:
    """By its ending; of a file with another one by how it begins."""
    if _ends(path, WARC):
        return "warc"
    with path.open("rb") as file:
        return "warc" if file.read(5) == b"WARC/" else "html"


def _address(path: Path, folder: Path, addresses: dict[str, str]) -> str | None:
    for key in (str(path), str(path.relative_to(folder)) if path != folder else path.name, path.name):
        if key in addresses:
            return addresses[key]
    for beside in (path.with_name(path.name + SIDECAR), path.with_suffix(SIDECAR)):
        if beside.is_file():
            with beside.open(encoding="utf-8", errors="replace") as file:
                return web_address(file.read(4096).strip())
    return None


def read_addresses(path: Path) -> dict[str, str]:
    """A list of files and their addresses: two columns, separated by a tab or a comma, or JSON objects with `file` and
    `url`, one a line. Raises NoSource, which names the line that is none, and OSError."""
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            name, address = _pair(line.rstrip("\r\n"))
            url = web_address(address)
            if not name or url is None:
                if number == 1 and address.strip().lower() == "url":
                    continue  # names of the columns
                raise NoSource(f"{path}: line {number} is no file and address: {line.strip()[:100]}")
            found[name] = url
    return found


def _pair(line: str) -> tuple[str, str]:
    if line.lstrip().startswith("{"):
        try:
            record = json.loads(line)
        except ValueError:
            return "", ""
        return str(record.get("file") or ""), str(record.get("url") or "")
    cells = line.split("\t") if "\t" in line else next(csv.reader([line]), [])
    return (cells[0].strip(), cells[1].strip()) if len(cells) > 1 else ("", "")
