"""A database of a million invented articles, to measure on: `make million`.

Made once into a folder, in some minutes and 12 GB, and used by every measurement after that. Articles become documents
by the code that stores those of a crawl, and the server checks each by the validator of its collection. Indexes are
built by `apply_schema` when the documents are there.

Open it by naming the folder in NEWSCRAWL_DATA: every command of newscrawl then reads it.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from million_articles import END, Newsroom
from pymongo import MongoClient
from rich.console import Console

from newscrawl.article import SCHEMA_VERSION, Article, Change
from newscrawl.normalize.urls import article_id
from newscrawl.records import Failure, Revision, Run, Sequence, ViewObservation
from newscrawl.store import sequence
from newscrawl.store.connect import connect
from newscrawl.store.identity import Match
from newscrawl.store.revise import version_id
from newscrawl.store.schema import INDEXES, apply_schema
from newscrawl.store.upsert import upsert

FOLDER = Path.home() / ".cache" / "newscrawl-million"
DATABASE = "newscrawl"
CHUNK = 1000  # articles of one insert
RUNS_OF_SITE, FAILURES_OF_SITE = 100, 50
Documents = dict[str, list[dict[str, Any]]]

console = Console(highlight=False, width=120)


@dataclass(frozen=True)
class Made:
    """What a folder holds, kept in `million.json` there."""

    articles: int
    seed: int
    schema_version: int = SCHEMA_VERSION

    def write(self, folder: Path) -> None:
        """Say that all is there."""
        (folder / "million.json").write_text(json.dumps(vars(self)) + "\n", encoding="utf-8")

    @staticmethod
    def read(folder: Path) -> Made | None:
        """What the folder holds; None: nothing, or something unfinished."""
        path = folder / "million.json"
        return Made(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def documents(room: Newsroom, first: int, last: int) -> Documents:
    """The documents of a range of articles, by collection."""
    made: Documents = {"articles": [], "views": [], "revisions": []}
    for number in range(first, last):
        article, now = room.article(number), room.seen_at(number)
        operation, _, _ = upsert(article, now, Match(None, article.url, article.id), {})
        document = {"_id": article.id, **operation._doc["$set"]}
        del document["links_due"], document["seq_due"]
        document["seq"] = number + 1
        if now < END - timedelta(days=7):
            document["next_visit_at"] = None
        if article.revision > 1:
            made["revisions"] += _revisions(room, number, article)
            change = _change(number)
            document |= {"revision": article.revision, "change": change, "changed_at": now + timedelta(hours=6)}
        made["views"] += _views(room, number, article)
        made["articles"].append(document)
    return made


def _change(number: int) -> dict[str, Any]:
    return Change(changed=["body"], paragraphs_added=1, share=0.9, is_stealth=number % 4 == 0).model_dump()


def _revisions(room: Newsroom, number: int, article: Article) -> Iterator[dict[str, Any]]:
    now = room.seen_at(number)
    for revision in range(1, article.revision):
        text = room.text(number, article.language or "en", revision - 1)
        version = Revision(
            article=article.id,
            revision=revision,
            headline=article.headline,
            lead=article.lead,
            body="\n\n".join(text.paragraphs),
            fingerprint=f"{revision}{article.fingerprint[1:]}",
            seen_at=now + timedelta(hours=2 * revision),
            replaced_at=now + timedelta(hours=2 * revision + 2),
            change=Change.model_validate(_change(number)) if revision > 1 else None,
        )
        yield {"_id": version_id(article.id, revision), **version.model_dump()}


def _views(room: Newsroom, number: int, article: Article) -> Iterator[dict[str, Any]]:
    """The readings of the counters of some articles, and of most that are younger than three days."""
    now = room.seen_at(number)
    if article.views is None or article.views.count is None or (number % 20 and now < END - timedelta(days=3)):
        return
    for step in range(8):
        count = int(article.views.count * (1 - 0.6**step))
        at = now + timedelta(hours=step * (step + 1) / 2)
        view = ViewObservation(article=article.id, url=article.url, at=at, count=count, source="own page")
        yield {"_id": view.id, **view.model_dump()}


def runs_and_failures(room: Newsroom) -> Documents:
    """What crawls of the last months left beside their articles."""
    dice = random.Random(f"runs {room.seed}")
    made: Documents = {"runs": [], "failures": []}
    for site in room.sites:
        for number in range(RUNS_OF_SITE):
            started = END - timedelta(hours=6 * number, minutes=dice.randrange(60))
            identity = f"{site.name}-{started:%Y%m%d%H}"
            outcome, new = dice.choices(("ok", "degraded", "failed"), (90, 6, 4))[0], dice.randrange(200)
            run = Run(
                site=site.name,
                command=f"newscrawl crawl {site.name}",
                started_at=started,
                ended_at=started + timedelta(seconds=30 + new),
                reason="finished",
                outcome=outcome,
                counts={"links": 3 * new, "known": 2 * new, "stored": new, "new": new},
                coverage={"headline": 1.0, "body": 0.99, "published": 0.98},
                statuses={"2xx": new + 3, "4xx": new // 50},
                codes={"200": new + 3, "404": new // 50},
                bytes=40_000 * new,
                version="1",
                pid=1,
                host="million",
            )
            made["runs"].append({"_id": identity, **run.model_dump()})
        for number in range(FAILURES_OF_SITE):
            at = END - timedelta(hours=dice.randrange(2000))
            url = f"https://{site.host}/news/missing-{number}"
            failure = Failure(
                url=url,
                site=site.name,
                stage="fetch",
                reason=dice.choice(("http-404", "http-503", "timeout")),
                first_at=at,
                last_at=at,
                next_try_at=at + timedelta(days=1),
            )
            made["failures"].append({"_id": article_id(url), **failure.model_dump()})
    return made


_room: Newsroom
_client: MongoClient[dict[str, Any]]


def _begin(uri: str, made: Made) -> None:
    global _room, _client  # one of each in a process of its own
    _room, _client = Newsroom(made.articles, made.seed), MongoClient(uri, w=1, journal=False)


def _store(first: int, last: int) -> int:
    for collection, rows in documents(_room, first, last).items():
        if rows:
            _client[DATABASE][collection].insert_many(rows, ordered=False)
    return last - first


async def fill(folder: Path, made: Made, processes: int) -> None:
    """Make the database in an empty folder."""
    connection = await connect(None, folder=folder, database=DATABASE)
    try:
        await apply_schema(connection)  # collections with their validators
        for name in INDEXES:
            await connection.database[name].drop_indexes()  # built at once when all is there, by sorting
        assert connection.local is not None
        uri = connection.local.uri
        loop, began, stored = asyncio.get_running_loop(), time.monotonic(), 0
        with ProcessPoolExecutor(processes, initializer=_begin, initargs=(uri, made)) as pool:
            waiting: set[asyncio.Future[int]] = set()
            for first in range(0, made.articles, CHUNK):
                waiting.add(loop.run_in_executor(pool, _store, first, min(first + CHUNK, made.articles)))
                if len(waiting) > 2 * processes:
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    before, stored = stored, stored + sum(one.result() for one in done)
                    if before // 50_000 != stored // 50_000:
                        console.print(f"{stored:,} in {time.monotonic() - began:.0f} s …", style="dim")
            for one in await asyncio.gather(*waiting):
                stored += one
        for collection, rows in runs_and_failures(Newsroom(made.articles, made.seed)).items():
            await connection.database[collection].insert_many(rows, ordered=False)
        numbered = Sequence(last=made.articles, settled=made.articles).model_dump()
        await connection.database["sequence"].replace_one({"_id": sequence.NAME}, numbered, upsert=True)
        console.print(f"{stored:,} articles stored in {time.monotonic() - began:.0f} s; indexes …", style="dim")
        began = time.monotonic()
        await apply_schema(connection)
        await connection.client.admin.command("fsync")
        console.print(f"indexes built in {time.monotonic() - began:.0f} s", style="dim")
        made.write(folder)
    finally:
        await connection.close()


def ensure(folder: Path, made: Made, processes: int = 2) -> None:
    """Make the database unless the folder holds it. Ends the program where it holds another one."""
    found = Made.read(folder)
    if found == made:
        return
    if found is not None or (folder / "mongodb").exists():
        raise SystemExit(f"{folder} holds {found or 'something unfinished'}, not {made}: remove it, or name another")
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(fill(folder, made, processes))


def main(
    articles: Annotated[int, typer.Option(min=1, help="Number of articles.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same articles.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where the database is, or is to be.")] = FOLDER,
    processes: Annotated[int, typer.Option(min=1, help="Processes that make articles.")] = 2,
) -> None:
    """Make the database of invented articles."""
    ensure(folder, Made(articles, seed), processes)
    console.print(f"NEWSCRAWL_DATA={folder} newscrawl articles list")


if __name__ == "__main__":
    typer.run(main)
