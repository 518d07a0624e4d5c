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
from itertools import pairwise
from typing import Literal, NamedTuple

from newscrawl.article import Change
from newscrawl.normalize.text import fold, words

ALIKE = 0.5  # share of their words that two paragraphs have in common: less than that is another paragraph
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
    is_retitled = fold(old.headline) != fold(new.headline)
    is_led_otherwise = fold(old.lead or "") != fold(new.lead or "")
    same_body = fold(old.body) == fold(new.body)  # also where only the borders of paragraphs differ
    after = _paragraphs(new.body)
    return Difference(
        headline=(old.headline, new.headline) if is_retitled else None,
        lead=(old.lead, new.lead) if is_led_otherwise else None,
        paragraphs=[Paragraph("kept", p, p) for p in after] if same_body else _compare(_paragraphs(old.body), after),
        share=_share(_bag(" ".join(part or "" for part in old)), _bag(" ".join(part or "" for part in new))),
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


def _paragraphs(body: str) -> list[str]:
    return [paragraph for paragraph in body.split("\n\n") if fold(paragraph)]


def _compare(old: list[str], new: list[str]) -> list[Paragraph]:
    place = {key: position for position, key in enumerate(_occurrences(old))}
    origin = [place.get(key) for key in _occurrences(new)]
    matched = {position for position in origin if position is not None}
    kept = _longest_rising(origin)
    budget = _Budget()
    found: list[Paragraph] = []
    borders = [(-1, -1), *((origin[position], position) for position in kept), (len(old), len(new))]
    for (old_start, new_start), (old_end, new_end) in pairwise(borders):
        assert old_start is not None
        assert old_end is not None
        gone = [position for position in range(old_start + 1, old_end) if position not in matched]
        come = [position for position in range(new_start + 1, new_end) if origin[position] is None]
        pairs = dict(_pairs(old, gone, new, come, budget))
        left = iter(gone)
        for position in range(new_start + 1, new_end):
            if (source := origin[position]) is not None:
                found.append(Paragraph("moved", old[source], new[position]))
            elif position in pairs:
                for before in left:
                    if before == pairs[position]:
                        break
                    found.append(Paragraph("removed", old[before], None))
                found.append(Paragraph("changed", old[pairs[position]], new[position]))
            else:
                found.append(Paragraph("added", None, new[position]))
        found += [Paragraph("removed", old[before], None) for before in left]
        if new_end < len(new):
            found.append(Paragraph("kept", old[old_end], new[new_end]))
    return found


def _occurrences(paragraphs: list[str]) -> Iterator[tuple[str, int]]:
    """Each paragraph as its wording and how often it has been there before."""
    times: Counter[str] = Counter()
    for paragraph in paragraphs:
        key = fold(paragraph)
        yield key, times[key]
        times[key] += 1


def _longest_rising(values: list[int | None]) -> list[int]:
    """Positions of a longest subsequence whose values rise, without None (patience sorting)."""
    lowest: list[int] = []  # the lowest value that ends a run of each length
    ends: list[int] = []  # and its position
    before: dict[int, int] = {}
    for position, value in enumerate(values):
        if value is None:
            continue
        length = bisect_left(lowest, value)
        if length:
            before[position] = ends[length - 1]
        lowest[length : length + 1] = [value]
        ends[length : length + 1] = [position]
    run: list[int] = ends[-1:]
    while run and run[-1] in before:
        run.append(before[run[-1]])
    return run[::-1]


class _Budget:
    """Bags of words, counted once each, and how many words may still be compared."""

    def __init__(self) -> None:
        self.left = MOST_COMPARED
        self._bags: dict[str, Counter[str]] = {}

    def share(self, first: str, second: str) -> float:
        if self.left <= 0:
            return 0.0
        bags = [
            self._bags.setdefault(text, _bag(text)) if text not in self._bags else self._bags[text]
            for text in (first, second)
        ]
        self.left -= len(bags[0]) + len(bags[1]) + 1
        return _share(*bags)


def _pairs(
    old: list[str], gone: list[int], new: list[str], come: list[int], budget: _Budget
) -> Iterator[tuple[int, int]]:
    """New position and old position of paragraphs that were changed, in order."""
    first = 0
    for position in come:
        near = range(first, min(first + NEAREST, len(gone)))
        shares = [(budget.share(old[gone[at]], new[position]), -at) for at in near]
        share, at = max(shares, default=(0.0, 0))
        if share >= ALIKE:
            yield position, gone[-at]
            first = 1 - at


def _bag(text: str) -> Counter[str]:
    return Counter(words(fold(text)))


def _share(first: Counter[str], second: Counter[str]) -> float:
    """Share of the words of both that they have in common (Dice); 1 where neither has any."""
    whole = first.total() + second.total()
    return round(2 * (first & second).total() / whole, 4) if whole else 1.0
