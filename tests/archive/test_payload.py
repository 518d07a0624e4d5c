"""The answer in a record: bodies as they were sent, and as other archives keep them."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from newscrawl.archive.payload import NoAnswer, answer_of

PAGE = b"<html><body>caf\xc3\xa9</body></html>"
CHUNKS = b"10\r\n" + PAGE[:16] + b"\r\n%x;a=b\r\n" % (len(PAGE) - 16) + PAGE[16:] + b"\r\n0\r\n\r\n"


def block(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *headers]).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PAGE, []),
        (gzip.compress(PAGE, mtime=0), ["Content-Encoding: gzip"]),
        (brotli.compress(PAGE), ["Content-Encoding: br"]),
        (zlib.compress(PAGE), ["content-encoding: deflate"]),
        (CHUNKS, ["Transfer-Encoding: chunked"]),
        # What Common Crawl, wget and others keep: decoded, under the headers that were sent.
        (PAGE, ["Content-Encoding: gzip"]),
        (PAGE, ["Content-Encoding: br"]),
        (PAGE, ["Transfer-Encoding: chunked"]),
        (PAGE, ["X-Crawl-Content-Encoding: gzip", "X-Crawl-Transfer-Encoding: chunked"]),
    ],
)
def test_the_body_is_found_under_whatever_headers_it_was_kept(body: bytes, headers: list[str]) -> None:
    answer = answer_of(block(body, *headers), most=1000)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, PAGE, "text/html")
    assert "content-encoding" not in answer.headers


def test_a_chunked_body_that_ends_too_early_is_read_as_far_as_it_comes() -> None:
    assert answer_of(block(CHUNKS[:30], "Transfer-Encoding: chunked"), most=1000).body == PAGE[:17]


def test_a_million_chunks_of_one_byte_are_read_at_once() -> None:
    answer = answer_of(block(b"1\r\nx\r\n" * 1_000_000, "Transfer-Encoding: chunked"), most=2_000_000)
    assert len(answer.body) == 1_000_000


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", "no-http"),
        (b"<html>", "no-http"),
        (b"HTTP/1.1 abc\r\n\r\n", "no-http"),
        (block(gzip.compress(bytes(5000), mtime=0), "Content-Encoding: gzip"), "decompressed-too-large"),
        (block(gzip.compress(PAGE, mtime=0)[:-9], "Content-Encoding: gzip"), "damaged-coding"),
        (block(bytes(5000)), "too-large"),
    ],
)
def test_what_holds_no_answer_is_refused_with_its_reason(record: bytes, reason: str) -> None:
    with pytest.raises(NoAnswer) as refused:
        answer_of(record, most=1000)
    assert refused.value.reason == reason
