"""Speed and memory of `newscrawl articles export`: `python benchmarks/export.py`.

Exports articles from an embedded server by the command itself, and measures its time, the processor time that it and
the server take, and the peak of its memory. The articles are made at once with `insert_many`: texts of a few hundred
words in two alphabets, of 20 sites, some 100 a site and day. `--data` measures a database that is there, such as that
of `benchmarks/million.py`. Exits with 1 where a figure falls short.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from harness import Figure
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from newscrawl.article import Article, Author, Dateline, Fetch, Image, Section, Timestamp, Views
from newscrawl.normalize.text import count_words
from newscrawl.normalize.urls import article_id
from newscrawl.records import Sequence
from newscrawl.store import sequence
from newscrawl.store.connect import connect
from newscrawl.store.local import LocalServer
from newscrawl.store.order import order_of
from newscrawl.store.schema import apply_schema

DATABASE = "newscrawl"
SPEED, MEMORY = 20_000, 400  # articles a second to Parquet, MiB
SITES, A_DAY = 20, 100  # articles of a site
TEXTS = 500  # that the articles share
TOGETHER = 2000
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LATIN = (
    "council town met tuesday bridge river minister said government energy market price war peace president report"
    " company million people city police court law money bank oil gas wheat harvest weather football match election"
).split()
CYRILLIC = (
    "рада міста зібралася вівторок міст річка міністр сказав уряд енергетика ринок ціна війна мир президент звіт"
    " компанія мільйон людей місто поліція суд закон гроші банк нафта газ пшениця врожай погода футбол матч вибори"
).split()

console = Console(highlight=False, width=120)


def texts(dice: random.Random) -> list[dict[str, Any]]:
    """Articles without their own address, site and times."""
    made = []
    for number in range(TEXTS):
        words = (LATIN, CYRILLIC)[number % 2]

        def sentence(length: int, words: list[str] = words) -> str:
            return " ".join(f"{dice.choice(words)}{dice.randrange(100)}" for _ in range(length)).capitalize() + "."

        paragraphs = [sentence(40) for _ in range(int(dice.lognormvariate(1.9, 0.5)))]
        body = "\n\n".join(paragraphs)
        article = Article(
            url=f"https://news.example/{number}",
            publisher="News",
            language=("en", "uk")[number % 2],
            headline=sentence(9),
            lead=sentence(25),
            body=body,
            sections=[Section(paragraphs=paragraphs)],
            word_count=count_words(body),
            dateline=Dateline(raw="KYIV, Jan 6 (UNN) -", place="Kyiv", country="UA", agency="UNN", agency_code="UNN"),
            authors=[Author(name="Ivan Franko", url="https://news.example/authors/1")],
            section="Politics",
            tags=["Politics", "Kyiv", "War"],
            images=[Image(url=f"https://news.example/{number}.jpg", caption="A picture", width=800, height=600)],
            views=Views(count=number, seen_at=FIRST, raw=str(number)),
            fingerprint=f"{number:064}",
            fetch=Fetch(at=FIRST, status=200, url="https://news.example/", etag='"abc"'),
            provenance={
                name: f"jsonld:{name}" for name in ("headline", "lead", "published", "authors", "body", "tags")
            },
        )
        made.append(article.model_dump())
    return made


def documents(number: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """So many articles in the order in which a crawl meets them."""
    templates = texts(dice)
    between = timedelta(days=1) / (SITES * A_DAY)
    for place in range(number):
        site, at = f"site{dice.randrange(SITES):02}", FIRST + place * between
        published = at - timedelta(minutes=90 * dice.random() ** 2)
        url = f"https://{site}.example/news/{place}"
        moment = Timestamp(at=published, raw=published.isoformat(), offset=0, precision="second", zone="stated")
        own: dict[str, Any] = {
            "_id": article_id(url),
            "url": url,
            "site": site,
            "seq": place + 1,
            "published": moment.model_dump(),
        }
        own["order"] = order_of(published, own["_id"])
        yield dice.choice(templates) | own | {"first_seen_at": at, "last_seen_at": at, "changed_at": at}


def fill(folder: Path, number: int) -> None:
    """Store articles, and number them."""

    async def prepare() -> None:
        connection = await connect(None, folder=folder, database=DATABASE)
        await apply_schema(connection)
        numbered = Sequence(last=number, settled=number).model_dump()
        await connection.database["sequence"].replace_one({"_id": sequence.NAME}, numbered, upsert=True)
        await connection.close()

    batch: list[dict[str, Any]] = []
    with MongoClient(LocalServer(folder).start(keep=True)) as client:
        articles = client[DATABASE]["articles"]
        for document in documents(number, random.Random(1)):
            batch.append(document)
            if len(batch) == TOGETHER:
                articles.insert_many(batch, ordered=False)
                batch = []
        if batch:
            articles.insert_many(batch, ordered=False)
    asyncio.run(prepare())


def processor_time(pid: int | None) -> float:
    """Seconds of processor time that a process has taken; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def measure(folder: Path, out: Path, *words: str) -> tuple[int, float, float, float, float, int]:
    """Articles, seconds, processor seconds of command and server, MiB, and files of one export."""
    server = LocalServer(folder).pid()
    before, began = processor_time(server), time.monotonic()
    environment = {**os.environ, "NEWSCRAWL_DATA": str(folder), "NEWSCRAWL_DATABASE": DATABASE}
    command = [sys.executable, "-m", "newscrawl.cli", "articles", "export", str(out), "--no-progress", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB here
    from newscrawl.export.manifest import read

    manifest = read(out)
    assert manifest is not None
    shutil.rmtree(out)
    own = used.ru_utime + used.ru_stime
    rows, files = manifest.rows, len(manifest.files)
    return rows, seconds, own, processor_time(server) - before, used.ru_maxrss * unit / 2**20, files


def main(
    articles: Annotated[int, typer.Option(min=1, help="Articles that are made.")] = 200_000,
    data: Annotated[Path | None, typer.Option(help="Data folder of a database that is there.")] = None,
    formats: Annotated[str, typer.Option(help="Of parquet-day, parquet-month, parquet-site, jsonl.zst …")] = (
        "parquet-day,parquet-month,jsonl.zst,csv.gz"
    ),
) -> None:
    """Measure exports."""
    table = Table("export", "articles", "files", "seconds", "a second", "µs own", "µs server", "peak MiB", box=None)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="newscrawl-export-") as name:
        folder = data or Path(name) / "data"
        if data is None:
            console.print(f"{articles:,} articles …", style="dim")
            fill(folder, articles)
        LocalServer(folder).start(keep=True)
        try:
            for form in formats.split(","):
                kind, _, span = form.partition("-")
                words = ("--format", kind, *(("--by", span) if span else ()))
                rows, seconds, own, server, peak, files = measure(folder, Path(name) / "out", *words)
                speed = rows / seconds
                cells = (f"{rows:,}", f"{files:,}", f"{seconds:.1f}", f"{speed:,.0f}")
                costs = (f"{own / rows * 1e6:.0f}", f"{server / rows * 1e6:.0f}", f"{peak:.0f}")
                table.add_row(form, *cells, *costs)
                figures.append(Figure(f"{form}: MiB", f"{peak:.0f}", f"under {MEMORY}", peak < MEMORY))
                if kind == "parquet":
                    wanted = f"{SPEED:,} or more"
                    figures.append(Figure(f"{form}: articles a second", f"{speed:,.0f}", wanted, speed >= SPEED))
        finally:
            (folder / "mongodb" / "keep").unlink(missing_ok=True)
            LocalServer(folder).stop()
    console.print(table)
    for figure in figures:
        console.print(f"{'ok' if figure.ok else 'FALLS SHORT'}: {figure.name} {figure.measured}, {figure.wanted}")
    raise typer.Exit(0 if all(figure.ok for figure in figures) else 1)


if __name__ == "__main__":
    typer.run(main)
