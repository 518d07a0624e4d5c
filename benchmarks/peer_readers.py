"""Every reader that `extraction.py` compares, in a process of its own: `python peer_readers.py READER PAGES WARM`.

`PAGES` is a file of JSON lines with `id`, `url`, `html` and `publisher`. The first `WARM` of them are read unmeasured,
then each other one once, as a crawl reads each page once, and what that took is printed. Needs nothing but its reader.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Page = dict[str, Any]
TEXT = 200  # characters of a body from which it counts as one


class Read(NamedTuple):
    """What of a page is counted."""

    headline: str | None
    body: str | None


Reader = Callable[[Page], Read | None]
"""Gives None for a page that it has no means to read."""


def newscrawl() -> Reader:
    """The general extraction, without rules of any site."""
    package = import_module("newscrawl")

    def read(page: Page) -> Read | None:
        try:
            article = package.extract(page["html"], page["url"])
        except import_module("newscrawl.article").NotAnArticle:
            return Read(None, None)
        return Read(article.headline, article.body)

    return read


def trafilatura(*, fast: bool = False) -> Reader:
    """With metadata, without comments."""
    extract = import_module("trafilatura").bare_extraction

    def read(page: Page) -> Read | None:
        found = extract(page["html"], url=page["url"], with_metadata=True, include_comments=False, fast=fast)
        return Read(found.title, found.text) if found else Read(None, None)

    return read


def newspaper4k() -> Reader:
    """Without fetching images."""
    package = import_module("newspaper")

    def read(page: Page) -> Read | None:
        article = package.Article(page["url"], fetch_images=False)
        article.download(input_html=page["html"])
        article.parse()
        return Read(article.title, article.text)

    return read


def news_please() -> Reader:
    """Its parser alone, which asks newspaper4k, readability and others and compares; without fetching images."""
    package = import_module("newsplease").NewsPlease

    def read(page: Page) -> Read | None:
        found = package.from_html(page["html"], url=page["url"], fetch_images=False)
        return Read(found.title, found.maintext) if found else Read(None, None)

    return read


def fundus() -> Reader:
    """The parser that it has for the page's publisher; other pages it cannot read."""
    publishers = list(import_module("fundus").PublisherCollection)
    parsers = {publisher.__name__: publisher.parser for publisher in publishers}
    parsers |= {urlsplit(publisher.domain).netloc.removeprefix("www."): publisher.parser for publisher in publishers}

    def read(page: Page) -> Read | None:
        host = urlsplit(page["url"]).netloc.removeprefix("www.")
        parser = parsers.get(page["publisher"] or host)
        if parser is None:
            return None
        fetched = datetime.fromisoformat(page["fetched"]) if page["fetched"] else datetime.now()
        found = parser(fetched).parse(page["html"], error_handling="suppress")
        body = found.get("body")
        return Read(found.get("title"), "\n".join(body.as_text_sequence()) if body else None)

    return read


def readability() -> Reader:
    """Title and body, all that it reads."""
    package, text = import_module("readability"), import_module("lxml.html").fromstring

    def read(page: Page) -> Read | None:
        document = package.Document(page["html"])
        return Read(document.short_title(), text(document.summary(html_partial=True)).text_content())

    return read


def goose3() -> Reader:
    """Without fetching images."""
    goose = import_module("goose3").Goose({"enable_image_fetching": False, "strict": False})

    def read(page: Page) -> Read | None:
        article = goose.extract(raw_html=page["html"])
        return Read(article.title, article.cleaned_text)

    return read


READERS: dict[str, tuple[Callable[[], Reader], str]] = {
    "newscrawl": (newscrawl, "newscrawl"),
    "trafilatura fast": (lambda: trafilatura(fast=True), "trafilatura"),
    "trafilatura": (trafilatura, "trafilatura"),
    "readability": (readability, "readability-lxml"),
    "fundus": (fundus, "fundus"),
    "newspaper4k": (newspaper4k, "newspaper4k"),
    "goose3": (goose3, "goose3"),
    "news-please": (news_please, "news-please"),
}
"""Readers by name, with the package that each comes in."""


def read_all(read: Reader, pages: list[Page]) -> dict[str, Any]:
    """Processor seconds of each page that the reader can read, and of how many it gave headline and body."""
    seconds: dict[str, float] = {}
    whole = 0
    for page in pages:
        began = time.process_time()
        try:
            found = read(page)
        except Exception:  # the readers' errors are of all kinds, and a page that fails has cost its time
            found = Read(None, None)
        spent = time.process_time() - began
        if found is not None:
            seconds[page["id"]] = spent
            whole += bool(found.headline) and len(found.body or "") >= TEXT
    return {"seconds": seconds, "whole": whole}


def _no_network(*_arguments: object, **_options: object) -> None:
    raise OSError("nothing is fetched here")


def main(name: str, path: str, warm: str) -> None:
    """Measure one reader."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    with open(path, encoding="utf-8") as file:
        pages = [json.loads(line) for line in file]
    make, package = READERS[name]
    read = make()
    socket.socket.connect = _no_network  # type: ignore[method-assign, assignment]
    read_all(read, pages[: int(warm)])  # what is loaded and made once is not the first page's cost
    print(json.dumps({"version": version(package), **read_all(read, pages[int(warm) :])}))


if __name__ == "__main__":
    main(*sys.argv[1:])
