"""Writes what a crawl of a site fetches to WARC/1.1 files, as the server sent it.

Each answer is one append of some gzip members: the response or a revisit record, the request, and a metadata record
with what the crawler knew of the page. What a kill leaves of an append is a cut member, which readers pass over.

A chunked body is written without its chunks, and `Transfer-Encoding` is renamed `X-Crawl-Transfer-Encoding`, as Common
Crawl does. Content codings stay as they were sent.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl.archive.index import REFERS_TO, Index, Original
from newscrawl.archive.keep import Pruned, prune_site
from newscrawl.archive.places import Place, file_name, warc_date
from newscrawl.archive.records import Position

logger = logging.getLogger(__name__)

MOST_BYTES = 2**30
"""Bytes after which a file is followed by the next one."""
LEVEL = 6  # of compression
CONTEXT = "application/json; profile=newscrawl-context"
"""Content type of the metadata record."""
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `url`: in full; headers and `body` as they were sent, the body without chunks.

    `address`: the server's, where it is known. `is_cut`: the body ends before its end. `context`: what the crawler knew
    of the page, for those that read it again; plain JSON.
    """

    url: str
    at: datetime
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    method: str = "GET"
    address: str | None = None
    is_cut: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)


class SiteArchive:
    """The files of one run of a site. Every call returns at once; the disk is waited for in a thread."""

    def __init__(self, folder: Path, site: str, run: str, *, days: int = 0, most_bytes: int = MOST_BYTES) -> None:
        """`days`: after which the site's files are pruned, which is done once; 0: never."""
        self._days = days
        self.folder, self.site, self.run = folder, site, run
        self._most_bytes = most_bytes
        self._index: Index | None = None
        self._file: int | None = None
        self._name = ""
        self._size = 0
        self._number = -1
        self._lock = asyncio.Lock()
        self._has_failed = False

    async def keep(self, exchange: Exchange) -> str | None:
        """Write an exchange and give its place; None where the disk refuses it, which is logged once."""
        async with self._lock:
            try:
                return await asyncio.to_thread(self._keep, exchange)
            except (OSError, sqlite3.Error) as error:
                if not self._has_failed:
                    logger.error("%s: pages of %s cannot be archived: %s", self.folder, self.site, error)
                self._has_failed = True
                return None

    async def close(self) -> None:
        """Put what was written on the disk for good, and close the files."""
        async with self._lock:
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._end_file()
        if self._index is not None:
            self._index.close()
            self._index = None

    def _end_file(self) -> None:
        if self._file is not None:
            try:
                os.fsync(self._file)
            finally:
                os.close(self._file)
                self._file = None

    def _keep(self, exchange: Exchange) -> str:
        index = self._open_index()
        self._open_file(exchange.at)
        at, digest = warc_date(exchange.at), _digest(exchange.body)
        original = self._original(index, exchange, digest)
        records = _records(exchange, at, digest, original)
        place = Place(self._name, Position(self._size))
        self._append(b"".join(records))
        is_payload = original is None and exchange.status == 200 and not exchange.is_cut
        with index.alone():
            if is_payload:
                index.add_payload(digest, exchange.url, at, place)
            size = self._size - place.position.offset if place.position else 0
            index.add_records(self._name, run=self.run, records=len(records), pages=1, size=size, at=at)
        return str(place)

    def _original(self, index: Index, exchange: Exchange, digest: str) -> Original | None:
        """What the answer repeats. The reference is noted before it is written: a prune then spares its target."""
        if exchange.is_cut or exchange.status not in (200, 304):
            return None
        with index.alone():
            if exchange.status == 304:
                original = index.original(exchange.at, url=exchange.url)
            else:
                original = index.original(exchange.at, digest=digest)
            if original is not None:
                index.refer(self._name, original.place.file)
        return original

    def _open_index(self) -> Index:
        if self._index is None:
            (self.folder / self.site).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = Index(self.folder, self.site)
            if self._days:
                prune_site(self._index, datetime.now(UTC) - timedelta(days=self._days), Pruned())
        return self._index

    def _open_file(self, at: datetime) -> None:
        if self._file is not None and self._size < self._most_bytes:
            return
        self._end_file()
        self._number += 1
        self._name = file_name(self.site, self.run, at.astimezone(UTC).date(), self._number)
        path = self.folder / self._name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._file).st_size
        info = _warcinfo(path.name, self.site, self.run, warc_date(at))
        self._append(info)
        assert self._index is not None
        with self._index.alone():
            self._index.add_records(self._name, run=self.run, records=1, pages=0, size=len(info), at=warc_date(at))

    def _append(self, data: bytes) -> None:
        """All of it or nothing. Raises OSError."""
        assert self._file is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)


class _Writer(WARCWriter):  # type: ignore[misc]
    """warcio's writer, which would also state payload digests of records without a payload."""

    def ensure_digest(self, record: Any, block: bool = True, payload: bool = True) -> None:
        super().ensure_digest(record, block=block, payload=False)


# --- records --------------------------------------------------------------------------------------


def _records(exchange: Exchange, at: str, digest: str, original: Original | None) -> list[bytes]:
    answer = _answer(exchange, at, digest, original)
    identity = answer.rec_headers.get_header("WARC-Record-ID")
    asked = [*_headers("request", exchange.url, at), ("WARC-Concurrent-To", identity)]
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{exchange.method} {target} HTTP/1.1".encode("latin-1", "replace")]
    lines += [name + b": " + value for name, value in exchange.request_headers if _is_told(name)]
    request = b"\r\n".join(lines) + b"\r\n\r\n"
    context = json.dumps(exchange.context, ensure_ascii=False).encode("utf-8", "backslashreplace")
    beside = [*_headers("metadata", exchange.url, at), ("WARC-Concurrent-To", identity)]
    return [
        _member(answer),
        _member(_record("request", asked, request, "application/http; msgtype=request")),
        *([_member(_record("metadata", beside, context, CONTEXT))] if exchange.context else []),
    ]


def _answer(exchange: Exchange, at: str, digest: str, original: Original | None) -> Any:
    headers = _headers("response" if original is None else "revisit", exchange.url, at)
    if exchange.address:
        headers.append(("WARC-IP-Address", exchange.address))
    if exchange.is_cut:
        headers.append(("WARC-Truncated", "length"))
    if exchange.status != 304:
        headers.append(("WARC-Payload-Digest", digest))
    told = [(_renamed(name), value) for name, value in exchange.headers]
    if any(new != old for (new, _), (old, _) in zip(told, exchange.headers, strict=True)):
        told = [pair for pair in told if pair[0].lower() != b"content-length"]
        told.append((b"Content-Length", str(len(exchange.body)).encode()))
    status = f"HTTP/1.1 {exchange.status} {exchange.reason}".rstrip()
    kind = "application/http; msgtype=response"
    if original is None:
        lines = [status.encode("latin-1", "replace"), *(name + b": " + value for name, value in told)]
        return _record("response", headers, b"\r\n".join(lines) + b"\r\n\r\n" + exchange.body, kind)
    profile = "server-not-modified" if exchange.status == 304 else "identical-payload-digest"
    headers += [
        ("WARC-Profile", PROFILE + profile),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.at),
        (REFERS_TO.title(), str(original.place)),
    ]
    lines_of_text = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in told]
    protocol, _, rest = status.partition(" ")
    http = StatusAndHeaders(rest, lines_of_text, protocol=protocol)
    record = _record("revisit", headers, b"", kind)
    record.http_headers = http
    return record


def _headers(kind: str, url: str, at: str) -> list[tuple[str, str]]:
    identity = WARCWriter._make_warc_id()
    return [("WARC-Type", kind), ("WARC-Record-ID", identity), ("WARC-Date", at), ("WARC-Target-URI", url)]


def _record(kind: str, headers: list[tuple[str, str]], block: bytes, content_type: str) -> Any:
    """A record of warcio's whose block is written byte for byte."""
    fields = StatusAndHeaders("", headers, protocol="WARC/1.1")
    return ArcWarcRecord(
        "warc", kind, fields, BytesIO(block), None, content_type, len(block), payload_length=len(block)
    )


def _member(record: Any) -> bytes:
    """The record in a gzip member of its own."""
    written = BytesIO()
    _Writer(written, gzip=False, warc_version="1.1").write_record(record)
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return compressor.compress(written.getvalue()) + compressor.flush()


def _warcinfo(name: str, site: str, run: str, at: str) -> bytes:
    lines = {
        "software": f"newscrawl/{version('newscrawl')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey",
        "isPartOf": site,
        "description": f"run {run}",
    }
    block = "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode()
    headers = [("WARC-Type", "warcinfo"), ("WARC-Record-ID", WARCWriter._make_warc_id())]
    headers += [("WARC-Date", at), ("WARC-Filename", name)]
    return _member(_record("warcinfo", headers, block, "application/warc-fields"))


def _digest(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _is_told(name: bytes) -> bool:
    return name.decode("latin-1").lower() not in _SECRET


def _renamed(name: bytes) -> bytes:
    return b"X-Crawl-" + name if name.lower() == b"transfer-encoding" else name
