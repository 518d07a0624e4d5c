"""Bylines to authors: `By Jane Doe and John Roe, Staff Writers` to two names. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newscrawl.article import Author, RawAuthor
from newscrawl.normalize.text import clean

MOST = 50  # authors of one article

_BY = re.compile(
    r"^(?:(?:written|reported|story|words|text|posted|published|produced|edited)\s+by|by|von|par|por|de|di|door|av|af|autor(?:i|ka|zy)?|autore|"
    r"auteurs?|author(?:s|\(s\))?|redaktion|przez|napsal[ai]?|szerző|írta|yazan|haber|автори?|авторы?|текст|підготував|από|του|oleh|penulis|tác giả|"
    r"بقلم|كتب|نویسنده|מאת|लेखक|作者|記者|记者|文)\s*[:：]?\s+",
    re.I,
)
_BY_TIGHT = re.compile(r"^(?:作者|记者|記者|文)\s*[:：/／]\s*")
_SPLIT = re.compile(
    r"\s*(?:[,;|•·/\n、]|\s(?:and|und|et|y|e|en|och|og|oraz|та|и|і|й|ja|és|dan|ve|&|\+|with)\s)\s*", re.I
)
_ROLE = re.compile(
    r"^(?:staff\b.*|.*\b(?:writer|reporter|correspondent|editor|journalist|columnist|contributor|producer|photographer|bureau|desk|team|newsroom|"
    r"chief|redakteur(?:in)?|redaktion|korrespondent(?:in)?|journaliste|rédaction|redacción|redazione|redator|periodista|журналіст\w*|"
    r"журналист\w*|кореспондент\w*|корреспондент\w*|редактор\w*|редакц\w*|기자|특파원|記者|编辑|編集部)|admin(?:istrator)?|guest|unknown|none|null|anonymous)$",
    re.I,
)
_JUNK = re.compile(
    r"https?://|www\.|@|\d{4}|\d{1,2}:\d{2}|facebook|twitter|instagram|follow|share|updated|published|[<>{}\[\]|=]",
    re.I,
)
_TAIL = re.compile(r"\s*(?:\([^)]*\)|\s[-–—]\s.*|\b(?:for|für|pour|per)\s+(?:the\s+)?[A-Z].*|\s(?:기자|特派員|記者))$")


def parse_authors(texts: Sequence[RawAuthor], *, publisher: str | None = None) -> list[Author]:
    """The people and agencies that bylines name, in their order, each once; at most 50.

    `publisher`: a byline that only repeats it is left out.
    """
    authors: dict[str, Author] = {}
    for raw in texts:
        names = _names(clean(raw.text[:1000]))
        for name in names:
            key = name.casefold()
            if publisher and key == publisher.casefold():
                continue
            if key not in authors and len(authors) < MOST:
                authors[key] = Author(name=name, url=raw.url if len(names) == 1 else None)
    return list(authors.values())


def _names(text: str) -> list[str]:
    text = _BY_TIGHT.sub("", _BY.sub("", text))
    names = []
    for part in _SPLIT.split(text):
        name = _TAIL.sub("", _BY.sub("", part or "")).strip(" .,:;-–—•\"'“”«»")
        if 2 <= len(name) <= 80 and not _ROLE.match(name) and not _JUNK.search(name) and any(c.isalpha() for c in name):
            names.append(_proper(name))
    return names if len(" ".join(names).split()) <= 60 else []


def _proper(name: str) -> str:
    """Bylines in capitals as names are written; agencies stay as they are."""
    words = name.split()
    return name.title() if len(words) > 1 and name.isupper() else name
