"""Where in a text the words of a query stand, and the piece of it that shows most of them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from newscrawl.normalize.terms import Query, fold, stem, words

LONGEST_TEXT = 100_000  # characters that are looked at
WIDTH = 220  # characters of a snippet
_BEFORE = 60  # characters before the first word that was found

Span = tuple[int, int]

# A word as printed: letters, digits, their combining marks, and apostrophes inside it.
_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff])+(?:['’ʼ`´′][^\\W_]+)*")


class Snippet(NamedTuple):
    """A piece of a text on one line, with `…` where it is cut, and the places in it of what was searched."""

    text: str
    marks: tuple[Span, ...] = ()
    """Begin and end of each place, in characters, in their order; they do not overlap."""


class _Found(NamedTuple):
    start: int
    end: int
    name: object
    """What was found: a word or a phrase of the query."""


def marks(text: str, query: Query) -> tuple[Span, ...]:
    """The places in a text where words, beginnings and phrases of a query stand; in order, none in another."""
    merged: list[Span] = []
    for found in sorted(_places(text[:LONGEST_TEXT], query)):
        if merged and found.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(found.end, merged[-1][1]))
        else:
            merged.append((found.start, found.end))
    return tuple(merged)


def snippet(texts: list[str | None], query: Query, width: int = WIDTH) -> Snippet:
    """The piece of the first of these texts that has most of a query's words; else the beginning of the first text."""
    lines = [line for text in texts if (line := " ".join((text or "")[:LONGEST_TEXT].split()))]
    best: tuple[int, str, int] | None = None
    for line in lines:
        number, start = _densest(sorted(_places(line, query)), width - _BEFORE)
        if number and (best is None or number > best[0]):
            best = number, line, start
    if best is None:
        return Snippet(_cut(lines[0], 0, width)) if lines else Snippet("")
    _, line, start = best
    shown = _cut(line, max(start - _BEFORE, 0), width)
    return Snippet(shown, marks(shown, query))


def _places(text: str, query: Query) -> Iterator[_Found]:
    # The words of a phrase count together alone: `"the war"` is not every `the`.
    wanted = frozenset(query.words).difference(word for phrase in query.phrases for word in words(" ".join(phrase)))
    for found in _WORD.finditer(text):
        folded = fold(found[0])
        if (word := stem(folded)) in wanted:
            yield _Found(*found.span(), word)
        else:
            for begin in query.begins:
                if folded.startswith(begin):
                    yield _Found(*found.span(), begin)
    for pair in wanted:
        if not pair.isascii() and list(words(pair)) == [pair] and len(pair) <= 2:
            # Of a script without blanks: it stands inside of what looks like one word.
            yield from (_Found(*found.span(), pair) for found in re.finditer(re.escape(pair), text))
    for phrase in query.phrases:
        pattern = r"[\W_]*".join(map(re.escape, phrase))
        yield from (_Found(*found.span(), phrase) for found in re.finditer(pattern, text, re.I))


def _densest(found: list[_Found], width: int) -> tuple[int, int]:
    """How many different things stand within a width at most, and where the first such piece begins."""
    starts = [one.start for one in found]
    best = (0, 0)
    for place, one in enumerate(found[:1000]):
        end = min(bisect_right(starts, one.start + width), place + 100)
        number = len({other.name for other in found[place:end]})
        if number > best[0]:
            best = number, one.start
    return best


def _cut(line: str, start: int, width: int) -> str:
    """A piece of a line, from the beginning of a word to the end of one where there are blanks to be found."""
    if len(line) <= width:
        return line
    start = min(start, len(line) - width)
    if start > 0 and (blank := line.find(" ", start, start + 30)) >= 0:
        start = blank + 1
    end = start + width
    if end < len(line) and (blank := line.rfind(" ", end - 30, end)) > start:
        end = blank
    return ("…" if start > 0 else "") + line[start:end] + ("…" if end < len(line) else "")
