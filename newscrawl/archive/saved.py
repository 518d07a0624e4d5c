"""Pages that somebody saved as files: their bytes, and the address that they came from."""

from __future__ import annotations

import re
from pathlib import Path

from newscrawl.archive.payload import NoAnswer
from newscrawl.article import NotAnArticle
from newscrawl.crawl.codings import CodingError, decode_body
from newscrawl.extract.page import Page
from newscrawl.normalize.urls import web_address

MAGIC = b"\x1f\x8b"
LOOKED_AT = 4096  # bytes at the head of a page in which browsers and savers of pages note the address
_NOTED = (
    re.compile(rb"<!--\s{0,9}saved from url=\(\d{1,5}\)(https?://\S{1,2000}?)\s{0,9}-->", re.I),  # the mark of the web
    re.compile(rb"<!--\s{0,9}Page saved with SingleFile\s{1,9}url:\s{0,9}(https?://\S{1,2000})", re.I),
    re.compile(rb"<!--\s{0,9}Mirrored from (\S{1,2000}) by HTTrack", re.I),
)


def read_saved(path: Path, most: int) -> bytes:
    """The bytes of a saved page, compressed with gzip or not, of at most `most`. Raises NoAnswer, OSError."""
    with path.open("rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise NoAnswer("too-large", f"the file has more than {most} bytes")
    if not body.startswith(MAGIC):
        return body
    try:
        return decode_body(body, "gzip", max_bytes=most)
    except CodingError as error:
        raise NoAnswer(error.reason, str(error)) from None


def address_in_page(body: bytes) -> str:
    """The address that a saved page says it has: what the saver noted, its canonical address, its `og:url`. Pure.

    Raises NotAnArticle with the reason `no-address`, and what `Page` raises.
    """
    for pattern in _NOTED:
        if found := pattern.search(body, 0, LOOKED_AT):
            noted = found[1].decode("latin-1")
            return noted if noted.startswith("http") else f"https://{noted}"
    page = Page(body, "https://saved.invalid/")
    links = page.tree.iterfind(".//link[@rel]")
    canonical = (link.get("href") for link in links if "canonical" in (link.get("rel") or "").lower().split())
    for address in (*canonical, *page.meta.get("og:url", ())):
        if address and (whole := web_address(address)):
            return whole
    raise NotAnArticle("no-address", "the page does not say what its address is; name it with --url or --url-list")
