"""View counters into the database: each observation once, falls flagged, the article's own counter the newest.

`views` is a time series where the server has them, and a time series can have no unique index. So an observation is
inserted plainly at its first attempt only; whenever it may be there already, after an attempt that failed or in a
replay, one query reads which of a batch are there, and the others are inserted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern

from newscrawl.records import ViewKey, ViewObservation, ViewSource

Database = AsyncDatabase[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of a stored article."""

    article: str
    """`_id` of its document."""
    count: int | None
    seen_at: datetime | None


@dataclass(slots=True)
class Observations:
    """View counters that wait for one batch."""

    views: list[ViewObservation] = field(default_factory=list)
    stored: dict[str, Counter | None] = field(default_factory=dict)
    """What is known of the articles, by their identity in the observations; None: such an article is not stored."""
    are_doubtful: bool = False
    """Some may be in the database already."""

    def add(self, further: Observations) -> None:
        """Add what came later."""
        self.views += further.views
        self.stored |= further.stored
        self.are_doubtful = self.are_doubtful or further.are_doubtful


class Met:
    """The counters that a process has met."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, ViewSource], int] = {}
        self._latest: dict[str, tuple[datetime, int]] = {}

    def is_news(self, view: ViewObservation) -> bool:
        """The source has not shown this count of the article at last."""
        is_news = self._last.get((view.article, view.source)) != view.count
        self._last[view.article, view.source] = view.count
        return is_news

    def judge(self, waiting: Observations) -> None:
        """Flag the counters that are lower than the latest one known. A flag that is set stays; repeatable."""
        for view in sorted(waiting.views, key=lambda view: view.at):
            stored = waiting.stored.get(view.article)
            known = [self._latest[view.article]] if view.article in self._latest else []
            if stored is not None and stored.count is not None and stored.seen_at is not None:
                known.append((stored.seen_at, stored.count))
            latest = max(known, default=None)
            if latest is None or latest[0] <= view.at:
                view.fell = view.fell or (latest is not None and view.count < latest[1])
                self._latest[view.article] = (view.at, view.count)


def counter_fields(urls: list[str]) -> dict[str, Any]:
    """The projection that `counters_of` reads; `addresses` are those of `urls` under which the article is stored."""
    addresses = {"$setIntersection": [{"$concatArrays": [["$url"], {"$ifNull": ["$aliases", []]}]}, urls]}
    return {"addresses": addresses, "url": 1, "views.count": 1, "views.seen_at": 1}


def counters_of(documents: Iterable[Mapping[str, Any]]) -> dict[str, Counter]:
    """Address to the counter of the article that is stored under it; a canonical address counts before an alias."""
    found: dict[str, Counter] = {}
    for document in documents:
        views = document.get("views") or {}
        counter = Counter(document["_id"], views.get("count"), views.get("seen_at"))
        for address in document["addresses"]:
            if address == document["url"]:
                found[address] = counter
            else:
                found.setdefault(address, counter)
    return found


async def learn(database: Database, waiting: Observations) -> None:
    """Look up, by one query, what is stored of the articles that nothing is known of yet."""
    unknown = [view for view in waiting.views if view.article not in waiting.stored]
    if not unknown:
        return
    urls = list({view.url for view in unknown})
    matches = {"$or": [{"url": {"$in": urls}}, {"aliases": {"$in": urls}}]}
    pipeline = [{"$match": matches}, {"$project": counter_fields(urls)}]
    found = counters_of(await (await database["articles"].aggregate(pipeline)).to_list())
    waiting.stored.update({view.article: found.get(view.url) for view in unknown})


async def inserts(database: Database, waiting: Observations) -> list[Any]:
    """The writes of the observations that are not in the database, of which none is left doubtful."""
    by_key = {view.key: view for view in waiting.views}
    present = await _present(database, waiting.views) if waiting.are_doubtful and by_key else set()
    return [InsertOne({"_id": view.id, **view.model_dump()}) for key, view in by_key.items() if key not in present]


async def _present(database: Database, views: Collection[ViewObservation]) -> set[ViewKey]:
    """Which observations are in the database for good, by one query over the index of article and time."""
    instants = [view.at for view in views]
    matches = {
        "article": {"$in": list({view.article for view in views})},
        "at": {"$gte": min(instants), "$lte": max(instants)},
    }
    majority = database["views"].with_options(read_concern=ReadConcern("majority"))
    async with database.client.start_session(causal_consistency=True) as session:
        # The session takes over the server's time, so the query waits until all that was written by then is safe: what
        # is taken for written now must not be rolled back later, what was written must not be overlooked.
        await database.command("ping", session=session)
        found = majority.find(matches, dict.fromkeys(("article", "at", "source", "count", "run"), 1), session=session)
        return {(one["article"], one["at"], one["source"], one["count"], one.get("run")) async for one in found}


def counter_updates(waiting: Observations, written: Collection[str]) -> list[Any]:
    """The writes that give stored articles their newest counter; an older one never overwrites a newer one.

    `written`: identities of the articles that were stored together with the observations.
    """
    newest: dict[str, ViewObservation] = {}
    for view in sorted(waiting.views, key=lambda view: view.at):
        newest[view.article] = view
    operations: list[Any] = []
    for identity, view in newest.items():
        stored = waiting.stored.get(identity)
        if stored is not None and stored.count == view.count:
            continue
        if stored is not None:
            matches: dict[str, Any] = {"_id": stored.article}
        elif identity in written and view.source == "card":  # the article's own counter is part of its document
            matches = {"_id": identity, "url": view.url}
        else:
            continue
        matches["$or"] = [{"views": None}, {"views.seen_at": {"$lt": view.at}}]
        views = {"count": view.count, "seen_at": view.at, "raw": view.raw or str(view.count)}
        operations.append(UpdateOne(matches, {"$set": {"views": views}}))
    return operations
