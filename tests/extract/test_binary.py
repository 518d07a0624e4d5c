"""Files that a server calls a page are refused with their reason, and no text is."""

import gzip
import random
import zlib

import pytest

from newscrawl.article import NotAnArticle
from newscrawl.extract.page import Page

URL = "https://example.com/news/story"
NOISE = random.Random(5).randbytes(20_000)
PAGE = b"<html><h1>Bridge closed</h1><p>The council met on Tuesday.</p></html>"


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\nBT (Bridge closed) Tj ET",
        b"\x89PNG\r\n\x1a\n" + NOISE,
        b"PK\x03\x04" + NOISE,
        b"\x00\x00\x00\x18ftypmp42" + NOISE,
        gzip.compress(PAGE, mtime=0),
        zlib.compress(PAGE * 50 + NOISE),
        NOISE,
    ],
    ids=["pdf", "png", "zip", "mp4", "gzip that nobody named", "deflate that nobody named", "noise"],
)
@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251"])
def test_what_is_no_page_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        Page(body, URL, headers={"Content-Type": content_type})
    assert refused.value.reason == "not-html"


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        PAGE.replace(b" ", b"\x00 "),
        PAGE.replace(b"closed", b"\x07\x1b[31mclosed"),
        PAGE.decode().encode("utf-16"),
        PAGE.decode().encode("utf-16-le"),
        b"\x1b$B;T5D2q\x1b(B " + PAGE,
    ],
    ids=["plain", "NULs", "bells and escapes", "utf-16", "utf-16 without mark", "iso-2022-jp"],
)
def test_a_page_with_odd_bytes_is_read(body: bytes) -> None:
    assert "Tuesday" in Page(body, URL).source
