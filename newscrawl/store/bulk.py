"""All articles of a selection as the server sends them: the raw documents of exports. Every query by an index."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import bson
from bson.codec_options import CodecOptions
from pymongo.asynchronous.database import AsyncDatabase

from newscrawl.selection import Selection
from newscrawl.store.select import may_be_tombstones
from newscrawl.store.wanted import ANY, BY_ORDER, BY_SEQ, BY_STATUS, BY_TERM, Wanted, between, newest_first, wanted

Database = AsyncDatabase[dict[str, Any]]
Document = dict[str, Any]

PATIENCE = timedelta(hours=6)
"""How long the server may work for one export, its waiting for the reader aside."""
BATCH = 300  # documents that are asked for at once
AT_ONCE = 250_000
"""Bytes that are decoded at once: what fits into a processor's cache is turned into columns twice as fast."""

NAIVE: CodecOptions[Document] = CodecOptions(tz_aware=False)
"""Instants come naive, in UTC: aware ones take five times as long to make."""


class Query(NamedTuple):
    """One query of an export."""

    collection: str
    filter: Document
    sort: list[tuple[str, int]]
    hint: str
    """The index that it goes by."""


def queries(selection: Selection, until: int) -> list[Query]:
    """What an export asks the database for. `until`: the `seq` that is settled.

    Without `after_seq`: by publication, the newest first, so that the articles of a day come together, undated ones
    last; an article that changes meanwhile is there once, as it was or as it is. Where a filter names several values,
    those of each value come together. With `after_seq`: by `seq`, up to `until`; what changes meanwhile has a later
    one. Both with the tombstones of merged articles, where the selection can have any.
    """
    asked = wanted(selection, in_sequence=True)
    if asked.is_impossible:
        return []
    after = selection.after_seq or 0
    span = {"seq": {"$gt": after, "$lte": until}}
    found = []
    if after:
        places = between(asked.highest, asked.lowest)
        found.append(Query("articles", {"$and": [span, places, asked.test]}, [], BY_SEQ))
    else:
        found += _in_order(asked)
    if may_be_tombstones(selection):
        sites = [{"site": {"$in": list(selection.sites)}}] if selection.sites else []
        found.append(Query("tombstones", {"$and": [span, *sites]}, [], "seq_1"))
    return found


def _in_order(asked: Wanted) -> Iterator[Query]:
    """By the first thing that is asked and has an index of its own; an article with several values comes with the
    first of them."""
    numbered = {"seq": {"$gte": 1}}
    lead = next((part for part in asked.parts if part.sorted_by in (BY_TERM, BY_STATUS)), ANY)
    others = [part.test for part in asked.parts if part is not lead]
    places = between(asked.highest, asked.lowest, lead.sorted_by)
    for number, query in enumerate(lead.queries):
        before = [{"$nor": list(lead.queries[:number])}] if number else []
        conditions = [query, places, *before, *others, *asked.rest, numbered]
        yield Query("articles", {"$and": conditions}, newest_first(lead.sorted_by), lead.sorted_by or BY_ORDER)


async def raw_batches(
    database: Database, selection: Selection, projection: Mapping[str, int], until: int
) -> AsyncGenerator[bytes]:
    """The documents of `queries`, some hundreds at a time, as BSON one after the other. Raises PyMongoError."""
    for query in queries(selection, until):
        cursor: Any = database[query.collection].find_raw_batches(
            query.filter,
            projection,
            sort=query.sort or None,
            hint=query.hint,
            batch_size=BATCH,
            allow_disk_use=True,  # where the server finds few articles and has to sort them
            max_time_ms=round(PATIENCE / timedelta(milliseconds=1)),
        )
        async with cursor:
            async for raw in cursor:
                yield raw


def decoded(raw: bytes) -> Iterator[list[Document]]:
    """The documents of a batch, so many at a time as are fast to work with. Instants are naive."""
    begin = end = 0
    while end < len(raw):
        end += int.from_bytes(raw[end : end + 4], "little")
        if end - begin >= AT_ONCE or end >= len(raw):
            yield bson.decode_all(raw[begin:end], NAIVE)
            begin = end
