"""Content codings: each is undone, cut at the limit while it is inflated, and refused where it is damaged."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.crawl.codings import CodingError, decode_body

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"The council voted on Thursday to repair the old bridge. " * 300 + bytes(range(256)) * 20


def raw_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(body) + deflater.flush()


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]


@pytest.mark.parametrize(("name", "encode"), CODINGS)
def test_a_coding_is_undone(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode_body(encode(TEXT), name, max_bytes=len(TEXT)) == TEXT


@pytest.mark.parametrize(("name", "encode"), CODINGS)
def test_more_than_the_limit_is_refused(name: str, encode: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CodingError) as refusal:
        decode_body(encode(TEXT), name, max_bytes=len(TEXT) - 1)
    assert refusal.value.reason == "decompressed-too-large"


@pytest.mark.parametrize(("name", "encode"), CODINGS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_body_that_is_cut_is_refused(name: str, encode: Callable[[bytes], bytes], share: float) -> None:
    whole = encode(TEXT)
    with pytest.raises(CodingError) as refusal:
        decode_body(whole[: int(len(whole) * share)], name, max_bytes=10**6)
    assert refusal.value.reason == "damaged-coding"


@pytest.mark.parametrize(("name", "encode"), [CODINGS[0], CODINGS[-1]])
def test_several_members_in_a_row_are_one_body(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decode_body(encode(TEXT) + encode(b"more"), name, max_bytes=10**6) == TEXT + b"more"


def test_padding_behind_gzip_is_left_out() -> None:
    assert decode_body(gzip.compress(TEXT) + bytes(512), "gzip", max_bytes=10**6) == TEXT


def test_two_codings_in_one_another_are_undone_in_the_reverse_order() -> None:
    assert decode_body(brotli.compress(gzip.compress(TEXT)), "gzip, br", max_bytes=10**6) == TEXT


def test_three_codings_are_refused() -> None:
    with pytest.raises(CodingError) as refusal:
        decode_body(TEXT, "gzip, gzip, gzip", max_bytes=10**6)
    assert refusal.value.reason == "too-many-codings"


def test_a_coding_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(CodingError) as refusal:
        decode_body(TEXT, "compress", max_bytes=10**6)
    assert refusal.value.reason == "unknown-coding"


@pytest.mark.parametrize("value", ["", "identity", " , identity,"])
def test_no_coding_leaves_the_body_as_it_is(value: str) -> None:
    assert decode_body(TEXT, value, max_bytes=1) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_an_empty_body_may_be_called_coded(name: str) -> None:
    assert decode_body(b"", name, max_bytes=10) == b""


def test_a_window_that_would_take_the_memory_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.compression_level: 1}
    packer = zstd.ZstdCompressor(options=options)
    with pytest.raises(CodingError) as refusal:
        decode_body(packer.compress(TEXT) + packer.flush(), "zstd", max_bytes=10**6)
    assert refusal.value.reason == "damaged-coding"


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]))
def test_any_bytes_are_decoded_within_the_limit_or_refused(body: bytes, name: str) -> None:
    reason = None
    try:
        assert len(decode_body(body, name, max_bytes=1000)) <= 1000
    except CodingError as refusal:
        reason = refusal.reason
    assert reason in (None, "damaged-coding", "decompressed-too-large")
