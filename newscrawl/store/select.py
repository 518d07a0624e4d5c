"""The articles of a selection, page by page: the newest first, or in the order of `seq`. Every query by an index."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ExecutionTimeout

from newscrawl.normalize.terms import parse_query, term
from newscrawl.selection import Selection
from newscrawl.store.lookup import HIDDEN
from newscrawl.store.sequence import settled

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]
Order = Literal["newest", "seq"]

PATIENCE = timedelta(seconds=5)
"""How long one query may take."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(milliseconds=1)


class WrongCursor(ValueError):
    """No cursor that a page has given."""


class TooBroad(Exception):
    """The query takes longer than it may. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some articles, and where the next ones begin."""

    articles: list[Document]
    cursor: str | None
    """Give it for the next page; None: there are no more."""
    seq: int | None = None
    """In the order of `seq`: up to where everything was given that there is."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place between articles. `at`: publication in milliseconds since 1970; None: among those without a date."""

    at: int | None
    seq: int

    def encode(self) -> str:
        text = json.dumps([self.at, self.seq], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> _Place:
        try:
            at, seq = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise WrongCursor("the cursor is none that a page has given; begin without one") from None
        is_right = type(seq) is int and (at is None or type(at) is int) and len(cursor) < 80
        if not is_right or (at is not None and abs(at) > 2**47) or not 0 <= seq < 2**63:
            raise WrongCursor("the cursor is none that a page has given; begin without one")
        return cls(at, seq)


async def select(
    database: Database,
    selection: Selection,
    *,
    limit: int = 20,
    cursor: str | None = None,
    fields: Iterable[str] | None = None,
    order: Order = "newest",
) -> Page:
    """The next articles of a selection. `fields`: only these, and `_id`, `seq` and `published`, of each.

    `newest`: by publication, undated ones last; without documents that were merged. `seq`: in the order in which they
    became news, up to what is settled, with the tombstones of merged ones; its cursor is a `seq`.

    Raises WrongCursor, TooBroad, PyMongoError.
    """
    projection: Mapping[str, int] = HIDDEN
    if fields is not None:
        projection = dict.fromkeys((*fields, "seq", "published"), 1)
    try:
        if order == "seq":
            return await _in_sequence(database, selection, limit, cursor, projection)
        return await _newest(database, selection, limit, cursor, projection)
    except ExecutionTimeout:
        raise TooBroad(
            f"the query takes longer than {PATIENCE.total_seconds():.0f} seconds; narrow it: a site, a span of time, "
            "a rarer word"
        ) from None


def conditions(selection: Selection) -> list[Document]:
    """What all articles of a selection fulfil, those by the index of terms first. No operator comes from outside."""
    found: list[Document] = []
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
            found.append(_any_of("terms", [term(name, value) for value in values]))
    if selection.text is not None:
        found += _text(selection.text)
    if selection.min_views is not None:
        found.append({"views.count": {"$gte": selection.min_views}})
    if selection.statuses:
        found.append(_any_of("status", list(selection.statuses)))
    span: Document = {}
    if selection.published_from is not None:
        span["$gte"] = selection.published_from
    if selection.published_to is not None:
        span["$lt"] = selection.published_to
    if span:
        found.append({"published.at": span})
    if selection.after_seq is not None:
        found.append({"seq": {"$gt": selection.after_seq}})
    return found


def _any_of(name: str, values: list[str]) -> Document:
    return {name: values[0]} if len(values) == 1 else {name: {"$in": sorted(set(values))}}


def _text(text: str) -> list[Document]:
    query = parse_query(text)
    found: list[Document] = [{"terms": word} for word in query.words]
    # Terms of fields have a colon and are no words. An expression with a fixed beginning is found by the index.
    found += [{"terms": {"$regex": f"^{re.escape(begin)}[^:]*$"}} for begin in query.begins]
    found += [_phrase(words) for words in query.phrases]
    found += [{"terms": {"$ne": word}} for word in query.without]
    found += [{"$nor": [_phrase(words)]} for words in query.without_phrases]
    return found


def _phrase(words: tuple[str, ...]) -> Document:
    """Words one after the other. The words themselves are found by the index; this looks at what it has found."""
    pattern = {"$regex": r"[^\p{L}\p{N}]*".join(map(re.escape, words)), "$options": "i"}
    return {"$or": [{name: pattern} for name in ("headline", "lead", "body")]}


async def _newest(
    database: Database, selection: Selection, limit: int, cursor: str | None, projection: Mapping[str, int]
) -> Page:
    place = _Place.decode(cursor) if cursor is not None else None
    wanted = conditions(selection)
    articles: list[Document] = []
    if place is None or place.at is not None:
        query = [*wanted, {"published.at": {"$type": "date"}}]
        if place is not None and place.at is not None:
            at = _EPOCH + place.at * _INSTANT
            query += [
                {"published.at": {"$lte": at}},
                {"$or": [{"published.at": {"$lt": at}}, {"seq": {"$lt": place.seq}}]},
            ]
        articles = await _find(database, query, limit + 1, projection)
    is_dated = selection.published_from is not None or selection.published_to is not None
    if len(articles) <= limit and not is_dated:
        after = [{"seq": {"$lt": place.seq}}] if place is not None and place.at is None else []
        query = [*wanted, {"published.at": None}, *after]
        articles += await _find(database, query, limit + 1 - len(articles), projection)
    page = articles[:limit]
    return Page(page, _place(page[-1]).encode() if len(articles) > limit and page else None)


def _place(article: Document) -> _Place:
    at = (article.get("published") or {}).get("at")
    return _Place((at - _EPOCH) // _INSTANT if at is not None else None, article.get("seq") or 0)


async def _find(database: Database, query: list[Document], limit: int, projection: Mapping[str, int]) -> list[Document]:
    found = database["articles"].find({"$and": query}, projection)
    found = found.sort([("published.at", -1), ("seq", -1)]).limit(limit)
    return await found.max_time_ms(round(PATIENCE / _INSTANT)).to_list()


async def _in_sequence(
    database: Database, selection: Selection, limit: int, cursor: str | None, projection: Mapping[str, int]
) -> Page:
    """The next ones by `seq`. A page may be empty and have a cursor still: none of those looked at was wanted."""
    after = selection.after_seq or 0
    if cursor is not None:
        if not re.fullmatch(r"[0-9]{1,18}", cursor):
            raise WrongCursor("a cursor in the order of `seq` is a number")
        after = max(after, int(cursor))
    last = await settled(database)
    span = {"seq": {"$gt": after, "$lte": last}}
    wanted = conditions(selection.model_copy(update={"after_seq": None}))
    articles = database["articles"].find({"$and": [span, *wanted]}, projection).hint("seq_1").sort("seq", 1)
    found = await articles.limit(limit + 1).max_time_ms(round(PATIENCE / _INSTANT)).to_list()
    if may_be_tombstones(selection):
        sites = [_any_of("site", list(selection.sites))] if selection.sites else []
        buried = database["tombstones"].find({"$and": [span, *sites]}, HIDDEN).hint("seq_1").sort("seq", 1)
        found += await buried.limit(limit + 1).max_time_ms(round(PATIENCE / _INSTANT)).to_list()
        found.sort(key=lambda document: document["seq"])
    page = found[:limit]
    if len(found) > limit:
        return Page(page, str(page[-1]["seq"]), page[-1]["seq"])
    return Page(page, None, max(last, after))


def may_be_tombstones(selection: Selection) -> bool:
    """Tombstones have nothing but a site: a filter that asks for more excludes them, unless they are asked for."""
    if selection.statuses:
        return "merged" in selection.statuses
    kept = {"sites", "after_seq"}
    return not any(value for name, value in selection if name not in kept)
