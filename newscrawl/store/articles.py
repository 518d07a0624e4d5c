"""The writer: articles and what comes with them into MongoDB, in batches, each acknowledged.

Callers of all spiders share one batch. An article's future is done when the database has acknowledged it by majority
and journal, which is the crawl's back-pressure. While the database is away everything goes to the spool.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import bson
from bson.errors import BSONError
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from newscrawl.article import Article, Failure, Listing, Revision, Run, ViewObservation, article_id
from newscrawl.store.connect import Connection
from newscrawl.store.spool import Spool

Outcome = Literal["new", "changed", "unchanged", "spooled"]

BACK_OFF = (0.2, 0.5, 1.0, 2.0)  # seconds between attempts at a database that is away
LARGEST = 16 * 2**20 - 2**16  # bytes; MongoDB's limit of a document less what the server adds
RACES = 10  # attempts at one article that other processes change at the same instant
DUPLICATE_KEY = 11000

KEPT = {"first_seen_at", "revision", "changed_at", "aliases", "next_visit_at", "similarity", "duplicate_of", "cluster"}
"""Fields of a stored article that a further reading of its page does not overwrite."""


class StoreRefused(ValueError):
    """The database refuses this document, whatever is done. The message says why."""


@dataclass(slots=True)
class _Waiting:
    article: Article
    now: datetime
    done: asyncio.Future[Outcome]
    races: int = 0


@dataclass(slots=True)
class _Side:
    """Records that need no answer: views, aliases, failures, resolved failures."""

    views: list[ViewObservation] = field(default_factory=list)
    aliases: list[tuple[str, list[str]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.views) + len(self.aliases) + len(self.failures) + len(self.resolved)

    def operations(self) -> dict[str, list[Any]]:
        """Collection to idempotent operations."""
        failures = [
            UpdateOne(
                {"_id": article_id(failure.url)},
                {"$set": failure.model_dump(exclude={"first_at"}), "$setOnInsert": {"first_at": failure.first_at}},
                upsert=True,
            )
            for failure in self.failures
        ]
        return {
            "views": [InsertOne(view.model_dump()) for view in self.views],
            "articles": [
                UpdateOne({"_id": identity}, {"$addToSet": {"aliases": {"$each": urls}}})
                for identity, urls in self.aliases
            ],
            "failures": [*failures, *(DeleteOne({"_id": article_id(url)}) for url in self.resolved)],
        }

    def records(self) -> list[dict[str, Any]]:
        """The same as JSON objects for the spool."""
        return [
            *({"kind": "view", "view": view.model_dump(mode="json")} for view in self.views),
            *({"kind": "aliases", "article": identity, "urls": urls} for identity, urls in self.aliases),
            *({"kind": "failure", "failure": failure.model_dump(mode="json")} for failure in self.failures),
            *({"kind": "resolved", "url": url} for url in self.resolved),
        ]


class ArticleWriter:
    """Writes in batches of `batch` records, or every `interval` seconds. Close it to write what waits."""

    def __init__(self, connection: Connection | None, spool: Spool, *, batch: int = 200, interval: float = 0.5) -> None:
        self._database = connection.database if connection is not None else None
        self._spool = spool
        self._batch, self._interval = batch, interval
        self._waiting: list[_Waiting] = []
        self._side = _Side()
        self._last_count: dict[tuple[str, str], int] = {}
        self._wake = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    async def save(self, article: Article, *, now: datetime) -> Outcome:
        """Store an article, and wait until that is certain. `now`: the instant of its reading.

        Raises StoreRefused where the database can never hold it.
        """
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(article, now, done))
        self._stir()
        return await done

    async def observe(self, observations: Sequence[ViewObservation]) -> None:
        """Keep view counters; the same count of an article from the same source is kept once in a run."""
        for view in observations:
            key = (view.article, view.source)
            if self._last_count.get(key) != view.count:
                self._last_count[key] = view.count
                self._side.views.append(view)
        self._stir()

    async def add_aliases(self, identity: str, urls: list[str]) -> None:
        """Add addresses to a stored article."""
        self._side.aliases.append((identity, urls))
        self._stir()

    async def fail(self, failure: Failure) -> None:
        """Keep a failure; its first time is kept where it is known."""
        self._side.failures.append(failure)
        self._stir()

    async def resolve(self, urls: list[str]) -> None:
        """Forget the failures of addresses that succeeded."""
        self._side.resolved += urls
        self._stir()

    async def close(self) -> None:
        """Write everything that waits."""
        self._closed = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def _stir(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        if len(self._waiting) + len(self._side) >= self._batch:
            self._wake.set()

    async def _run(self) -> None:
        while not self._closed or self._waiting or len(self._side):
            if not self._closed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._interval)
            self._wake.clear()
            batch, side = self._next_batch(), self._side
            self._side = _Side()
            if batch or len(side):
                await self._write(batch, side)

    def _next_batch(self) -> dict[str, _Waiting]:
        """Up to `batch` articles, each once; a second version of one waits for its turn."""
        batch: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        for waiting in self._waiting:
            if len(batch) < self._batch and waiting.article.id not in batch:
                batch[waiting.article.id] = waiting
            else:
                later.append(waiting)
        self._waiting = later
        return batch

    async def _write(self, batch: dict[str, _Waiting], side: _Side) -> None:
        try:
            for pause in (*BACK_OFF, None):
                try:
                    await self._write_articles(batch)
                    await self._write_side(side)
                    return
                except PyMongoError:
                    if pause is None or self._database is None:
                        raise
                    await asyncio.sleep(pause)
        except PyMongoError:
            self._to_spool(batch, side)

    def _to_spool(self, batch: dict[str, _Waiting], side: _Side) -> None:
        left = [waiting for waiting in batch.values() if not waiting.done.done()]
        records = [
            {"kind": "article", "article": w.article.model_dump(mode="json"), "now": w.now.isoformat()} for w in left
        ]
        try:
            self._spool.append([*records, *side.records()])
        except OSError as error:
            for waiting in left:
                waiting.done.set_exception(error)
            return
        for waiting in left:
            waiting.done.set_result("spooled")

    async def _write_articles(self, batch: dict[str, _Waiting]) -> None:
        """One query and at most two bulk writes for the batch; again for what another process changed meanwhile."""
        if self._database is None:
            raise PyMongoError("no database")
        left = {identity: waiting for identity, waiting in batch.items() if not waiting.done.done()}
        while left:
            wanted = ("fingerprint", "revision", "headline", "lead", "body", "changed_at", "first_seen_at")
            found = self._database["articles"].find({"_id": {"$in": list(left)}}, dict.fromkeys(wanted, 1))
            stored = {document["_id"]: document async for document in found}
            revisions: list[Any] = []
            operations: list[Any] = []
            order: list[tuple[str, Outcome]] = []
            for identity, waiting in left.items():
                operation, outcome, revision = _upsert(waiting.article, waiting.now, stored.get(identity))
                if (reason := _unstorable(operation)) is not None:
                    waiting.done.set_exception(StoreRefused(reason))
                    continue
                operations.append(operation)
                order.append((identity, outcome))
                if revision is not None:
                    revisions.append(revision)
            if revisions:
                await self._database["revisions"].bulk_write(revisions, ordered=False)
            errors = await self._bulk("articles", operations)
            for position, (identity, outcome) in enumerate(order):
                self._settle(left[identity], outcome, errors.get(position))
            left = {identity: waiting for identity, waiting in left.items() if not waiting.done.done()}

    @staticmethod
    def _settle(waiting: _Waiting, outcome: Outcome, error: dict[str, Any] | None) -> None:
        if error is None:
            waiting.done.set_result(outcome)
        elif error["code"] == DUPLICATE_KEY and waiting.races < RACES:
            waiting.races += 1
        else:
            waiting.done.set_exception(StoreRefused(str(error.get("errmsg", error))[:500]))

    async def _bulk(self, collection: str, operations: list[Any]) -> dict[int, dict[str, Any]]:
        """Write; give the position and error of each operation that the server refused."""
        if not operations or self._database is None:
            return {}
        try:
            await self._database[collection].bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            if not details.get("writeErrors"):
                raise  # the write concern was not met: not certain, so again
            return {refused["index"]: refused for refused in details["writeErrors"]}
        return {}

    async def _write_side(self, side: _Side) -> None:
        if self._database is None:
            raise PyMongoError("no database")
        for collection, operations in side.operations().items():
            await self._bulk(collection, operations)
        # What is written must not be written again where a later collection fails.
        side.views.clear()


def _upsert(article: Article, now: datetime, stored: dict[str, Any] | None) -> tuple[Any, Outcome, Any | None]:
    """The write of one article: operation, outcome, and the write of the version that it replaces.

    The filter names the version that was read. Where another process has changed it since, nothing matches, the
    upsert collides with the existing `_id`, and the caller reads again.
    """
    document = article.model_dump()
    aliases = [url for url in dict.fromkeys(article.aliases) if url != article.url]
    if stored is None:
        document |= {"first_seen_at": now, "last_seen_at": now, "changed_at": now, "aliases": aliases, "revision": 1}
        matches = {"_id": article.id, "fingerprint": {"$exists": False}}
        return UpdateOne(matches, {"$set": document}, upsert=True), "new", None
    values = {name: value for name, value in document.items() if name not in KEPT}
    values["last_seen_at"] = now
    if values["views"] is None:
        del values["views"]  # a page without its counter does not undo what was seen
    matches = {"_id": article.id, "revision": stored["revision"]}
    change: dict[str, Any] = {"$set": values, "$addToSet": {"aliases": {"$each": aliases}}}
    if stored["fingerprint"] == article.fingerprint:
        return UpdateOne(matches, change, upsert=True), "unchanged", None
    values |= {"revision": stored["revision"] + 1, "changed_at": now}
    earlier = Revision(
        article=article.id,
        revision=stored["revision"],
        headline=stored["headline"],
        lead=stored.get("lead"),
        body=stored.get("body") or "",
        fingerprint=stored["fingerprint"],
        seen_at=stored.get("changed_at") or stored.get("first_seen_at"),
        replaced_at=now,
        run=article.fetch.run,
    )
    keep = UpdateOne({"_id": f"{article.id}:{stored['revision']}"}, {"$setOnInsert": earlier.model_dump()}, upsert=True)
    return UpdateOne(matches, change, upsert=True), "changed", keep


def _unstorable(operation: Any) -> str | None:
    try:
        size = len(bson.encode(operation._doc))
    except (BSONError, OverflowError, UnicodeError, RecursionError, ValueError) as error:
        return f"cannot be written as BSON: {error}"[:500]
    return f"is larger than MongoDB allows: {size} bytes" if size > LARGEST else None
