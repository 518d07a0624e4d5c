"""How many sites are, at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import monitoring

from newscrawl.runs.past import PastRun
from newscrawl.runs.site_states import newest_runs_pipeline, site_states
from newscrawl.runs.wording import short
from newscrawl.schedule import Schedule
from newscrawl.site import Site
from newscrawl.store.connect import Connection, connect
from newscrawl.store.schedules import add_schedule
from tests.runs.simulation import document, host_is_down

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
SOUND = PastRun("x", NOW - HOUR, "ok", "finished", {"new": 4}, {"lead": 1.0})
SITES = [Site(name=f"site{number}", publisher="Small News", home="https://small.example/") for number in range(12)]


async def add(connection: Connection, run: PastRun, *sites: Site, at: datetime = NOW - HOUR) -> None:
    documents = [document(run, site.name, at - run.started_at) for site in sites]
    await connection.database["runs"].insert_many(documents)


async def states(connection: Connection, now: datetime = NOW) -> dict[str, str]:
    return {name: found.state for name, found in (await site_states(connection.database, SITES, now)).items()}


async def test_each_site_has_its_state(connection: Connection) -> None:
    await add(connection, SOUND, *SITES[:10])
    await add(connection, host_is_down(SOUND), SITES[10])
    found = await states(connection)
    assert found == {**{site.name: "ok" for site in SITES[:10]}, "site10": "failed", "site11": "unknown"}


async def test_another_run_makes_another_verdict(connection: Connection) -> None:
    await add(connection, host_is_down(SOUND), SITES[0], at=NOW - 2 * HOUR)
    assert (await states(connection))["site0"] == "failed"
    await add(connection, SOUND, SITES[0])
    assert (await states(connection))["site0"] == "ok"


async def test_a_run_that_ends_makes_another_verdict(connection: Connection) -> None:
    await add(connection, SOUND, SITES[0])
    runs = connection.database["runs"]
    await runs.update_one({}, {"$set": {"outcome": None, "reason": None}})
    assert (await states(connection))["site0"] == "unknown"
    await runs.update_one({}, {"$set": {"outcome": "failed", "reason": "crashed"}})
    assert (await states(connection))["site0"] == "failed"


async def test_that_no_run_takes_place_is_seen_without_one(connection: Connection) -> None:
    moments = (NOW - number * 2 * HOUR for number in range(1, 200))
    documents = [document(SOUND, "site0", at - SOUND.started_at) for at in moments]
    await connection.database["runs"].insert_many(documents)
    assert (await states(connection))["site0"] == "ok"
    assert (await states(connection, NOW + HOUR))["site0"] == "ok"
    assert (await states(connection, NOW + 24 * HOUR))["site0"] == "silent"


class Commands(monitoring.CommandListener):
    """What one database is asked; a listener hears of all."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.asked: list[str] = []

    def started(self, event: Any) -> None:
        if event.database_name == self._database:
            self.asked.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, _event: Any) -> None:
        """Nothing to keep."""

    def failed(self, _event: Any) -> None:
        """Nothing to keep."""


async def test_known_verdicts_and_missed_runs_cost_a_few_queries_for_all_sites(
    connection: Connection, server_uri: str, tmp_path: Any
) -> None:
    await add(connection, SOUND, *SITES)
    await states(connection)
    heard = Commands(connection.database.name)
    monitoring.register(heard)
    second = await connect(server_uri, folder=tmp_path, database=connection.database.name)
    try:
        heard.asked.clear()
        assert set((await states(second)).values()) == {"ok"}
    finally:
        await second.close()
        monitoring._LISTENERS.command_listeners.remove(heard)
    assert heard.asked == [
        "aggregate runs",
        "find health",
        *("find schedules", "find leases", "find slots"),
    ]


async def test_a_planned_run_that_did_not_start_makes_its_sites_silent_until_one_takes_place(
    connection: Connection,
) -> None:
    await add(connection, SOUND, *SITES[:2], at=NOW - 6 * HOUR)
    fields = {"name": "news", "sites": ["site0"], "kind": "every", "every": 3600, "created_by": "me"}
    begun = NOW - 5 * HOUR
    await add_schedule(
        connection.database, Schedule.model_validate({**fields, "created_at": begun, "planned_until": begun})
    )
    found = await site_states(connection.database, SITES, NOW)
    assert (found["site0"].state, found["site1"].state) == ("silent", "ok")
    assert "schedule news" in short(found["site0"])
    await add(connection, SOUND, SITES[0], at=NOW)
    assert (await site_states(connection.database, SITES, NOW))["site0"].state == "ok"


async def test_the_newest_runs_are_found_by_a_scan_of_distinct_sites(connection: Connection) -> None:
    for number in range(30):
        await add(connection, SOUND, *SITES[:3], at=NOW - number * HOUR)
    pipeline = newest_runs_pipeline([site.name for site in SITES])
    plan = await connection.database.command(
        "explain", {"aggregate": "runs", "pipeline": pipeline, "cursor": {}}, verbosity="queryPlanner"
    )
    assert "DISTINCT_SCAN" in str(plan)
