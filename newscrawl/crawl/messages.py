"""What the process that leads a crawl with `--jobs` and those that crawl tell each other: one connection each way.

Each message is pickled, after its length in eight bytes: both ends are this program, and nobody else has a hold of the
connections. The end of one says that the other process has ended, however that happened. No Scrapy here.
"""

from __future__ import annotations

import asyncio
import io
import pickle
import socket
import struct
from dataclasses import dataclass
from typing import Any

from newscrawl.article import Article
from newscrawl.crawl.options import Ended, Options
from newscrawl.settings import Settings
from newscrawl.site import Site

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Begin:
    """To one that crawls, first of all. `words`: the command line, as the records of its runs are to show it. `jobs`:
    as many crawl at once."""

    own: Settings
    options: Options
    words: list[str]
    jobs: int


@dataclass(frozen=True, slots=True)
class Want:
    """To the one that leads: there is room for another group of sites."""


@dataclass(frozen=True, slots=True)
class Group:
    """The answer: sites that have hosts in common. None: there is nothing more to do."""

    sites: list[Site]


@dataclass(frozen=True, slots=True)
class End:
    """To one that crawls: end, as at this signal."""

    signal: int


@dataclass(frozen=True, slots=True)
class Begun:
    """To the one that leads: the crawl of a site begins."""

    site: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What has changed of the counts of the sites."""

    of: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Seen:
    """An article of a dry run."""

    article: Article


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a process ended by itself: the database, the folder of data, or what nobody foresaw."""

    error: Exception


Message = Begin | Want | Group | End | Begun | Counts | Seen | Problem | Ended


def packed(message: Message) -> bytes:
    """A message as it is sent."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


async def received(reader: asyncio.StreamReader) -> Any:
    """The next message; None where the other process has ended."""
    try:
        (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        return pickle.loads(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def received_now(connection: socket.socket) -> Any:
    """The next message, waited for without an event loop. Raises EOFError where the other process has ended."""
    with connection.makefile("rb", buffering=0) as file:
        return pickle.loads(_exactly(file, *LENGTH.unpack(_exactly(file, LENGTH.size))))


def _exactly(file: io.RawIOBase, size: int) -> bytes:
    body = b""
    while len(body) < size:
        if not (piece := file.read(size - len(body))):
            raise EOFError
        body += piece
    return body
