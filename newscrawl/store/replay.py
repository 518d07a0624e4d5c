"""The spool back into the database."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newscrawl.article import Article
from newscrawl.normalize.visits import AGES
from newscrawl.records import Failure, Listing, Robots, Run, Sighting, ViewObservation, Visit
from newscrawl.store.articles import ArticleWriter, StoreRefused
from newscrawl.store.spool import Spool, read_records
from newscrawl.store.upsert import Outcome

TOGETHER = 500  # records in memory at a time

logger = logging.getLogger(__name__)


async def replay(writer: ArticleWriter, spool: Spool) -> int:
    """Store every waiting record and give their number. Safe to repeat: every write is idempotent.

    What the database still does not take is spooled anew by the writer before its old file is deleted; what is no
    record is kept aside in a file of its own.
    """
    number = 0
    for path in spool.take():
        async with _alone_with(path):
            batch: list[dict[str, Any]] = []
            for record in read_records(path, lambda line: _put_aside(spool, line)):
                batch.append(record)
                number += 1
                if len(batch) == TOGETHER:
                    await _store(writer, spool, batch)
                    batch = []
            await _store(writer, spool, batch)
            path.unlink(missing_ok=True)  # another process may have replayed it before
    return number


def _put_aside(spool: Spool, line: bytes) -> None:
    logger.error("a line of the spool is damaged and is kept in %s: %.80r", spool.refuse(line), line)


@asynccontextmanager
async def _alone_with(path: Path) -> AsyncIterator[None]:
    """Wait for every other process that replays the file: two that look at once would both find a counter missing."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another process has replayed it
        yield
        return
    with file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.1)
        yield


async def _store(writer: ArticleWriter, spool: Spool, records: list[dict[str, Any]]) -> None:
    saves = []
    for record in records:
        try:
            if record["kind"] == "article":
                article = Article.model_validate(record["article"])
                ages = [timedelta(seconds=age) for age in record["ages"]] if "ages" in record else AGES
                now, is_late = datetime.fromisoformat(record["now"]), bool(record.get("late"))
                saves.append(_save(writer, article, now, ages, is_late=is_late))
            else:
                await _hand_over(writer, record)
        except (ValidationError, KeyError, ValueError) as error:
            logger.error("a waiting record cannot be read and is kept in %s: %s", spool.refuse(record), error)
    for result in await asyncio.gather(*saves, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
    await writer.flush()


async def _save(
    writer: ArticleWriter, article: Article, now: datetime, ages: Sequence[timedelta], *, is_late: bool
) -> Outcome | None:
    try:
        return await writer.save(article, now=now, ages=ages, is_late=is_late)
    except StoreRefused as error:
        await writer.fail(
            Failure(
                url=article.url,
                site=article.site,
                stage="store",
                reason="refused-by-database",
                detail=str(error)[:500],
                first_at=now,
                last_at=now,
                run=article.fetch.run,
            )
        )
        return None


async def _hand_over(writer: ArticleWriter, record: dict[str, Any]) -> None:
    match record["kind"]:
        case "view":
            await writer.restore(ViewObservation.model_validate(record["view"]))
        case "aliases":
            await writer.add_aliases(record["article"], record["urls"])
        case "sighting":
            await writer.sight([Sighting.model_validate(record["sighting"])])
        case "visit":
            await writer.visit(Visit.model_validate(record["visit"]))
        case "failure":
            await writer.fail(Failure.model_validate(record["failure"]))
        case "resolved":
            await writer.resolve([record["url"]])
        case "listing":
            await writer.remember(Listing.model_validate(record["listing"]))
        case "run":
            await writer.end_run(record["id"], Run.model_validate(record["run"]))
        case "robots":
            await writer.remember_robots(Robots.model_validate(record["robots"]))
        case kind:
            raise ValueError(f"there are no records of kind {kind!r}")
