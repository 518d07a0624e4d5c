"""Writes the example documents of docs and schemas, newscrawl/example_records.json: `python tools/record_examples.py`.

Pages of our own, read and stored as in a crawl, at fixed instants: a story in two editions, revised, away for a day and
back; a brief under an address that led to the story later; a copy at another site, which is gone by now.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newscrawl import extract
from newscrawl.article import Article, Fetch, Gone
from newscrawl.normalize.counted import view_observations
from newscrawl.records import RECORDS, Visit
from newscrawl.site import Edition, Rule, Site
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection, connect
from newscrawl.store.lookup import HIDDEN
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool

EXAMPLES = Path(__file__).resolve().parent.parent / "newscrawl" / "example_records.json"
PAGES = Path(__file__).resolve().parent / "record" / "pages"
MORNING = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOWN = ("articles", "tombstones", "views", "revisions")

EXAMPLE = Site(
    name="example",
    publisher="Example News",
    home="https://news.example/",
    country="UA",
    timezone="Europe/Kyiv",
    editions=(
        Edition(name="en", language="en", path="/en/", listings=("https://news.example/en/news",)),
        Edition(name="uk", language="uk", listings=("https://news.example/news",)),
    ),
    rules={"body": (Rule(css="div.text"),), "related": (Rule(css="a.card"),)},
)
COURIER = Site(
    name="courier",
    publisher="Daily Courier",
    home="https://courier.example/",
    country="GB",
    timezone="Europe/London",
    editions=(Edition(name="en", language="en", listings=("https://courier.example/",)),),
)
ENGLISH, UKRAINIAN = "https://news.example/en/news/solar-school", "https://news.example/news/soniachna-shkola"
BRIEF, COPY = "https://news.example/en/news/91133", "https://courier.example/world/solar-school-48213"
HEADERS = {"content-type": "text/html; charset=utf-8", "etag": '"5f1c-62a"'}


def page(name: str, **changes: str) -> str:
    """One of the pages; `changes`: texts by the marks `[[name]]` that they take the place of."""
    text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    for mark, value in changes.items():
        text = text.replace(f"[[{mark}]]", value)
    return text


def reading(html: str, url: str, site: Site, at: datetime, run: str) -> Article:
    """A page as a crawl reads it."""
    article = extract(html, url, site=site, fetched_at=at, headers=HEADERS)
    archive = f"{site.name}/{at:%Y-%m-%d}.warc.gz:1204"
    fetch = Fetch(at=at, status=200, url=url, etag=HEADERS["etag"], run=run, archive=archive)
    return article.model_copy(update={"fetch": fetch})


async def store(connection: Connection, spool: Path) -> None:
    """Everything that a few days of crawls store of these pages."""
    writer = ArticleWriter(connection, Spool(spool), interval=0.001)

    async def save(html: str, url: str, site: Site, at: datetime, run: str, *met: str) -> Article:
        article = reading(html, url, site, at, run)
        article.aliases.extend(met)
        await writer.save(article, now=at, views=view_observations(article, site, at=at))
        await writer.flush()
        return article

    async def miss(article: Article, at: datetime, sightings: int, next_visit_at: datetime | None) -> None:
        stored = await connection.database["articles"].find_one({"_id": article.id}, {"next_visit_at": 1, "gone": 1})
        assert stored is not None
        first = stored["gone"]["at"] if stored["gone"] else at
        claim = stored["next_visit_at"]
        gone = Gone(at=first, status=404, sightings=sightings)
        visit = Visit(article=article.id, at=at, claim=claim, next_visit_at=next_visit_at, is_there=False, gone=gone)
        await writer.visit(visit)
        await writer.flush()

    first = page("english", views="1,204", modified="2026-01-20T11:02:00+02:00", cost="4 million", more="")
    await save(first, ENGLISH, EXAMPLE, MORNING, "20260120-0930-example")
    await save(page("brief"), BRIEF, EXAMPLE, MORNING + HOUR / 2, "20260120-1000-example")
    await save(page("ukrainian"), UKRAINIAN, EXAMPLE, MORNING + HOUR, "20260120-1030-example")
    copied = await save(page("copy"), COPY, COURIER, MORNING + 2 * HOUR, "20260120-1130-courier")
    more = "<p>Update: the ministry said on Tuesday evening that ten more schools would follow before autumn.</p>"
    revised = page("english", views="3,980", modified="2026-01-20T17:40:00+02:00", cost="4.6 million", more=more)
    article = await save(revised, ENGLISH, EXAMPLE, MORNING + 7 * HOUR, "20260120-1630-example")
    await miss(copied, MORNING + DAY, 1, MORNING + 2 * DAY)
    await miss(article, MORNING + DAY, 1, MORNING + 2 * DAY)
    await miss(copied, MORNING + 2 * DAY, 2, None)
    last = revised.replace("3,980", "5,122")
    await save(last, ENGLISH, EXAMPLE, MORNING + 2 * DAY, "20260122-0930-example", BRIEF)
    await writer.close()


async def examples(connection: Connection, spool: Path) -> dict[str, list[dict[str, Any]]]:
    """The example documents as JSON, by collection, out of an empty database."""
    await store(connection, spool)
    found = {}
    for name in SHOWN:
        order = "first_seen_at" if name == "articles" else "at" if name == "views" else "_id"
        documents = await connection.database[name].find({}, HIDDEN).sort([(order, 1), ("_id", 1)]).to_list()
        for document in documents if name == "tombstones" else ():
            document["changed_at"] = MORNING + 2 * DAY  # by the clock of the machine
        found[name] = [json.loads(json.dumps(_in_order(name, one), default=_plain)) for one in documents]
    return found


def _in_order(collection: str, document: dict[str, Any]) -> dict[str, Any]:
    """A document with its fields in the order of the model."""
    return {name: document[name] for name in ("_id", *RECORDS[collection].model_fields) if name in document}


def as_text(found: dict[str, list[dict[str, Any]]]) -> str:
    """The file."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> str:
    assert isinstance(value, datetime), value
    return value.isoformat().replace("+00:00", "Z")


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        connection = await connect(None, folder=Path(folder))
        try:
            await apply_schema(connection)
            EXAMPLES.write_text(as_text(await examples(connection, Path(folder) / "spool.jsonl")), encoding="utf-8")
        finally:
            await connection.close()


if __name__ == "__main__":
    asyncio.run(_write())
