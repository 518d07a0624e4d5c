"""Every query of every reader goes by an index: what the server says of each that they send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from newscrawl.records import Failure, Run
from newscrawl.runs.site_states import verdicts_of_runs
from newscrawl.selection import Selection
from newscrawl.site import Site
from newscrawl.store.arrivals import arrivals_of
from newscrawl.store.failures import Chosen, count_failures, grouped_failures, list_failures
from newscrawl.store.history import count_stealth_edits, history
from newscrawl.store.ledger import read_ledger
from newscrawl.store.lookup import get_article, get_by_id
from newscrawl.store.queries import known, newest_articles, site_failures, site_listings
from newscrawl.store.related import relatives
from newscrawl.store.runs import find_run, last_runs, list_runs, runs_with_key, samples_of
from newscrawl.store.select import select
from newscrawl.store.views import series, top
from newscrawl.store.visits import claim_due
from tests.databases import Databases
from tests.stored_articles import START, article, store_articles

Database = AsyncDatabase[dict[str, Any]]
NOW = START + timedelta(days=2)
SESSION = ("lsid", "$clusterTime", "$db", "txnNumber", "$readPreference", "maxTimeMS")

SORTED_BY_THE_SERVER = {
    "views": "the readings of one article, or those of some days, grouped before",
    "failures": "failures of a site, or groups of them",
    "revisions": "the versions of one article, each by its identity",
}
"""Collections of which a reader lets the server sort what it has found, and why that stays small."""


class Sent(CommandListener):
    """The reading commands that were sent."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate", "count", "distinct"):
            self.commands.append({k: v for k, v in event.command.items() if k not in SESSION})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing is to be kept of it."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing is to be kept of it."""


class Server:
    """A database with articles, and what was asked of it."""

    def __init__(self, database: Database, sent: Sent) -> None:
        self.database, self.sent = database, sent

    async def plans(self, read: Callable[[Database], Awaitable[object]]) -> list[tuple[dict[str, Any], list[Any]]]:
        """Each command that a reader sends, and the stages of its plan."""
        self.sent.commands.clear()
        await read(self.database)
        commands = list(self.sent.commands)
        assert commands, "it asks the server nothing"
        return [(command, list(stages(await self._explain(command)))) for command in commands]

    async def _explain(self, command: dict[str, Any]) -> Mapping[str, Any]:
        explain = {"explain": command, "verbosity": "queryPlanner"}
        return await self.database.command(explain, codec_options=self.database.codec_options)


def stages(plan: Any) -> Iterator[Mapping[str, Any]]:
    """All stages of the winning plan, however deep."""
    if isinstance(plan, Mapping):
        if "stage" in plan or any(str(name).startswith("$") for name in plan):
            yield plan
        for name, part in plan.items():
            if name != "rejectedPlans":
                yield from stages(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from stages(part)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder: Path = tmp_path_factory.mktemp("explained")
    async with databases.connected(folder) as connection:
        await store_articles(connection, folder)
        await store_operations(connection.database)
        sent = Sent()
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            databases.uri, event_listeners=[sent], tz_aware=True, datetime_conversion="DATETIME_AUTO"
        )
        yield Server(client[connection.database.name], sent)
        await client.close()


async def store_operations(database: Database) -> None:
    """Some runs and failures."""
    for number in range(20):
        at = NOW - timedelta(hours=number)
        run = Run(
            site="unn",
            command="newscrawl crawl unn",
            started_at=at,
            ended_at=at,
            outcome="ok",
            version="1",
            pid=1,
            host="a",
        )
        await database["runs"].insert_one({"_id": f"run{number}", **run.model_dump()})
        failure = Failure(
            url=f"https://unn.example/{number}",
            site="unn",
            stage="fetch",
            reason="http-404",
            first_at=at,
            last_at=at,
            run="run1",
        )
        await database["failures"].insert_one({"_id": f"failure{number}", **failure.model_dump()})


pytestmark = pytest.mark.asyncio(loop_scope="module")

SELECTIONS: dict[str, dict[str, Any]] = {
    "everything": {},
    "sites": {"sites": ("unn", "asahi")},
    "languages": {"languages": ("uk",)},
    "countries": {"countries": ("UA",)},
    "places": {"places": ("Kyiv",)},
    "agencies": {"agencies": ("UNN",)},
    "tags": {"tags": ("Politics",)},
    "sections": {"sections": ("Politics",)},
    "authors": {"authors": ("Ivan Franko",)},
    "kinds": {"kinds": ("opinion",)},
    "gone": {"statuses": ("gone",)},
    "active": {"statuses": ("active",)},
    "dates": {"published_from": START, "published_to": NOW},
    "views": {"min_views": 500},
    "sequence": {"after_seq": 10},
    "word": {"text": "budget"},
    "words": {"text": "budget president"},
    "phrase": {"text": '"took eight hours"'},
    "beginning": {"text": "num*"},
    "without": {"text": "budget -government"},
    "word of a site": {"text": "budget", "sites": ("unn",)},
    "everything at once": {
        "text": "budget num*",
        "sites": ("unn",),
        "languages": ("en",),
        "tags": ("Politics",),
        "min_views": 100,
        "after_seq": 1,
        "published_from": START,
    },
}  # fmt: skip


def selecting(fields: dict[str, Any]) -> Callable[[Database], Awaitable[object]]:
    """The reader of two pages of a selection."""

    async def read(database: Database) -> None:
        page = await select(database, Selection(**fields), limit=2)
        if page.cursor is not None:
            await select(database, Selection(**fields), limit=2, cursor=page.cursor)

    return read


def following(fields: dict[str, Any]) -> Callable[[Database], Awaitable[object]]:
    """The reader of a selection in the order of news."""
    return lambda database: select(database, Selection(**fields), limit=5, order="seq")


def about(read: Callable[[Database, dict[str, Any]], Awaitable[object]], number: int) -> Any:
    """A reader of what belongs to a stored article."""

    async def reader(database: Database) -> None:
        found = await get_by_id(database, article(number).id)
        assert found is not None
        await read(database, found)

    return reader


SITE = Site.model_validate({"name": "unn", "publisher": "UNN", "home": "https://unn.example/"})
READERS: dict[str, Callable[[Database], Awaitable[object]]] = {
    **{f"newest, {name}": selecting(fields) for name, fields in SELECTIONS.items()},
    **{f"in sequence, {name}": following(fields) for name, fields in SELECTIONS.items()},
    "by address": lambda db: get_article(db, f"{article(3).url}?utm_source=x"),
    "by identity": lambda db: get_by_id(db, article(3).id),
    "by an identity that is unknown": lambda db: get_by_id(db, "0" * 32),
    "versions": about(history, 11),
    "stealth edits": lambda db: count_stealth_edits(db, since=START),
    "views": about(series, 11),
    "growing": lambda db: top(db, 48, now=NOW, site="unn"),
    "twins": about(relatives, 0),
    "copies": about(relatives, 6),
    "known cards": lambda db: known(db, [article(1).id], [article(1).url], NOW),
    "newest of a site": lambda db: newest_articles(db, "unn", 5),
    "due visits": lambda db: claim_due(db, "unn", NOW, 5),
    "failures to try again": lambda db: site_failures(db, "unn", NOW),
    "listings of a site": lambda db: site_listings(db, "unn"),
    "arrivals": lambda db: arrivals_of(db, "unn", ["https://unn.example/news"], NOW),
    "ledger": lambda db: read_ledger(db, "unn", since=START, now=NOW, configured=SITE.sources),
    "runs": list_runs,
    "runs of a site": lambda db: list_runs(db, site="unn", since=START),
    "runs that failed": lambda db: list_runs(db, outcome="failed"),
    "runs of a site that failed": lambda db: list_runs(db, site="unn", outcome="failed"),
    "runs that crashed": lambda db: list_runs(db, outcome="crashed"),
    "a run": lambda db: find_run(db, "run1"),
    "the latest run": lambda db: find_run(db, "latest"),
    "runs with a key": lambda db: runs_with_key(db, "key", ["unn"]),
    "last runs": lambda db: last_runs(db, "unn"),
    "failures of a run": lambda db: samples_of(db, "run1"),
    "health": lambda db: verdicts_of_runs(db, [SITE], NOW),
    "failures": lambda db: list_failures(db, Chosen(), 20),
    "failures of a site": lambda db: list_failures(db, Chosen(site="unn"), 20),
    "failures of a reason": lambda db: list_failures(db, Chosen(reason="http-404"), 20),
    "failures of a stage": lambda db: list_failures(db, Chosen(stage="fetch", since=START), 20),
    "failures by reason": lambda db: grouped_failures(db, Chosen(site="unn"), 20),
    "number of failures": lambda db: count_failures(db, Chosen(site="unn", reason="http-404")),
}


@pytest.mark.parametrize("name", READERS)
async def test_a_reader_goes_by_an_index(server: Server, name: str) -> None:
    for command, found in await server.plans(READERS[name]):
        names = {str(stage.get("stage")) for stage in found}
        assert "COLLSCAN" not in names, command
        collection = str(next(iter(command.values())))
        for stage in found:
            if stage.get("stage") == "SORT" or "$sort" in stage:
                is_bounded = stage.get("limitAmount") or collection in SORTED_BY_THE_SERVER
                assert is_bounded, f"the server sorts all that it finds: {command}"


async def test_a_query_without_an_index_is_told(server: Server) -> None:
    plans = await server.plans(lambda db: db["articles"].find({"word_count": 3}).sort("headline").to_list())
    assert {stage.get("stage") for _, found in plans for stage in found} >= {"COLLSCAN", "SORT"}


async def test_places_are_read_from_the_keys_alone(server: Server) -> None:
    plans = await server.plans(selecting({"text": "budget president", "sites": ("unn",)}))
    of_keys = [found for command, found in plans if command.get("projection") == {"_id": 0, "order": 1}]
    assert of_keys
    assert all("FETCH" not in {stage.get("stage") for stage in found} for found in of_keys)
