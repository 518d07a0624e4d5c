"""How well copies are told from other texts, and how fast they are found among a million: `make bench-duplicates`.

The pairs are made of real pages that lie outside the repository, in the folder that `NEWSCRAWL_SHARED` names. The share
of a text that makes it a copy is chosen by the pages of one half of the outlets, and precision and recall are measured
on those of the other half. The queries are those that linking makes, in the embedded server. The figures are kept in
`near_duplicates.json` beside this file. Exits with 1 where one falls short, with 2 where there are no pages.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import numpy
import typer
from harness import Figure
from near_duplicate_pairs import Pair, learn, negatives, positives, precision_and_recall, read_articles, table_of
from pymongo.asynchronous.database import AsyncDatabase
from rich.console import Console
from rich.table import Table
from shared_folder import shared_folder

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.similarity import BANDS, LEAST_SHARE
from newscrawl.normalize.text import fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.store.connect import connect
from newscrawl.store.links import near
from newscrawl.store.nodes import FIELDS, Node
from newscrawl.store.schema import apply_schema

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "near_duplicates.json"
PRECISION, RECALL = 0.98, 0.95  # wanted
MILLISECONDS, QUICK = 5.0, 0.99  # a query, and the share of queries, wanted
SIGNATURE = 1.5  # CPU milliseconds, wanted
SEED = 20260106
QUERIES, WARM = 1000, 1000
TOGETHER = 200  # articles of a batch of the writer
INSERTED_AT_ONCE = 10_000
SITES = 200
FIRST = datetime(2025, 1, 1, tzinfo=UTC)

console = Console(highlight=False, width=120)


def pairs_of(articles: list[Article]) -> list[Pair]:
    """Copies, and pairs that are none, of the same articles each time."""
    dice = random.Random(SEED)
    return [*positives(articles, dice), *negatives(articles, dice)]


def measure_pairs(shared: Path) -> list[Figure]:
    """Learn on one half of the outlets and measure on the other."""
    learning, measuring, milliseconds = read_articles(shared)
    console.print(f"{len(learning)} articles to learn from, {len(measuring)} to measure …", style="dim")
    good = learn(pairs_of(learning), PRECISION, RECALL)
    pairs = pairs_of(measuring)
    console.print(table_of(pairs))
    precision, recall = precision_and_recall(pairs)
    return [
        Figure(
            "shares of a text that do on the first half",
            f"{good[0]:.2f} to {good[-1]:.2f}" if good else "none",
            f"{LEAST_SHARE:.2f} among them",
            LEAST_SHARE in good,
        ),
        Figure(
            f"precision on the second half, {len(pairs):,} pairs",
            f"{precision:.4f}",
            f"{PRECISION} or more",
            precision >= PRECISION,
        ),
        Figure("recall on the second half", f"{recall:.4f}", f"{RECALL} or more", recall >= RECALL),
        Figure("a signature, CPU ms", f"{milliseconds:.2f}", f"under {SIGNATURE}", milliseconds < SIGNATURE),
    ]


def stored_articles(number: int) -> Iterator[dict[str, Any]]:
    """Documents of articles as a crawl stores them; a tenth of them has bands in common with one of days before."""
    dice = numpy.random.default_rng(SEED)
    body = "\n\n".join(["The council of the town met on Tuesday and talked about the bridge over the river."] * 8)
    recent: list[list[int]] = []
    template = Article(url="https://example.com/", headline="A story", body=body, language="en").model_dump()
    for position in range(number):
        at = FIRST + timedelta(seconds=30 * position)
        url = f"https://site{position % SITES}.example/news/{position}"
        bands = dice.integers(-(2**63), 2**63 - 1, BANDS).tolist()
        if recent and position % 10 == 0:
            common = int(dice.integers(1, BANDS + 1))
            bands[:common] = recent[int(dice.integers(len(recent)))][:common]
        recent = [*recent[-999:], bands]
        yield template | {
            "_id": article_id(url),
            "url": url,
            "site": f"site{position % SITES}",
            "fingerprint": fingerprint(str(position), None, ""),
            "published": Timestamp(raw=at.isoformat(), at=at, precision="second").model_dump(),
            "images": [{"url": f"{url}.webp", "caption": None, "credit": None}],
            "similarity": bands,
            **dict.fromkeys(("first_seen_at", "last_seen_at", "changed_at"), at),
        }


async def fill(database: AsyncDatabase[dict[str, Any]], number: int) -> None:
    """Store so many articles."""
    batch: list[dict[str, Any]] = []
    for document in stored_articles(number):
        batch.append(document)
        if len(batch) == INSERTED_AT_ONCE:
            await database["articles"].insert_many(batch, ordered=False)
            batch = []
    if batch:
        await database["articles"].insert_many(batch, ordered=False)


async def nodes(database: AsyncDatabase[dict[str, Any]], signatures: int, number: int, seed: int) -> list[Node]:
    """So many stored articles, any."""
    positions = random.Random(seed).sample(range(signatures), number)
    ids = [article_id(f"https://site{position % SITES}.example/news/{position}") for position in positions]
    return [Node.of(document) async for document in database["articles"].find({"_id": {"$in": ids}}, FIELDS)]


async def measure_queries(signatures: int) -> list[Figure]:
    """Find what belongs to articles, one after the other and a batch at once, among so many signatures."""
    with tempfile.TemporaryDirectory(prefix="newscrawl-duplicates-") as folder:
        connection = await connect(None, folder=Path(folder))
        database = connection.database
        try:
            began = time.monotonic()
            await fill(database, signatures)
            await apply_schema(connection)
            await connection.client.admin.command("fsync")  # what the server would else do beside the queries
            console.print(f"{signatures:,} signatures are stored in {time.monotonic() - began:.0f} s …", style="dim")
            times: list[float] = []
            for position, node in enumerate(await nodes(database, signatures, min(signatures, QUERIES + WARM), SEED)):
                began = time.perf_counter()
                found = await near(database, [node])
                if position >= WARM:
                    times.append((time.perf_counter() - began) * 1000)
                if node.id not in found:
                    raise SystemExit(f"{node.url} is not found by its own signature")
            batch = await nodes(database, signatures, min(signatures, TOGETHER), SEED + 1)
            began = time.perf_counter()
            await near(database, batch)
            each = (time.perf_counter() - began) * 1000 / len(batch)
            await database.command("profile", 2)
            await near(database, batch[:1])
            await database.command("profile", 0)
            query = {"op": "query", "ns": {"$regex": "articles$"}}
            plans = ", ".join(await database["system.profile"].distinct("planSummary", query))
        finally:
            await connection.close()
    spread = statistics.quantiles(times, n=20)
    indexes = list(dict.fromkeys(re.findall(r"IXSCAN \{ ([\w.]+):", plans)))
    is_indexed = "similarity" in indexes and "COLLSCAN" not in plans
    name = f"query among {signatures:,}, ms"
    limit = f"under {MILLISECONDS:.0f}"
    quick = sum(each < MILLISECONDS for each in times) / len(times)
    return [
        Figure(f"{name}, median", f"{statistics.median(times):.2f}", limit, statistics.median(times) < MILLISECONDS),
        Figure(f"{name}, 95 %", f"{spread[-1]:.2f}", limit, spread[-1] < MILLISECONDS),
        Figure(f"{name}, slowest of {len(times):,}", f"{max(times):.2f}", "–", True),
        Figure(f"queries {limit} ms", f"{quick:.1%}", f"{QUICK:.0%} or more", quick >= QUICK),
        Figure(f"{name}, in a batch of {len(batch)}, each", f"{each:.2f}", limit, each < MILLISECONDS),
        Figure("indexes that the queries scan", ", ".join(indexes), "no collection", is_indexed),
    ]


def main(
    signatures: Annotated[
        int, typer.Option(min=0, help="Signatures in the database; 0 leaves the queries out.")
    ] = 1_000_000,
    pairs: Annotated[bool, typer.Option(help="Measure precision and recall.")] = True,
    store: Annotated[bool, typer.Option("--store", help="Keep the figures.")] = False,
) -> None:
    """Measure precision, recall, CPU time and query time."""
    shared = shared_folder("data/bench") if pairs else None
    figures = [
        *(measure_pairs(shared) if shared else ()),
        *(asyncio.run(measure_queries(signatures)) if signatures else ()),
    ]
    table = Table("figure", "measured", "wanted", "", box=None, header_style="bold", pad_edge=False)
    for figure in figures:
        table.add_row(figure.name, figure.measured, figure.wanted, "ok" if figure.ok else "FALLS SHORT")
    console.print(table)
    if store:
        kept = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
        kept |= {figure.name: figure.measured for figure in figures}
        STORED.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if not all(figure.ok for figure in figures):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
