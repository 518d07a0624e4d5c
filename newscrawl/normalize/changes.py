"""What changed between two versions of an article, by paragraphs and, within these, by words. Pure; total on any text.

Texts are compared as `newscrawl.normalize.text.fold` gives them, so what is no change of the wording is none here.
Paragraphs that both versions have are found first, each occurrence once; of these the longest run that stands in the
same order is kept and the others have moved. What is left between two kept paragraphs is paired by its words. The time
is O(n log n) in the number of paragraphs, and bounded where words are compared.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, NamedTuple

from newscrawl.article import Change
from newscrawl.normalize.text import fold, words

ALIKE = 0.5  # share of their words that two paragraphs have in common: less than that is another paragraph
NEARLY_THE_SAME = 0.8  # no better one is looked for
NEAREST = 20  # paragraphs that are looked at for the new form of one
MOST_COMPARED = 500_000  # words, over all pairs of paragraphs; what is left then counts as removed and added
MOST_ALIGNED = 4_000_000  # pairs of words; larger paragraphs are given as wholes

Kind = Literal["kept", "moved", "changed", "removed", "added"]
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


class Text(NamedTuple):
    """The text of one version. `body`: paragraphs separated by blank lines."""

    headline: str
    lead: str | None
    body: str


class Paragraph(NamedTuple):
    """One paragraph of either version or of both. `old` is None where it was added, `new` where it was removed."""

    kind: Kind
    old: str | None
    new: str | None


class Piece(NamedTuple):
    """A run of characters that both versions of a text have, or one of them."""

    kind: Literal["kept", "removed", "added"]
    text: str


@dataclass(slots=True)
class Difference:
    """How a text differs from an earlier one. `headline` and `lead`: old and new, None where they say the same."""

    headline: tuple[str, str] | None
    lead: tuple[str | None, str | None] | None
    paragraphs: list[Paragraph] = field(default_factory=list)
    """Every paragraph of the new body in order, and the removed ones where they stood."""
    share: float = 1.0
    """Share of the words of both versions that they have in common, wherever they stand."""

    @property
    def is_body_changed(self) -> bool:
        """Whether any paragraph is not where and what it was."""
        return any(paragraph.kind != "kept" for paragraph in self.paragraphs)

    def summary(self) -> Change:
        """What changed, without the texts."""
        count = Counter(paragraph.kind for paragraph in self.paragraphs)
        changed: list[Literal["headline", "lead", "body"]] = []
        changed += ["headline"] if self.headline else []
        changed += ["lead"] if self.lead else []
        changed += ["body"] if self.is_body_changed else []
        return Change(
            changed=changed,
            paragraphs_added=count["added"],
            paragraphs_removed=count["removed"],
            paragraphs_changed=count["changed"],
            paragraphs_moved=count["moved"],
            share=self.share,
        )


def compare(old: Text, new: Text) -> Difference:
    """How `new` differs from `old`."""
    heads = [(fold(version.headline), fold(version.lead or "")) for version in (old, new)]
    before, after = _paragraphs(old.body), _paragraphs(new.body)
    bodies = [" ".join(wording for wording, _ in paragraphs) for paragraphs in (before, after)]
    is_same_body = bodies[0] == bodies[1]  # also where only the borders of paragraphs differ
    return Difference(
        headline=(old.headline, new.headline) if heads[0][0] != heads[1][0] else None,
        lead=(old.lead, new.lead) if heads[0][1] != heads[1][1] else None,
        paragraphs=[Paragraph("kept", p, p) for _, p in after] if is_same_body else _compare(before, after),
        share=_share(*(_bag(" ".join((*head, body))) for head, body in zip(heads, bodies, strict=True))),
    )


def compare_words(old: str, new: str) -> list[Piece]:
    """The words that went and came between two forms of a text, in reading order.

    The kept and removed pieces together are `old`, the kept and added ones `new`, letter by letter.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) * len(after) > MOST_ALIGNED:
        return [Piece("removed", old), Piece("added", new)]
    pieces: list[Piece] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(before[start:end])))
            continue
        pieces += [Piece("removed", "".join(before[start:end]))] if end > start else []
        pieces += [Piece("added", "".join(after[new_start:new_end]))] if new_end > new_start else []
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """The pieces with changes that only white space parts made one: `[-two words-]` for `[-two-] [-words-]`."""
    joined: list[Piece] = []
    removed = added = ""
    for position, (kind, text) in enumerate(pieces):
        is_between = kind == "kept" and text.isspace() and (removed or added) and position + 1 < len(pieces)
        if is_between or kind != "kept":
            removed += text if kind != "added" else ""
            added += text if kind != "removed" else ""
            continue
        joined += [Piece("removed", removed)] if removed else []
        joined += [Piece("added", added)] if added else []
        removed = added = ""
        joined.append(Piece("kept", text))
    joined += [Piece("removed", removed)] if removed else []
    joined += [Piece("added", added)] if added else []
    return joined


_Worded = tuple[str, str]
"""The wording of a paragraph, and the paragraph as it is."""


def _paragraphs(body: str) -> list[_Worded]:
    return [(wording, paragraph) for paragraph in body.split("\n\n") if (wording := fold(paragraph))]


def _compare(old: list[_Worded], new: list[_Worded]) -> list[Paragraph]:
    places = {key: position for position, key in enumerate(_occurrences(old))}
    origin = [places.get(key) for key in _occurrences(new)]
    matched = {position for position in origin if position is not None}
    pairing = _Pairing(old, new)
    found: list[Paragraph] = []
    after_old, after_new = 0, 0
    for end_old, end_new in [*_longest_rising(origin), (len(old), len(new))]:
        gone = [position for position in range(after_old, end_old) if position not in matched]
        come = [position for position in range(after_new, end_new) if origin[position] is None]
        pairs = dict(pairing.pairs(gone, come))
        left = iter(gone)
        for position in range(after_new, end_new):
            text = new[position][1]
            if (source := origin[position]) is not None:
                found.append(Paragraph("moved", old[source][1], text))
            elif (source := pairs.get(position)) is not None:
                found += [Paragraph("removed", old[place][1], None) for place in takewhile(source.__ne__, left)]
                found.append(Paragraph("changed", old[source][1], text))
            else:
                found.append(Paragraph("added", None, text))
        found += [Paragraph("removed", old[place][1], None) for place in left]
        if end_new < len(new):
            found.append(Paragraph("kept", old[end_old][1], new[end_new][1]))
        after_old, after_new = end_old + 1, end_new + 1
    return found


def _occurrences(paragraphs: list[_Worded]) -> Iterator[tuple[str, int]]:
    """Each paragraph as its wording and how often it has been there before."""
    times: Counter[str] = Counter()
    for wording, _ in paragraphs:
        yield wording, times[wording]
        times[wording] += 1


def _longest_rising(values: list[int | None]) -> list[tuple[int, int]]:
    """A longest subsequence whose values rise, without None: values and their positions (patience sorting)."""
    lowest: list[int] = []  # the lowest value that ends a run of each length
    ends: list[tuple[int, int]] = []  # and where it stands
    before: dict[tuple[int, int], tuple[int, int]] = {}
    for position, value in enumerate(values):
        if value is None:
            continue
        length = bisect_left(lowest, value)
        if length:
            before[value, position] = ends[length - 1]
        lowest[length : length + 1] = [value]
        ends[length : length + 1] = [(value, position)]
    run = ends[-1:]
    while run and run[-1] in before:
        run.append(before[run[-1]])
    return run[::-1]


class _Pairing:
    """Pairs paragraphs by their words, as long as there are words left that may be compared."""

    def __init__(self, old: list[_Worded], new: list[_Worded]) -> None:
        self._old, self._new = old, new
        self._left = MOST_COMPARED
        self._bags: dict[str, Counter[str]] = {}

    def pairs(self, gone: list[int], come: list[int]) -> Iterator[tuple[int, int]]:
        """New and old position of each paragraph that was changed, in order."""
        first = 0
        for position in come:
            best, best_at = 0.0, first
            for at in range(first, min(first + NEAREST, len(gone))):
                share = self._share(self._old[gone[at]][0], self._new[position][0])
                if share > best:
                    best, best_at = share, at
                if share > NEARLY_THE_SAME:
                    break
            if best >= ALIKE:
                yield position, gone[best_at]
                first = best_at + 1

    def _share(self, first: str, second: str) -> float:
        if self._left <= 0:
            return 0.0
        bags = self._bag_of(first), self._bag_of(second)
        self._left -= len(bags[0]) + len(bags[1]) + 1
        return _share(*bags)

    def _bag_of(self, wording: str) -> Counter[str]:
        if wording not in self._bags:
            self._bags[wording] = _bag(wording)
        return self._bags[wording]


def _bag(wording: str) -> Counter[str]:
    return Counter(words(wording))


def _share(first: Counter[str], second: Counter[str]) -> float:
    """Share of the words of both that they have in common (Dice); 1 where neither has any."""
    whole = first.total() + second.total()
    return round(2 * (first & second).total() / whole, 4) if whole else 1.0
