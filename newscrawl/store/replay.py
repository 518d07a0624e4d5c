"""The spool back into the database."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from newscrawl.article import Article, Failure, ViewObservation
from newscrawl.store.articles import ArticleWriter, StoreRefused
from newscrawl.store.spool import Spool, read_records

TOGETHER = 500  # records in memory at a time


async def replay(writer: ArticleWriter, spool: Spool) -> int:
    """Store every waiting record and give their number. Safe to repeat: every write but a view's is idempotent.

    What the database still does not take is spooled anew by the writer before its old file is deleted.
    """
    number = 0
    for path in spool.take():
        batch: list[dict[str, Any]] = []
        for record in read_records(path):
            batch.append(record)
            number += 1
            if len(batch) == TOGETHER:
                await _store(writer, batch)
                batch = []
        await _store(writer, batch)
        path.unlink()
    return number


async def _store(writer: ArticleWriter, records: list[dict[str, Any]]) -> None:
    saves = []
    for record in records:
        match record["kind"]:
            case "article":
                article = Article.model_validate(record["article"])
                saves.append(writer.save(article, now=datetime.fromisoformat(record["now"])))
            case "view":
                await writer.observe([ViewObservation.model_validate(record["view"])])
            case "aliases":
                await writer.add_aliases(record["article"], record["urls"])
            case "failure":
                await writer.fail(Failure.model_validate(record["failure"]))
            case "resolved":
                await writer.resolve([record["url"]])
    for result in await asyncio.gather(*saves, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, StoreRefused):
            raise result
