"""Files of other kinds that a server calls a page: told by their first bytes or element, and by bytes that no text has.

Pure.
"""

from __future__ import annotations

import re

from newscrawl.article import NotAnArticle
from newscrawl.extract.encoding import is_utf_16

# First bytes of files that are no page, whatever the server calls them (WHATWG MIME Sniffing, 6).
_FILES = {
    b"%PDF-": "PDF", b"%!PS-": "PostScript", b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf": "7z",
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"\x89PNG": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF",
    b"\xff\xd8\xff": "JPEG", b"RIFF": "RIFF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"\x00\x00\x01\x00": "icon", b"OggS": "Ogg",
    b"ID3": "MP3", b"fLaC": "FLAC", b"\x1aE\xdf\xa3": "Matroska", b"wOFF": "WOFF", b"wOF2": "WOFF", b"\x7fELF": "ELF",
    b"\xd0\xcf\x11\xe0": "Microsoft Office", b"{\\rtf": "RTF", b"SQLite format": "SQLite",
}  # fmt: skip
_BINARY = bytes(
    [*range(1, 9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)]
)  # WHATWG MIME Sniffing, 3: no text has them, but for a NUL here and there
_ROOTS = {b"rss": "feed", b"feed": "feed", b"rdf:rdf": "feed", b"urlset": "sitemap", b"sitemapindex": "sitemap"}
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w:]{0,20})")
MOST_BINARY = 0.03  # share of such bytes in a page that is still read; an eighth of what is compressed is such


def refuse_binary(body: bytes, url: str) -> None:
    """Raise NotAnArticle (`not-html`) where the bytes are those of a file, or no text at all."""
    kind = next((kind for mark, kind in _FILES.items() if body.startswith(mark)), None)
    if kind is None and body[4:8] == b"ftyp":
        kind = "MP4"
    if kind is not None:
        raise NotAnArticle("not-html", f"the answer is a file of the kind {kind}", url)
    head = body[:8192]
    first = _FIRST_ELEMENT.search(head)
    if first is not None and (kind := _ROOTS.get(first[1].lower())):
        raise NotAnArticle("not-html", f"the answer is a {kind}", url)
    binary = len(head) - len(head.translate(None, _BINARY))
    if binary > MOST_BINARY * len(head) and not is_utf_16(body):
        raise NotAnArticle("not-html", "the answer is no text", url)
