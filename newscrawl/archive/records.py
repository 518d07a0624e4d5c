"""Records of a WARC file (ISO 28500), one after another, past whatever damage there is.

warcio's own iterator ends at the first damage and keeps no limits; its parser of headers is used here. A file may be
compressed record by record, as the standard recommends, as a whole, or not at all.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from warcio.statusandheaders import StatusAndHeadersParser

MAGIC = b"\x1f\x8b"
MEMBER = b"\x1f\x8b\x08"  # a member with the only method that there is (RFC 1952, 2.3.1)
VERSION = b"WARC/"
PIECE = 2**16  # bytes at a time
LONGEST_HEAD = 2**18  # bytes of the headers of one record
MOST_BYTES = 32 * 2**20
"""Bytes of one record that are read; a larger one is passed over."""

WRONG = "its length is not the one that it states"

_parse = StatusAndHeadersParser([], verify=False).parse


class Position(NamedTuple):
    """A place in a file to read from: bytes from its start, then so many records that are passed over."""

    offset: int = 0
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.offset}+{self.skip}" if self.skip else str(self.offset)

    @classmethod
    def parse(cls, text: str) -> Position:
        """What `str` gives. Raises ValueError."""
        offset, _, skip = text.partition("+")
        return cls(int(offset), int(skip or 0))


START = Position()


@dataclass(slots=True)
class Record:
    """One record. `headers`: names in small letters. `after`: where the next one begins."""

    headers: dict[str, str]
    block: bytes
    at: Position
    after: Position

    @property
    def kind(self) -> str:
        """`response`, `request`, `revisit`, `metadata`, `warcinfo` …"""
        return self.headers.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        """The address that it is of; some writers put it into angle brackets."""
        return self.headers.get("warc-target-uri", "").strip("<> ")


@dataclass(slots=True)
class Damage:
    """What cannot be read. `reason`: `no-warc`, `damaged-gzip`, `cut-short`, `wrong-length`, `record-too-large`."""

    reason: str
    detail: str
    at: Position
    after: Position
    url: str = ""


class _Trouble(Exception):
    def __init__(self, reason: str, detail: str, url: str = "") -> None:
        self.reason, self.detail, self.url = reason, detail, url
        super().__init__(detail)


class _Plain:
    """The bytes of a file as they are."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        file.seek(offset)

    @property
    def offset(self) -> int:
        return self._file.tell()

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def line(self) -> bytes:
        return self._file.readline(PIECE)


class _Member:
    """One gzip member, inflated piece by piece. Raises _Trouble where it is damaged, or the file ends within it."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        file.seek(offset)
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._held = bytearray()
        self.end = offset

    def _fill(self) -> bool:
        """Whether there is more."""
        while not self._inflater.eof:
            coded = self._inflater.unconsumed_tail or self._file.read(PIECE)
            try:
                piece = self._inflater.decompress(coded, PIECE)
            except zlib.error as error:
                raise _Trouble("damaged-gzip", f"its compression is damaged: {error}") from None
            self.end = self._file.tell() - len(self._inflater.unused_data)
            if not coded and not piece:
                raise _Trouble("cut-short", "the file ends within a record")
            if piece:
                self._held += piece
                return True
        return False

    def read(self, size: int) -> bytes:
        while len(self._held) < size and self._fill():
            pass
        return self._take(size)

    def line(self) -> bytes:
        while (found := self._held.find(b"\n")) < 0 and len(self._held) < PIECE and self._fill():
            pass
        return self._take(found + 1 if found >= 0 else PIECE)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def read_records(path: Path, start: Position = START, *, most: int = MOST_BYTES) -> Iterator[Record | Damage]:
    """Every record of a file from `start` on, and what of it cannot be read. Raises OSError.

    At most `most` bytes of a record are in memory, and what inflates without end ends there.
    """
    with path.open("rb", buffering=4 * PIECE) as file:
        offset, skip = start
        while True:
            file.seek(offset)
            magic = file.read(len(MAGIC))
            if not magic:
                return
            read = _of_member if magic == MAGIC else _of_plain
            after = yield from read(file, offset, skip, most)
            if after <= offset:
                return
            offset, skip = after, 0


def _of_member(file: BinaryIO, offset: int, skip: int, most: int) -> Generator[Record | Damage, None, int]:
    """The records of the gzip member at `offset`. Gives where the next member begins."""
    member, number = _Member(file, offset), 0
    first: bytes | None = None
    try:
        while True:
            line = first if first is not None else _next_line(member)
            if not line:
                break
            headers = _headers(member, line)
            is_wanted = number >= skip
            block, trouble = _block(member, headers, most)
            first = _next_line(member)
            if first and not first.startswith(VERSION):
                raise _Trouble("wrong-length", WRONG, headers.get("warc-target-uri", ""))
            after = Position(offset, number + 1) if first else Position(member.end)
            if is_wanted and trouble is not None:
                yield Damage(trouble.reason, trouble.detail, Position(offset, number), after, trouble.url)
            elif is_wanted:
                yield Record(headers, block, Position(offset, number), after)
            number += 1
        return member.end
    except _Trouble as trouble:
        after = Position(_next_member(file, offset + 1))
        yield Damage(trouble.reason, trouble.detail, Position(offset, number), after, trouble.url)
        return after.offset


def _of_plain(file: BinaryIO, offset: int, _skip: int, most: int) -> Generator[Record | Damage, None, int]:
    """The records from `offset` on as far as the file is not compressed. Gives where to go on."""
    while True:
        plain = _Plain(file, offset)
        line = _next_line(plain)
        if not line:
            return plain.offset
        start = plain.offset - len(line)
        if line.startswith(MAGIC):
            return start
        inside = plain.offset
        try:
            headers = _headers(plain, line)
            inside = plain.offset
            block, trouble = _block(plain, headers, most)
            following = _next_line(plain)
            if following and not following.startswith((VERSION, MAGIC)):
                raise _Trouble("wrong-length", WRONG, headers.get("warc-target-uri", ""))
            after = plain.offset - len(following)
            if trouble is not None:
                yield Damage(trouble.reason, trouble.detail, Position(start), Position(after), trouble.url)
            else:
                yield Record(headers, block, Position(start), Position(after))
        except _Trouble as trouble:
            after = _next_plain(file, inside)
            yield Damage(trouble.reason, trouble.detail, Position(start), Position(after), trouble.url)
        offset = after


def _next_line(source: _Plain | _Member) -> bytes:
    """The first line that is not empty; b"" at the end."""
    while (line := source.line()) and not line.strip():
        pass
    return line


def _headers(source: _Plain | _Member, line: bytes) -> dict[str, str]:
    if not line.startswith(VERSION):
        raise _Trouble("no-warc", f"this is no WARC record; it begins with {line[:40]!r}")
    head = bytearray(line)
    while (line := source.line()).strip():
        head += line
        if len(head) > LONGEST_HEAD:
            raise _Trouble("no-warc", f"its headers have more than {LONGEST_HEAD} bytes")
    return {name.lower(): value for name, value in _parse(BytesIO(bytes(head) + b"\r\n")).headers}


def _block(source: _Plain | _Member, headers: dict[str, str], most: int) -> tuple[bytes, _Trouble | None]:
    """The block, or why it is passed over. Raises _Trouble where it does not end where its record says."""
    url, text = headers.get("warc-target-uri", ""), headers.get("content-length", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise _Trouble("wrong-length", f"it states no length: Content-Length {text[:40]!r}", url)
    left = length = int(text)
    block, trouble = b"", None
    if length > most:
        trouble = _Trouble("record-too-large", f"the record has {length} bytes; at most {most} are read", url)
    else:
        block = source.read(length)
        left -= len(block)
    while trouble is not None and left and (piece := source.read(min(left, PIECE))):
        left -= len(piece)
    if left:
        raise _Trouble("cut-short", "it ends before the length that it states", url)
    return block, trouble


def _next_member(file: BinaryIO, offset: int) -> int:
    """Where the next gzip member with a WARC record begins; the end of the file where there is none."""
    for found in _find(file, MEMBER, offset):
        member = _Member(file, found)
        try:
            if _next_line(member).startswith(VERSION):
                return found
        except _Trouble:
            pass
    return file.seek(0, 2)


def _next_plain(file: BinaryIO, offset: int) -> int:
    """Where the next record begins that is not compressed; the end of the file where there is none."""
    for found in _find(file, b"\n" + VERSION + b"1.", offset):
        return found + 1
    return file.seek(0, 2)


def _find(file: BinaryIO, wanted: bytes, offset: int) -> Iterator[int]:
    """Every offset from `offset` on at which the bytes stand."""
    while True:
        file.seek(offset)
        piece = file.read(16 * PIECE)
        at = piece.find(wanted)
        while at >= 0:
            yield offset + at
            at = piece.find(wanted, at + 1)
        if len(piece) < 16 * PIECE:
            return
        offset += len(piece) - len(wanted) + 1
