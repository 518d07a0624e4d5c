"""Content codings of an answer (RFC 9110, 8.4): undone with a limit that is checked while inflating. Pure."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
"""Value of Accept-Encoding."""

MOST_CODINGS = 2  # in one another: more is never sent in good faith
PIECE = 2**16  # bytes inflated at a time
LARGEST_WINDOW = 23  # log2 of bytes; RFC 9659: the most that an answer may ask for


class CodingError(ValueError):
    """A body that cannot be decoded. `reason`: stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)


def decode_body(body: bytes, content_encoding: str, *, max_bytes: int) -> bytes:
    """The body without its codings. `content_encoding`: value of the header, the last coding applied last.

    Raises CodingError: `decompressed-too-large`, `too-many-codings`, `unknown-coding`, `damaged-coding`.
    """
    codings = [coding for coding in (part.strip().lower() for part in content_encoding.split(",")) if coding]
    codings = [coding for coding in codings if coding != "identity"]
    if len(codings) > MOST_CODINGS:
        raise CodingError("too-many-codings", f"the answer is coded {len(codings)} times; {MOST_CODINGS} are taken")
    for coding in reversed(codings):
        inflate = _INFLATERS.get(coding)
        if inflate is None:
            raise CodingError("unknown-coding", f"the answer is coded as {coding[:40]!r}, which was not asked for")
        if body:
            body = _limited(inflate(body), coding, max_bytes)
    return body


def _limited(pieces: Iterator[bytes], coding: str, most: int) -> bytes:
    inflated, size = [], 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise CodingError("decompressed-too-large", f"the answer has more than {most} bytes when decompressed")
            inflated.append(piece)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise CodingError("damaged-coding", f"the answer is damaged or cut short: {coding}: {error}") from None
    return b"".join(inflated)


def _gzip(body: bytes) -> Iterator[bytes]:
    """Several members in a row are one body (RFC 1952, 2.2); what follows the last one is padding."""
    is_first = True
    while body and (is_first or body.startswith(b"\x1f\x8b")):
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        yield from _inflate(inflater, body)
        body, is_first = inflater.unused_data, False


def _deflate(body: bytes) -> Iterator[bytes]:
    """With the zlib header of RFC 9110, 8.4.1.2, or without one, as some servers send it."""
    has_header = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflate(zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS), body)


def _inflate(inflater: zlib._Decompress, body: bytes) -> Iterator[bytes]:
    while not inflater.eof:
        piece = inflater.decompress(body, PIECE)
        if not piece and not inflater.unconsumed_tail and not inflater.eof:
            raise EOFError("it ends too early")
        body = inflater.unconsumed_tail
        yield piece


def _brotli(body: bytes) -> Iterator[bytes]:
    inflater = brotli.Decompressor()
    piece = inflater.process(body, output_buffer_limit=PIECE)
    while piece or not inflater.is_finished():
        yield piece
        piece = inflater.process(b"", output_buffer_limit=PIECE)
        if not piece and not inflater.is_finished():
            raise EOFError("it ends too early")


def _zstd(body: bytes) -> Iterator[bytes]:
    """Several frames in a row are one body (RFC 8878, 3)."""
    while body:
        inflater = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW})
        while not inflater.eof:
            piece = inflater.decompress(body, PIECE)
            body = b""
            if not piece and inflater.needs_input and not inflater.eof:
                raise EOFError("it ends too early")
            yield piece
        body = inflater.unused_data


_INFLATERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
