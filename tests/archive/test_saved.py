"""The address of a saved page: what browsers and savers note, and what the page says of itself."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from newscrawl.archive.payload import NoAnswer
from newscrawl.archive.saved import address_in_page, read_saved
from newscrawl.article import NotAnArticle

HEAD = "<html><head>{}</head><body><h1>Bridge</h1></body></html>"
URL = "https://example.com/news/1"


@pytest.mark.parametrize(
    ("page", "address"),
    [
        (f"<!DOCTYPE html>\n<!-- saved from url=(0026){URL} -->\n<html>", URL),
        (
            f"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: Tue Jan 06 2026 -->",
            URL,
        ),
        ("<html>\n<!-- Mirrored from example.com/news/1 by HTTrack Website Copier/3.x -->", URL),
        (HEAD.format(f'<link rel="canonical" href="{URL}">'), URL),
        (HEAD.format(f'<meta property="og:url" content="{URL}">'), URL),
        (HEAD.format(f'<link rel="canonical" href="/news/1"><meta property="og:url" content="{URL}">'), URL),
        (HEAD.format(f'<meta property="og:url" content="https://b.example/"><link rel="canonical" href="{URL}">'), URL),
    ],
)
def test_the_address_is_the_one_that_the_page_names(page: str, address: str) -> None:
    assert address_in_page(page.encode()) == address


def test_a_page_that_names_no_address_is_refused() -> None:
    with pytest.raises(NotAnArticle) as refused:
        address_in_page(HEAD.format('<link rel="canonical" href="/news/1">').encode())
    assert refused.value.reason == "no-address"


def test_saved_pages_may_be_compressed_and_are_limited(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<html>")
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(b"<html>"))
    (tmp_path / "c.html.gz").write_bytes(gzip.compress(bytes(5000)))
    (tmp_path / "d.html").write_bytes(bytes(5000))
    assert read_saved(tmp_path / "a.html", 1000) == read_saved(tmp_path / "b.html.gz", 1000) == b"<html>"
    for name in ("c.html.gz", "d.html"):
        with pytest.raises(NoAnswer):
            read_saved(tmp_path / name, 1000)
