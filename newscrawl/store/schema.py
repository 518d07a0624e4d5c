"""The collections' validators and indexes, generated from the models of `newscrawl.article`."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure

from newscrawl.job import KEPT_JOBS, KEPT_WORKERS
from newscrawl.records import LEDGER, RECORDS
from newscrawl.schedule import KEPT_SLOTS
from newscrawl.store.connect import Connection
from newscrawl.store.flat_view import FLAT_VIEW, make_flat_view
from newscrawl.store.migrate import migrate
from newscrawl.store.observations import Database
from newscrawl.store.places import PLACES
from newscrawl.store.run_days import DAYS, SITE_DAYS
from newscrawl.store.runs import HOLDER
from newscrawl.store.visits import PLANNED

TIME_SERIES = {"timeField": "at", "metaField": "article", "granularity": "minutes"}
"""`views` is a time-series collection where the server can make one. MongoDB has no validators for these: the model
alone guards it. Elsewhere it is an ordinary collection, kept free of twins by `_id`, the hash of the observation."""

STEALTH = {"change.is_stealth": True}
"""Stealth edits are rare: an index of these alone."""

ARCHIVED = {"fetch.archive": {"$gt": ""}}
FAILED_ARCHIVED = {"archive": {"$gt": ""}}
"""Of these alone the page is there to be read again."""

NUMBERED = {"seq": {"$gte": 1}}
NOT_ACTIVE = {"status": {"$gt": "active"}}

SMALL_PAGES = {"wiredTiger": {"configString": "leaf_page_max=4KB"}}
"""For the index of terms. An article puts hundreds of keys into as many places of it, and each place is a page that is
read, unpacked and written: with pages of the usual size that takes twice the time. Servers of another kind know no such
option, and go without."""

INDEXES: dict[str, list[IndexModel]] = {
    "articles": [
        # What `newscrawl.store.select` lists and searches by; it reads most of an answer out of these alone.
        IndexModel([("order", DESCENDING), ("views.count", DESCENDING)]),
        IndexModel([("week", DESCENDING), ("terms", ASCENDING), ("order", DESCENDING)], storageEngine=SMALL_PAGES),
        IndexModel([("status", ASCENDING), ("order", DESCENDING)], partialFilterExpression=NOT_ACTIVE),
        IndexModel(
            [("views.count", DESCENDING), ("order", DESCENDING)], partialFilterExpression={"views.count": {"$gte": 0}}
        ),
        IndexModel([("seq", ASCENDING), ("order", DESCENDING)], partialFilterExpression=NUMBERED),
        IndexModel([("seq_due", ASCENDING)], partialFilterExpression={"seq_due": {"$gt": ""}}),
        # Not unique: `_id` is the hash of `url`, and a sharded cluster could not enforce a second uniqueness.
        IndexModel([("url", ASCENDING)]),
        IndexModel([("aliases", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("published.at", DESCENDING)]),
        IndexModel([("published.at", DESCENDING)]),
        IndexModel([("changed_at", DESCENDING)]),
        IndexModel([("site", ASCENDING), ("next_visit_at", ASCENDING)], partialFilterExpression=PLANNED),
        IndexModel([("fingerprint", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("fetch.archive", ASCENDING)], partialFilterExpression=ARCHIVED),
        IndexModel([("change.is_stealth", ASCENDING), ("changed_at", DESCENDING)], partialFilterExpression=STEALTH),
        # What `newscrawl.store.links` finds copies and twins by.
        IndexModel([("week", DESCENDING), ("similarity", ASCENDING)]),
        IndexModel([("alternates.url", ASCENDING)], sparse=True),
        IndexModel([("images.0.url", ASCENDING), ("published.at", ASCENDING)]),
        IndexModel([("copied.article", ASCENDING)], sparse=True),
        IndexModel([("cluster", ASCENDING)], partialFilterExpression={"cluster": {"$gt": ""}}),
        IndexModel([("story", ASCENDING)], partialFilterExpression={"story": {"$gt": ""}}),
        IndexModel([("links_due", ASCENDING)], partialFilterExpression={"links_due": {"$gt": ""}}),
        PLACES,
    ],
    "tombstones": [
        IndexModel([("seq", ASCENDING)], partialFilterExpression=NUMBERED),
        IndexModel([("seq_due", ASCENDING)], partialFilterExpression={"seq_due": {"$gt": ""}}),
    ],
    "revisions": [
        IndexModel([("article", ASCENDING), ("revision", ASCENDING)]),
        IndexModel([("article", ASCENDING), ("fingerprint", ASCENDING)]),
        IndexModel([("change.is_stealth", ASCENDING), ("seen_at", DESCENDING)], partialFilterExpression=STEALTH),
    ],
    "views": [IndexModel([("article", ASCENDING), ("at", ASCENDING)])],
    "listings": [IndexModel([("site", ASCENDING)]), IndexModel([("site", ASCENDING), ("next_due", ASCENDING)])],
    "sightings": [
        IndexModel([("site", ASCENDING), ("seen", ASCENDING)]),
        IndexModel([("at", ASCENDING)], expireAfterSeconds=int(LEDGER / timedelta(seconds=1))),
    ],
    "backfills": [IndexModel([("site", ASCENDING)])],
    "runs": [
        IndexModel([("site", ASCENDING), ("started_at", DESCENDING)]),
        IndexModel([("started_at", DESCENDING)]),
        IndexModel([("outcome", ASCENDING), ("started_at", DESCENDING)]),
        IndexModel([("site", ASCENDING), ("outcome", ASCENDING), ("started_at", DESCENDING)]),
        # Of two runs of a site that begin with one key at the same time, one is refused.
        IndexModel([("key", ASCENDING), ("site", ASCENDING)], unique=True, partialFilterExpression=HOLDER),
        DAYS,
        SITE_DAYS,
    ],
    "alerts": [
        IndexModel([("channel", ASCENDING)]),
        IndexModel([("state", ASCENDING)]),
        IndexModel([("told_at", ASCENDING)]),
    ],
    "failures": [
        IndexModel([("site", ASCENDING), ("next_try_at", ASCENDING)]),
        IndexModel([("last_at", DESCENDING)]),
        IndexModel([("run", ASCENDING), ("reason", ASCENDING)]),
        IndexModel([("site", ASCENDING), ("archive", ASCENDING)], partialFilterExpression=FAILED_ARCHIVED),
        IndexModel([("reason", ASCENDING), ("last_at", DESCENDING)]),
    ],
    "slots": [
        IndexModel([("schedule", ASCENDING), ("planned_at", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("planned_at", DESCENDING)]),
        IndexModel([("planned_at", ASCENDING)], expireAfterSeconds=int(KEPT_SLOTS / timedelta(seconds=1))),
    ],
    "jobs": [
        IndexModel([("slot", ASCENDING)]),
        IndexModel([("state", ASCENDING)]),
        IndexModel([("planned_at", ASCENDING)], expireAfterSeconds=int(KEPT_JOBS / timedelta(seconds=1))),
    ],
    "workers": [IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=int(KEPT_WORKERS / timedelta(seconds=1)))],
}

_EXISTS = 48
_NO_OPTION = {2, 72, 85, 197}
"""Errors by which servers refuse an option of an index, or that an index that is there gets another one: BadValue,
InvalidOptions, IndexOptionsConflict, InvalidIndexSpecificationOption."""
_NO_TIME_SERIES = {2, 9, 20, 59, 72, 115, 238, 40415}
"""Errors by which servers say that they know no such collection: BadValue, FailedToParse, IllegalOperation,
CommandNotFound, InvalidOptions, CommandNotSupported, NotImplemented, unknown field."""


def validator(model: type[BaseModel]) -> dict[str, Any]:
    """The `$jsonSchema` of a model: BSON types, required fields, nothing else at the top but what follows.

    `labels` belongs to the readers of the database; newscrawl never writes it. `terms`, `order` and `week` are what
    articles are searched and sorted by (`newscrawl.normalize.terms`, `newscrawl.store.order`).
    """
    schema = _object(model)
    schema["properties"] |= {
        "_id": {"bsonType": "string"},
        "labels": {"bsonType": "object"},
        "terms": {"bsonType": "array", "items": {"bsonType": "string"}},
        "order": {"bsonType": ["int", "long"]},
        "week": {"bsonType": ["int", "long"]},
    }
    return {"$jsonSchema": schema}


def _object(model: type[BaseModel]) -> dict[str, Any]:
    properties = {name: _type(field.rebuild_annotation()) for name, field in model.model_fields.items()}
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    schema: dict[str, Any] = {"bsonType": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _type(annotation: Any) -> dict[str, Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, types.UnionType):
        options = [_type(argument) for argument in arguments]
        if all(set(option) == {"bsonType"} for option in options):
            names = [name for option in options for name in _listed(option["bsonType"])]
            return {"bsonType": list(dict.fromkeys(names))}
        return {"anyOf": options}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (list, tuple):
        return {"bsonType": "array", "items": _type(arguments[0])}
    if origin is dict:
        return {"bsonType": "object", "additionalProperties": _type(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(annotation)
    return {"bsonType": _SCALARS[annotation]}


_SCALARS: dict[Any, str | list[str]] = {
    str: "string",
    bool: "bool",
    int: ["int", "long"],
    float: ["double", "int", "long"],
    datetime: "date",
    type(None): "null",
}


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


async def apply_schema(connection: Connection) -> None:
    """Create or update every collection, validator, index and view, and bring stored articles to the present form.

    Idempotent; any number of processes at once. Raises PyMongoError.
    """
    database = connection.database
    present = {info["name"]: info async for info in await database.list_collections()}
    # All at once: the server waits for its disk at each, and writes what came meanwhile in one go.
    applied = [_apply(database, name, model, present.get(name)) for name, model in RECORDS.items()]
    for result in await asyncio.gather(*applied, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
    await make_flat_view(database, present.get(FLAT_VIEW))
    await migrate(database)


async def _apply(database: Database, name: str, model: type[BaseModel], present: Mapping[str, Any] | None) -> None:
    """The same for one collection. `present`: what the server says of it, where it is there."""
    if present is None:
        if name != "views" or not await _create(database, name, no_fault=_NO_TIME_SERIES, timeseries=TIME_SERIES):
            await _create(database, name, validator=validator(model))
    elif present.get("type") != "timeseries" and present.get("options", {}).get("validator") != validator(model):
        await database.command("collMod", name, validator=validator(model))
    if name in INDEXES:
        await _index(database, name)


async def _index(database: Database, name: str) -> None:
    try:
        await database[name].create_indexes(INDEXES[name])
    except OperationFailure as error:
        if error.code not in _NO_OPTION:
            raise
        plain = [{k: v for k, v in index.document.items() if k != "storageEngine"} for index in INDEXES[name]]
        await database.command("createIndexes", name, indexes=plain)


async def missing_indexes(connection: Connection) -> list[str]:
    """Names of the indexes that a collection that is there should have and has not, such as `articles.url_1`."""
    database = connection.database
    present = set(await database.list_collection_names())
    missing = []
    for name in sorted(present & set(INDEXES)):
        known = await database[name].index_information()
        wanted = (str(index.document["name"]) for index in INDEXES[name])
        missing += [f"{name}.{index}" for index in wanted if index not in known]
    return missing


async def _create(database: Database, name: str, *, no_fault: Collection[int] = (), **options: Any) -> bool:
    """Whether a collection is there after the attempt to make it. Errors of the codes `no_fault` say that it is not."""
    try:
        await database.create_collection(name, check_exists=False, **options)
    except CollectionInvalid:
        return True
    except OperationFailure as error:
        if error.code in no_fault:
            return False
        if error.code != _EXISTS:
            raise
    return True
