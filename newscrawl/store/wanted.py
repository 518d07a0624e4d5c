"""What a selection asks of a stored article, as parts that the indexes can tell apart. Pure.

No operator of MongoDB comes from outside: every value of a selection stands where only a value can stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from newscrawl.normalize.terms import Query, parse_query, term
from newscrawl.selection import Selection
from newscrawl.store.order import BITS, FIRST_DATED, HIGHEST, LOWEST, first_at, week_of

Document = dict[str, Any]

BY_TERM, BY_ORDER, BY_STATUS = "week_-1_terms_1_order_-1", "order_-1_views.count_-1", "status_1_order_-1"
BY_VIEWS, BY_SEQ = "views.count_-1_order_-1", "seq_1_order_-1"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked. The places of its articles are read from an index alone, without the articles."""

    queries: tuple[Document, ...]
    """Any of these; the keys of the index tell it."""
    sorted_by: str | None = None
    """The index that gives them in the order of lists."""
    listed_by: str | None = None
    """The index that gives them in another order: to be sorted, so it is used where they are few."""

    @property
    def test(self) -> Document:
        """The condition on an article that was found otherwise."""
        return {"$or": list(self.queries)} if len(self.queries) > 1 else self.queries[0]


ANY = Part(({},), sorted_by=BY_ORDER)
"""Every article."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of articles, all together."""

    parts: tuple[Part, ...]
    """All of these, by an index each; none: every article will do."""
    rest: tuple[Document, ...]
    """Conditions on the articles themselves: words that do not occur, the words of a phrase one after the other."""
    lowest: int
    highest: int
    """Places between which they are, both included."""
    is_impossible: bool = False
    """No article can be all of that: a word that is to occur and is not to."""

    @property
    def test(self) -> Document:
        """The condition on an article, its place aside."""
        return all_of([*(part.test for part in self.parts), *self.rest])


def between(highest: int, lowest: int, index: str | None = None) -> Document:
    """The condition of places, both included, in the form in which an index has them."""
    places = {"order": {"$gte": lowest, "$lte": highest}}
    return {"week": {"$gte": week_of(lowest), "$lte": week_of(highest)}} | places if index == BY_TERM else places


def newest_first(index: str | None = None) -> list[tuple[str, int]]:
    """The order of lists, in the form in which an index has it."""
    return [("week", -1), ("order", -1)] if index == BY_TERM else [("order", -1)]


def all_of(conditions: Sequence[Document]) -> Document:
    """The condition that all of these are."""
    return {"$and": list(conditions)} if conditions else {}


def wanted(selection: Selection, *, in_sequence: bool = False) -> Wanted:
    """What a selection asks. `in_sequence`: its `after_seq` is looked after by the caller."""
    parts: list[Part] = []
    for name, values in (
        ("site", selection.sites),
        ("language", selection.languages),
        ("country", selection.countries),
        ("place", selection.places),
        ("agency", selection.agencies),
        ("tag", selection.tags),
        ("section", selection.sections),
        ("author", selection.authors),
        ("kind", selection.kinds),
    ):
        if values:
            parts.append(_terms(term(name, value) for value in values))
    rest: list[Document] = []
    is_impossible = False
    if selection.text is not None:
        query = parse_query(selection.text)
        parts += _of_query(query)
        is_impossible = not set(query.words).isdisjoint(query.without)
        rest += [{"terms": {"$ne": word}} for word in query.without]
        rest += [_phrase(words) for words in query.phrases]
        rest += [{"$nor": [_phrase(words)]} for words in query.without_phrases]
    if selection.min_views is not None:
        viewed = {"views.count": {"$gte": selection.min_views}}
        parts.append(Part((viewed,), sorted_by=BY_ORDER, listed_by=BY_VIEWS))
    if selection.statuses:
        inactive = [status for status in sorted(set(selection.statuses)) if status != "active"]
        if "active" not in selection.statuses:
            parts.append(Part(({"status": {"$in": inactive}},), sorted_by=BY_STATUS))
        elif "gone" not in inactive:
            rest.append({"status": {"$ne": "gone"}})
    if selection.after_seq is not None and not in_sequence:
        parts.append(Part(({"seq": {"$gt": selection.after_seq}},), listed_by=BY_SEQ))
    lowest, highest = LOWEST, HIGHEST
    if selection.published_from is not None:
        lowest = first_at(selection.published_from)
        if selection.published_from.microsecond:  # places tell seconds
            rest.append({"published.at": {"$gte": selection.published_from}})
    if selection.published_to is not None:
        lowest = max(lowest, FIRST_DATED)
        highest = first_at(selection.published_to) - 1
        if selection.published_to.microsecond:
            highest += 1 << BITS  # that second, too
            rest.append({"published.at": {"$lt": selection.published_to}})
    return Wanted(tuple(parts), tuple(rest), lowest, highest, is_impossible)


def _of_query(query: Query) -> Iterator[Part]:
    yield from (_terms([word]) for word in query.words)
    for begin in query.begins:
        # Of all ways to ask for it, this one is answered by the keys alone.
        yield Part(({"terms": {"$regex": f"^{re.escape(begin)}"}},), listed_by=BY_TERM)


def _terms(values: Iterable[str]) -> Part:
    return Part(tuple({"terms": value} for value in sorted(set(values))), sorted_by=BY_TERM)


def _phrase(words: tuple[str, ...]) -> Document:
    """Words one after the other. The words themselves are found by the index; this looks at what it has found."""
    pattern = {"$regex": r"[^\p{L}\p{N}]*".join(map(re.escape, words)), "$options": "i"}
    return {"$or": [{name: pattern} for name in ("headline", "lead", "body")]}
