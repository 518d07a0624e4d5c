"""Bylines to authors: `By Jane Doe and John Roe, Staff Writers` to two names. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape

from newscrawl.article import Author, RawAuthor
from newscrawl.normalize import byline_words
from newscrawl.normalize.agencies import names_agency
from newscrawl.normalize.text import clean

MOST = 50  # authors of one article
MOST_TEXTS = 200  # bylines that are looked at
LONGEST_NAME = 80  # characters
MOST_WORDS = 6  # of one name
SHORTEST_PART = 5  # letters by which a name is known to be a part of the publisher's


def parse_authors(texts: Sequence[RawAuthor], *, publisher: str | None = None, desks: bool = False) -> list[Author]:
    """The people and agencies that bylines name, in their order, each once; at most 50.

    `publisher`: what only repeats its name is left out, as desks (`Redaktion`) are. `desks`: where nobody else is
    named, a signed desk or publisher is the author.
    """
    authors: dict[str, Author] = {}
    others: dict[str, Author] = {}
    for raw in texts[:MOST_TEXTS]:
        names = _names(clean(unescape(unescape(raw.text[:1000]))))
        for name in names:
            found = others if is_desk(name) or is_own(name, publisher) else authors
            key = name.casefold()
            if key not in found and len(found) < MOST:
                found[key] = Author(name=name, url=raw.url if len(names) == 1 else None, is_agency=names_agency(name))
    return list((authors or (others if desks else {})).values())


def is_person(name: str) -> bool:
    """Whether a name reads as that of a person: two to five words that are names, none of an organisation or agency."""
    if names_agency(name) or byline_words.ORGANISATION.search(name) or is_desk(name):
        return False
    words = name.split()
    if any(ord(c) > 0x2E80 for c in name):
        return 2 <= len(name.replace(" ", "")) <= 6
    return (
        2 <= len(words) <= 5
        and words[0].casefold() not in byline_words.ARTICLES
        and not any(c.isdigit() or c in "?!:" for c in name)
        and all(_is_named(word) for word in words)
        and not (" der " in name and " von " not in name and " van " not in name)
    )


def _is_named(word: str) -> bool:
    """Whether a word may be one of a person's name: a capital, a script without capitals, or a particle."""
    first = next((c for c in word if c.isalpha()), "")
    return (
        not first.islower() or word.casefold().rstrip(".") in byline_words.PARTICLES or any(c.isupper() for c in word)
    )


def is_organisation(name: str) -> bool:
    """Whether a name has a word of an organisation in it: `River University`. Agencies are told by `names_agency`."""
    return byline_words.ORGANISATION.search(name) is not None and not names_agency(name)


def is_desk(name: str) -> bool:
    """Whether a name is that of a desk or a role: `Redaktion`, `Staff Writer`."""
    return byline_words.DESK.fullmatch(name) is not None


def is_own(name: str, publisher: str | None) -> bool:
    """Whether a name only repeats the publisher's, whole or in part."""
    letters, known = _letters(name), _letters(publisher or "")
    if not letters or not known:
        return False
    return letters == known or (
        min(len(letters), len(known)) >= SHORTEST_PART
        and (letters in known or known in letters)
        and not is_person(name)
    )


def is_worded(text: str) -> bool:
    """Whether a line begins as a byline does: `By Jane Doe`, `Autorin: Jane Doe`."""
    return byline_words.WORDED.match(text) is not None


def is_labelled(text: str) -> bool:
    """Whether a line begins with a word for its writer: `Author: Jane Doe`, `Autorin Jane Doe`."""
    return byline_words.LABELLED.match(text) is not None


def is_lone_label(text: str) -> bool:
    """Whether a line is nothing but the words before a name: `By`, `Autor:`."""
    return len(text) < 30 and byline_words.LONE.fullmatch(text) is not None


def byline_inside(text: str) -> str | None:
    """The names behind a date or another label: `6.11.2023 13:30 von Jane Doe`, `Date: today Author: Jane Doe`."""
    found = byline_words.INSIDE.search(text)
    return text[found.end() :] if found else None


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    return tuple(_each_name(text))


def _each_name(text: str) -> Iterator[str]:
    text = byline_words.OTHERS.sub("", text)
    for lead in (byline_words.BY, byline_words.BY_TIGHT, byline_words.ALL_POSTS, byline_words.FOR, byline_words.HANDLE):
        text = lead.sub("", text)
    if byline_words.ADDRESS.match(text):
        return
    found: list[str] = []
    pieces = byline_words.SPLIT.split(byline_words.DATED.sub("", text))
    for part, separator in zip(pieces[::2], ["", *pieces[1::2]], strict=True):
        if found and re.match(r"in\s+\w", part, re.I):
            break  # the rubrics of the article
        name = _trimmed(part or "")
        if found and byline_words.SUFFIX.match(name):
            found[-1] = f"{found[-1]} {name}"
        elif found and (
            byline_words.CREDENTIAL.match(name) or (is_person(found[-1]) and not _stands_beside(name, separator))
        ):
            continue
        elif _is_name(name) or (not found and _is_signed_desk(name)):
            found.append(_proper(name))
    yield from found


def _trimmed(part: str) -> str:
    """A part of a byline without the words, marks and degrees around the name."""
    name = byline_words.BY.sub("", byline_words.AND_FIRST.sub("", part))
    name = byline_words.TAIL.sub("", name).strip(' ,:;-–—•*"“”«»()')
    if not re.search(r"(?:\b[A-ZА-Я]|\b[JjSs]r)\.$", name):
        name = name.rstrip(" .")
    while (
        (words := name.split()) and len(words) > 2 and words[-1].isupper() and byline_words.CREDENTIAL.match(words[-1])
    ):
        name = " ".join(words[:-1])
    return name


def _is_name(name: str) -> bool:
    """Whether a text may be the name of anyone: of a person, an agency, an organisation."""
    return (
        2 <= len(name) <= LONGEST_NAME
        and len(name.split()) <= MOST_WORDS
        and any(c.isalpha() for c in name)
        and not byline_words.ROLE.match(name)
        and not byline_words.JUNK.search(name)
    )


def _is_signed_desk(name: str) -> bool:
    return (
        len(name) <= LONGEST_NAME
        and is_desk(name)
        and not byline_words.NO_DESK.fullmatch(name)
        and not byline_words.JUNK.search(name)
    )


def _stands_beside(name: str, separator: str) -> bool:
    """Whether what follows a person is another author: not their place, employer or role."""
    if separator.strip() in {",", ";", "|", "•", "·", "\n"}:
        return is_person(name) or names_agency(name)
    return not is_organisation(name)


def _proper(name: str) -> str:
    """Bylines in capitals as names are written; agencies stay as they are."""
    words = name.split()
    return name.title() if len(words) > 1 and name.isupper() and not names_agency(name) else name


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum()).removeprefix("www")
