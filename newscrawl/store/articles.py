"""The writer: articles and what comes with them into MongoDB, in batches, each acknowledged.

Callers of all spiders share one batch. An article's future is done when the database has acknowledged it by majority
and journal, which is the crawl's back-pressure. While the database is away everything goes to the spool.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError

from newscrawl.article import Article
from newscrawl.normalize.quantiles import Durations
from newscrawl.normalize.visits import AGES
from newscrawl.records import Failure, Listing, Robots, Run, Sighting, ViewObservation, Visit
from newscrawl.store.connect import Connection
from newscrawl.store.identity import NEEDED, Found, Match, evidence
from newscrawl.store.linking import Linking
from newscrawl.store.merge import merge_twins
from newscrawl.store.observations import Counter, Met, Observations, counter_updates, inserts, learn
from newscrawl.store.revise import Earlier, earlier_versions
from newscrawl.store.side import SideRecords
from newscrawl.store.spool import Spool
from newscrawl.store.upsert import Outcome, add_earlier, is_older, unstorable, upsert
from newscrawl.store.writes import DUPLICATE_KEY, Database, Refused, bulk, bulk_of, write_or_log

logger = logging.getLogger(__name__)

LULL = 0.05  # seconds without another article after which those that wait are written
BACK_OFF = (0.2, 0.5, 1.0, 2.0)  # seconds between attempts at a database that is away
RACES = 10  # attempts at one article that other processes change at the same instant


class StoreRefused(ValueError):
    """The database refuses this document, whatever is done. The message says why."""


@dataclass(slots=True)
class _Waiting:
    article: Article
    now: datetime
    done: asyncio.Future[Outcome]
    ages: Sequence[timedelta]
    is_late: bool = False
    races: int = 0


def _plan(
    left: dict[str, _Waiting], matches: dict[str, Match], earlier: Earlier
) -> dict[str, tuple[Any, Outcome, Any | None]]:
    return {i: _operation(waiting, matches[i], earlier) for i, waiting in left.items()}


def _operation(waiting: _Waiting, match: Match, earlier: Earlier) -> tuple[Any, Outcome, Any | None]:
    if waiting.is_late and match.stored is not None and is_older(match.stored, waiting.now):
        return add_earlier(waiting.article, waiting.now, match), "older", None
    return upsert(waiting.article, waiting.now, match, earlier, waiting.ages)


async def _documents(database: Database, articles: list[Article]) -> list[dict[str, Any]]:
    return await database["articles"].find(evidence(articles), dict.fromkeys(NEEDED, 1)).to_list()


class ArticleWriter:
    """Writes in batches of `batch` records, or every `interval` seconds, or when articles wait and no more are to come.

    Close it to write what waits.
    """

    def __init__(self, connection: Connection | None, spool: Spool, *, batch: int = 200, interval: float = 0.5) -> None:
        self._connection = connection
        self._spool = spool
        self._batch, self._interval = batch, interval
        self._waiting: list[_Waiting] = []
        self._saved_at = 0.0
        self._lull: asyncio.TimerHandle | None = None
        self._side = SideRecords()
        self._flushes: list[asyncio.Future[None]] = []
        self._is_away = False
        self._is_stuck = False
        self._linking = Linking(connection.database) if connection is not None else None
        self._met = Met()
        self._wake = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None
        self._deadline: float | None = None
        self._patience: asyncio.Timeout | None = None
        self.durations = Durations()
        """How long the writing of each batch took."""
        self.expects_more: Callable[[], bool] = lambda: False
        """Whether further articles are on their way, so that a lull is no reason to write: then `interval` is."""

    @property
    def waiting(self) -> int:
        """Records that wait for their writing."""
        return len(self._waiting) + len(self._side)

    async def save(
        self,
        article: Article,
        *,
        now: datetime,
        views: Sequence[ViewObservation] = (),
        ages: Sequence[timedelta] = AGES,
        is_late: bool = False,
    ) -> Outcome:
        """Store an article, and wait until that is certain. `now`: the instant of its reading.

        `views`: the counters on its page. They are written before it, so an article that is stored has them.
        `ages`: those at which articles of its site are visited again; its next visit is planned with it.
        `is_late`: the page was fetched some time ago. It changes nothing of an article that was seen since.

        Raises StoreRefused where the database can never hold it.
        """
        await self.observe(views, are_doubtful=is_late)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(article, now, done, ages, is_late))
        self._await_lull()
        self._stir()
        return await done

    async def observe(
        self,
        views: Sequence[ViewObservation],
        stored: Mapping[str, Counter | None] | None = None,
        *,
        are_doubtful: bool = False,
    ) -> None:
        """Keep view counters; the same count of an article from the same source is kept once in a run.

        `stored`: what the caller knows of the articles, by their identity in `views`; the others are looked up.
        `are_doubtful`: they may be in the database already.
        """
        news = [view for view in views if self._met.is_news(view)]
        self._side.observations.add(Observations(news, dict(stored or {}), are_doubtful=are_doubtful))
        self._stir()

    async def restore(self, view: ViewObservation) -> None:
        """Keep a view counter of an earlier run, which may be in the database already."""
        self._side.observations.add(Observations([view], are_doubtful=True))
        self._stir()

    async def add_aliases(self, identity: str, urls: list[str]) -> None:
        """Add addresses to a stored article."""
        self._side.aliases.append((identity, urls))
        self._stir()

    async def visit(self, visit: Visit) -> None:
        """Keep what a visit showed that gave no new reading."""
        self._side.visits.append(visit)
        self._stir()

    async def fail(self, failure: Failure) -> None:
        """Keep a failure; its first time is kept where it is known."""
        self._side.failures[failure.url] = failure
        self._stir()

    async def resolve(self, urls: list[str]) -> None:
        """Forget the failures of addresses that succeeded."""
        self._side.failures.update(dict.fromkeys(urls))
        self._stir()

    async def remember(self, listing: Listing) -> None:
        """Keep what is known of a listing. It is written before any article that is saved after this call."""
        self._side.listings[listing.url] = listing
        self._stir()

    async def remember_robots(self, known: Robots) -> None:
        """Keep what is known of the robots.txt of an origin."""
        self._side.robots[known.origin] = known
        self._stir()

    async def sight(self, sightings: Iterable[Sighting]) -> None:
        """Keep that sources have shown articles. It is written before any article that is saved after this call."""
        for seen in sightings:
            self._side.sightings.setdefault(seen.id, seen)
        self._stir()

    async def end_run(self, identity: str, run: Run) -> None:
        """Record how a run ended."""
        self._side.runs[identity] = run
        self._stir()

    async def flush(self) -> None:
        """Wait until every record handed over so far is in the database or on disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flushes.append(done)
        self._stir()
        self._wake.set()
        await done

    def end_by(self, instant: float) -> None:
        """From `instant`, by the clock of the event loop, wait for the database no more: what it has not acknowledged
        by then goes to the spool. Linking is left to the next start."""
        self._deadline = instant
        if self._patience is not None:
            self._patience.reschedule(instant)

    @contextlib.asynccontextmanager
    async def _until_deadline(self) -> AsyncIterator[None]:
        """Raises TimeoutError in what runs too long."""
        async with asyncio.timeout_at(self._deadline) as patience:
            self._patience = patience
            try:
                yield
            finally:
                self._patience = None

    async def close(self) -> None:
        """Write everything that waits."""
        self._closed = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def _stir(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        if self._is_full():
            self._wake.set()

    def _await_lull(self) -> None:
        """An article has come: one timer ends when no further one has for a while."""
        loop = asyncio.get_running_loop()
        self._saved_at = loop.time()
        if self._lull is None:
            self._lull = loop.call_later(LULL, self._end_lull)

    def _end_lull(self) -> None:
        """Write, where no article has come for a while and none is on its way: a crawl may wait for these to go on."""
        loop = asyncio.get_running_loop()
        end = self._saved_at + LULL
        self._lull = loop.call_at(end, self._end_lull) if end > loop.time() else None
        if self._lull is not None or not self._waiting or self._is_away or self._is_stuck:
            return
        if not self.expects_more():
            self._wake.set()

    def _is_full(self) -> bool:
        return len(self._waiting) + len(self._side) >= self._batch

    async def _run(self) -> None:
        while not self._closed or self._waiting or len(self._side) or self._flushes:
            if not self._closed and (self._is_stuck or not self._is_full()):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._interval)
            self._wake.clear()
            batch, side, flushes = self._next_batch(), self._side, self._flushes
            self._side, self._flushes = SideRecords(), []
            if batch or len(side):
                await self._write(batch, side)
            if flushes:
                await self._end_linking()
            for done in flushes:
                done.set_result(None)
        await self._end_linking()

    def _next_batch(self) -> dict[str, _Waiting]:
        """Up to `batch` articles by identity; what may be one of them once more waits for its turn."""
        batch: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        taken: set[str] = set()
        for waiting in self._waiting:
            article = waiting.article
            signs = {article.id, article.url, article.fingerprint, *article.aliases}
            if len(batch) < self._batch and not signs & taken:
                batch[article.id] = waiting
                taken |= signs
            else:
                later.append(waiting)
        self._waiting = later
        return batch

    async def _write(self, batch: dict[str, _Waiting], side: SideRecords) -> None:
        """Write a batch, into the spool where the database stays away. Never raises: the waiting are told."""
        begun = time.monotonic()
        try:
            try:
                async with self._until_deadline():
                    is_stored = await self._to_database(batch, side)
            except TimeoutError:
                logger.warning("the database has not answered in time, records wait on disk")
                is_stored = False
            self._is_away = not is_stored
            if is_stored:
                self.durations.add(time.monotonic() - begun)
            if not is_stored:
                self._to_spool(batch, side)
            self._is_stuck = False
        except Exception as error:
            if self._closed or not self._is_stuck:
                logger.exception("a batch could be written neither to the database nor to disk")
            self._is_stuck = True
            if not self._closed:
                side.add(self._side)
                self._side = side  # nobody waits for these and could hand them over again: once more with the next
            for waiting in batch.values():
                if not waiting.done.done():
                    waiting.done.set_exception(error)

    async def _to_database(self, batch: dict[str, _Waiting], side: SideRecords) -> bool:
        """Write a batch, again after a while where that fails; False where the database stays away."""
        if self._connection is None or self._linking is None:
            logger.warning("there is no database, records wait on disk")
            return False
        database, linking = self._connection.database, self._linking
        pauses = () if self._is_away else BACK_OFF
        for pause in (*pauses, None):
            try:
                # First what the next run must know of a listing, then the articles that it led to: a crash between
                # the two costs a second look, the other way round it would cost articles. Nobody looks again at the
                # page of an article that is stored, so the counters on it come before the article.
                await self._write_side(database, side, "sightings")
                await self._write_side(database, side, "listings")
                await self._write_views(database, side.observations)
                await self._write_articles(database, batch, linking)
                await write_or_log(database, "articles", counter_updates(side.observations, batch))
                if side.visits:
                    linking.add_news()
                await self._write_side(database, side)
                linking.start()
                return True
            except PyMongoError as error:
                if pause is None:
                    logger.warning("the database is away, records wait on disk: %s", str(error)[:200])
                    break
                await asyncio.sleep(pause)
                await self._connection.revive()
        return False

    def _to_spool(self, batch: dict[str, _Waiting], side: SideRecords) -> None:
        left = [waiting for waiting in batch.values() if not waiting.done.done()]
        articles = [
            {
                "kind": "article",
                "article": w.article.model_dump(mode="json"),
                "now": w.now.isoformat(),
                "ages": [age.total_seconds() for age in w.ages],
                "late": w.is_late,
            }
            for w in left
        ]
        self._spool.append([*side.records("listings"), *articles, *side.records()])
        for waiting in left:
            waiting.done.set_result("spooled")

    async def _write_articles(self, database: Database, batch: dict[str, _Waiting], linking: Linking) -> None:
        """Two queries and at most two bulk writes for the batch; again for what another process changed meanwhile."""
        left = {identity: waiting for identity, waiting in batch.items() if not waiting.done.done()}
        while left:
            found = Found(await _documents(database, [waiting.article for waiting in left.values()]))
            revisions: dict[str, Any] = {}
            writes: dict[str, Any] = {}
            order: list[tuple[str, str, Outcome]] = []
            to_merge: dict[str, Article] = {}
            matches = {identity: found.match(waiting.article) for identity, waiting in left.items()}
            earlier = await earlier_versions(
                database, [(match.stored, left[identity].article) for identity, match in matches.items()]
            )
            # In a thread: two versions of a very long text take seconds to compare.
            planned = await asyncio.to_thread(_plan, left, matches, earlier)
            for identity, waiting in left.items():
                match = matches[identity]
                operation, _outcome, revision = planned[identity]
                if (reason := unstorable(operation) or unstorable(revision)) is not None:
                    waiting.done.set_exception(StoreRefused(reason))
                    continue
                writes[identity] = operation
                if revision is not None:
                    revisions[identity] = revision
            for identity, refused in (await bulk_of(database, "revisions", revisions)).items():
                if refused["code"] != DUPLICATE_KEY:  # the earlier version cannot be kept, so it is not overwritten
                    self._settle(left[identity], "changed", refused)
                    del writes[identity]
            for identity in writes:
                match, outcome = matches[identity], planned[identity][1]
                order.append((identity, match.identity, outcome))
                if outcome == "new" or match.same:
                    to_merge[match.identity] = left[identity].article
            errors = await bulk(database, "articles", list(writes.values()))
            if merged := await merge_twins(database, to_merge):
                linking.add(merged)
                linking.add_news()
            for position, (identity, document, outcome) in enumerate(order):
                self._settle(left[identity], outcome, errors.get(position))
                if outcome in ("new", "changed") and position not in errors:
                    linking.add([document])
                elif outcome == "unchanged":  # it may have been gone
                    linking.add_news()
            left = {identity: waiting for identity, waiting in left.items() if not waiting.done.done()}

    async def _write_views(self, database: Database, observations: Observations) -> None:
        """Insert what is not there yet: one query where articles are not known, one where it is doubtful."""
        await learn(database, observations)
        self._met.judge(observations)
        operations = await inserts(database, observations)
        observations.are_doubtful = True  # until this attempt is known to have succeeded
        await write_or_log(database, "views", operations)

    async def _end_linking(self) -> None:
        if self._linking is None:
            return
        if not self._is_away:
            self._linking.start()
        with contextlib.suppress(TimeoutError):
            async with self._until_deadline():
                await self._linking.wait()

    @staticmethod
    def _settle(waiting: _Waiting, outcome: Outcome, error: Refused | None) -> None:
        if error is None:
            waiting.done.set_result(outcome)
        elif error["code"] == DUPLICATE_KEY and waiting.races < RACES:
            waiting.races += 1
        else:
            waiting.done.set_exception(StoreRefused(str(error.get("errmsg", error))[:500]))

    @staticmethod
    async def _write_side(database: Database, side: SideRecords, only: str | None = None) -> None:
        """Write the side records, or those of one collection; what is written is taken out of them."""
        for collection, operations in side.operations(only):
            await write_or_log(database, collection, operations)
            side.forget(collection)
