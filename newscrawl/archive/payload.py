"""The HTTP answer in a record: status, headers, and the body without its codings. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from warcio.statusandheaders import StatusAndHeadersParser

from newscrawl.crawl.codings import CodingError, decode_body

_parse = StatusAndHeadersParser([], verify=False).parse
LONGEST_HEAD = 2**20  # bytes
LONGEST_CHUNK_HEAD = 100  # bytes


class NoAnswer(ValueError):
    """The record holds no answer that can be read. `reason`: stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


@dataclass(slots=True)
class Answer:
    """An HTTP answer. `headers`: names in small letters, several of one name joined by commas (RFC 9110, 5.3)."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer_of(block: bytes, *, most: int) -> Answer:
    """The answer in the block of a response record, of at most `most` decompressed bytes. Raises NoAnswer.

    Archives differ in what they keep: the body as it was sent, or without its codings under the headers that still
    name them. What does not begin as its coding does is taken as it is.
    """
    status, headers, body = split(block)
    body = _without_chunks(body) if "chunked" in headers.get("transfer-encoding", "").lower() else body
    codings = headers.get("content-encoding", "")
    try:
        if codings and not _is_decoded(body, codings):
            body = decode_body(body, codings, max_bytes=most)
    except CodingError as error:
        raise NoAnswer(error.reason, str(error)) from None
    if len(body) > most:
        raise NoAnswer("too-large", f"the page has {len(body)} bytes; at most {most} are read")
    for name in ("content-encoding", "transfer-encoding"):
        headers.pop(name, None)
    return Answer(status, headers, body)


def split(block: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body as they are recorded. Raises NoAnswer."""
    if not block[:5].upper() == b"HTTP/":
        raise NoAnswer("no-http", "the record holds no HTTP answer")
    stream = BytesIO(block)
    parsed = _parse(stream)
    code = parsed.statusline.split(" ", 1)[0]
    if not (code.isascii() and code.isdigit() and len(code) == 3) or stream.tell() > LONGEST_HEAD:
        raise NoAnswer("no-http", "the record holds no sound HTTP answer")
    return int(code), joined(parsed.headers), block[stream.tell() :]


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by their names in small letters, several of one name joined by commas (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found


_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


def _is_decoded(body: bytes, codings: str) -> bool:
    """The body is text already, whatever its header says."""
    last = codings.rpartition(",")[2].strip().lower()
    if (magic := _MAGIC.get(last)) is not None:
        return not body.startswith(magic)
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _without_chunks(body: bytes) -> bytes:
    """The body without its chunks (RFC 9112, 7.1); as it is where it has none, and as far as it comes."""
    found: list[bytes] = []
    at = 0
    with contextlib.suppress(ValueError):
        while (end := body.find(b"\n", at, at + LONGEST_CHUNK_HEAD)) >= 0:
            size = int(body[at:end].split(b";")[0].strip(), 16)
            if size <= 0:
                return b"".join(found)
            at = end + 1 + size
            found.append(body[end + 1 : at])
            at += 2 if body.startswith(b"\r\n", at) else 1
    return b"".join(found) if found else body
