"""Schedules and their slots in the database. Every write is one operation that two processes may do at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.schedule import Schedule, Slot

Database = AsyncDatabase[dict[str, Any]]


async def add_schedule(database: Database, schedule: Schedule, *, replace: bool = False) -> bool:
    """Store a schedule; False where there is one of this name already. `replace`: put it in its place."""
    document = {"_id": schedule.name, **schedule.model_dump()}
    if replace:
        await database["schedules"].replace_one({"_id": schedule.name}, document, upsert=True)
        return True
    try:
        await database["schedules"].insert_one(document)
    except DuplicateKeyError:
        return False
    return True


async def all_schedules(database: Database) -> list[Schedule]:
    """Every schedule, by name."""
    found = database["schedules"].find({}, {"_id": 0}).sort("_id", 1)
    return [Schedule.model_validate(document) async for document in found]


async def change_schedule(database: Database, name: str, **values: Any) -> bool:
    """Set fields of a schedule; False where there is none of this name."""
    return (await database["schedules"].update_one({"_id": name}, {"$set": values})).matched_count == 1


async def move_plan(database: Database, schedule: Schedule, until: datetime, *, back: bool = False) -> None:
    """Note up to where the slots of a schedule are recorded. `back`: also where that is earlier than before.

    A schedule that was replaced meanwhile keeps its own.
    """
    same = {"_id": schedule.name, "created_at": schedule.created_at}
    change = {"$set": {"planned_until": until}} if back else {"$max": {"planned_until": until}}
    await database["schedules"].update_one(same, change)


async def take_wish(database: Database, schedule: Schedule) -> None:
    """Note that the run that an operator asked for is planned. A later wish stays."""
    wish = {"_id": schedule.name, "wanted_at": schedule.wanted_at}
    await database["schedules"].update_one(wish, {"$set": {"wanted_at": None}})


async def remove_schedules(database: Database, names: Sequence[str]) -> int:
    """Remove schedules; the history of their slots is kept. The number of those that there were."""
    return (await database["schedules"].delete_many({"_id": {"$in": list(names)}})).deleted_count


async def record_slots(database: Database, slots: Iterable[Slot]) -> None:
    """Record slots that do not start, but for those that are recorded already."""
    operations = [UpdateOne({"_id": slot.id}, {"$setOnInsert": slot.model_dump()}, upsert=True) for slot in slots]
    if operations:
        await database["slots"].bulk_write(operations, ordered=False)


async def claim_slot(database: Database, slot: Slot) -> bool:
    """Take a slot to run it: of any number of processes one succeeds, once for ever."""
    try:
        await database["slots"].insert_one({"_id": slot.id, **slot.model_dump()})
    except DuplicateKeyError:
        return False
    return True


async def update_slot(database: Database, slot: Slot) -> None:
    """Write what has become of a slot that runs."""
    await database["slots"].update_one({"_id": slot.id}, {"$set": slot.model_dump()})


async def running_slots(database: Database) -> list[Slot]:
    """Slots whose crawl goes on, as far as the database knows."""
    return await _slots(database, {"state": "running"}, 0)


async def latest_slots(database: Database, name: str, number: int = 10) -> list[Slot]:
    """The latest slots of a schedule, newest first."""
    return await _slots(database, {"schedule": name}, number)


async def slots_since(database: Database, state: str, since: datetime) -> list[Slot]:
    """Slots in a state that were planned since an instant, newest first."""
    return await _slots(database, {"state": state, "planned_at": {"$gte": since}}, 10_000)


async def _slots(database: Database, query: dict[str, Any], most: int) -> list[Slot]:
    found = database["slots"].find(query, {"_id": 0}).sort("planned_at", -1).limit(most)
    return [Slot.model_validate(document) async for document in found]


async def due_of_sources(database: Database, sites: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """Of sites: address of each source to the instant at which it is due, for sources that have one."""
    query = {"site": {"$in": list(sites)}, "next_due": {"$gt": datetime.min}}
    found: dict[str, dict[str, datetime]] = {site: {} for site in sites}
    async for listing in database["listings"].find(query, {"_id": 0, "site": 1, "url": 1, "next_due": 1}):
        found[listing["site"]][listing["url"]] = listing["next_due"]
    return found


async def runs_of(database: Database, slot: Slot) -> list[dict[str, Any]]:
    """Records of the runs that the crawl of a slot has made, one a site; while it is the only one of these sites."""
    query = {"site": {"$in": slot.sites}, "started_at": {"$gte": slot.started_at}}
    fields = {"site": 1, "outcome": 1, "reason": 1, "errors": 1}
    return await database["runs"].find(query, fields).sort("site", 1).to_list()
