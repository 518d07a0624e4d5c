"""The articles of a selection, page by page: the newest first, or in the order of `seq`. Every query by an index."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ExecutionTimeout

from newscrawl.article import INT64_MAX
from newscrawl.selection import Selection
from newscrawl.store.lookup import HIDDEN
from newscrawl.store.order import HIGHEST, LOWEST
from newscrawl.store.seek import Clock, Seeker
from newscrawl.store.sequence import settled
from newscrawl.store.wanted import BY_SEQ, between, wanted

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]
Order = Literal["newest", "seq"]

PATIENCE = timedelta(seconds=5)
"""How long an answer may take."""

FIRST_LOOKED_AT, MOST_LOOKED_AT = 1000, 20_000
"""Articles that one query in the order of `seq` looks at: at first, at most."""
LOOKED_FOR = 1.0  # seconds after which a page in the order of `seq` is given as it is
LONGEST_CURSOR = 4000


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
class _Cursor:
    """Where a page ends: its last place, and the articles at that place that it gave, where there are more."""

    highest: int
    given: tuple[str, ...] = ()

    def encode(self) -> str:
        text = json.dumps([self.highest, *self.given], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> _Cursor:
        if len(cursor) <= LONGEST_CURSOR:
            with contextlib.suppress(ValueError, TypeError, RecursionError):
                padded = cursor + "=" * (-len(cursor) % 4)
                match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
                    case [int(highest), *given] if (
                        type(highest) is int
                        and LOWEST <= highest <= HIGHEST
                        and all(isinstance(identity, str) for identity in given)
                    ):
                        return cls(highest, tuple(given))
        raise WrongCursor("the cursor is none that a page has given; begin without one")


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
        in_order = {name: 0 for name in HIDDEN if name != "order"} if fields is None else {**projection, "order": 1}
        return await _newest(database, selection, limit, cursor, in_order)
    except ExecutionTimeout:
        raise TooBroad(
            f"the query takes longer than {PATIENCE.total_seconds():.0f} seconds; narrow it: a site, a span of time, "
            "a rarer word"
        ) from None


async def _newest(
    database: Database, selection: Selection, limit: int, cursor: str | None, projection: Mapping[str, int]
) -> Page:
    asked = wanted(selection)
    begins = _Cursor.decode(cursor) if cursor is not None else _Cursor(HIGHEST)
    if begins.given:
        asked = replace(asked, rest=(*asked.rest, {"_id": {"$nin": list(begins.given)}}))
    highest = min(begins.highest, asked.highest)
    if asked.is_impossible or highest < asked.lowest:
        return Page([], None)
    clock = Clock(PATIENCE / timedelta(seconds=1))
    found = await Seeker(database, asked, highest, clock).find(limit + 1, projection)
    places = [document.pop("order") for document in found]
    if len(found) <= limit:
        return Page(found, None)
    page, last = found[:limit], places[limit - 1]
    if places[limit] != last:
        return Page(page, _Cursor(last - 1).encode())
    given = [article["_id"] for article, place in zip(page, places, strict=False) if place == last]
    return Page(page, _Cursor(last, (*(begins.given if begins.highest == last else ()), *given)).encode())


async def _in_sequence(
    database: Database, selection: Selection, limit: int, cursor: str | None, projection: Mapping[str, int]
) -> Page:
    """The next ones by `seq`. A page may be short, or empty, and have a cursor still: of those looked at no more were
    wanted, and where few are wanted it takes several pages to look at all."""
    after = selection.after_seq or 0
    if cursor is not None:
        if not re.fullmatch(r"[0-9]{1,19}", cursor) or int(cursor) > INT64_MAX:
            raise WrongCursor("a cursor in the order of `seq` is a number")
        after = max(after, int(cursor))
    last = max(await settled(database), after)
    asked = wanted(selection, in_sequence=True)
    places = between(asked.highest, asked.lowest)
    clock, number = Clock(PATIENCE / timedelta(seconds=1)), FIRST_LOOKED_AT
    found: list[Document] = []
    known = after
    while known < last and len(found) <= limit and not asked.is_impossible:
        span = {"seq": {"$gt": known, "$lte": min(last, known + number)}}
        articles = database["articles"].find({"$and": [span, places, asked.test]}, projection).hint(BY_SEQ)
        part = await articles.sort("seq", 1).limit(limit + 1).max_time_ms(clock.left).to_list()
        if may_be_tombstones(selection):
            sites = [{"site": {"$in": list(selection.sites)}}] if selection.sites else []
            buried = database["tombstones"].find({"$and": [span, *sites]}, HIDDEN).hint("seq_1").sort("seq", 1)
            part += await buried.limit(limit + 1).max_time_ms(clock.left).to_list()
            part.sort(key=lambda document: document["seq"])
        found += part
        known = span["seq"]["$lte"]
        number = min(2 * number, MOST_LOOKED_AT)
        if clock.spent > LOOKED_FOR:
            break
    page = found[:limit]
    if len(found) > limit:
        return Page(page, str(page[-1]["seq"]), page[-1]["seq"])
    if known < last and not asked.is_impossible:
        return Page(page, str(known), known)
    return Page(page, None, last)


def may_be_tombstones(selection: Selection) -> bool:
    """Tombstones have nothing but a site: a filter that asks for more excludes them, unless they are asked for."""
    if selection.statuses:
        return "merged" in selection.statuses
    kept = {"sites", "after_seq"}
    return not any(value for name, value in selection if name not in kept)
