"""`v_articles_flat`: the articles as a table of one level, for tools that know no documents. Made by `apply_schema`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid, OperationFailure

from newscrawl.columns import SEPARATOR, VIEWED, Column

FLAT_VIEW = "v_articles_flat"
SOURCE = "articles"
_EXISTS = 48  # NamespaceExists


def pipeline() -> list[dict[str, Any]]:
    """What makes the view of the articles: the columns of `newscrawl.columns` with the same names and values.

    What a document has at its top is taken as it is: the server uses the indexes of `articles` for filters of these
    columns. It does not for what is inside a part, such as `published_at`.
    """
    return [{"$project": {"_id": 0, **{column.name: _value(column) for column in VIEWED}}}]


def _value(column: Column) -> Any:
    path = "$" + ".".join(column.path)
    if column.kind == "texts":
        return _joined(path, f"${column.path[0]}")
    if len(column.path) == 1:
        return path
    if column.is_first:
        path = {"$arrayElemAt": [path, 0]}  # type: ignore[assignment]
    return {"$ifNull": [path, None]}


def _joined(path: str, listed: str) -> dict[str, Any]:
    """A list of text as one text, as CSV has it."""
    begin = {"$cond": [{"$eq": ["$$value", None]}, "", {"$concat": ["$$value", SEPARATOR]}]}
    joined = {"$reduce": {"input": path, "initialValue": None, "in": {"$concat": [begin, "$$this"]}}}
    return {"$ifNull": [{"$cond": [{"$isArray": listed}, joined, ""]}, ""]}


async def make_flat_view(database: AsyncDatabase[dict[str, Any]], present: Mapping[str, Any] | None) -> None:
    """Make the view, or bring it up to date. `present`: what the server says of it. Raises PyMongoError."""
    wanted = pipeline()
    if present is not None and present.get("options", {}).get("pipeline") == wanted:
        return
    if present is None:
        try:
            await database.create_collection(FLAT_VIEW, check_exists=False, viewOn=SOURCE, pipeline=wanted)
            return
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if error.code != _EXISTS:
                raise
    await database.command("collMod", FLAT_VIEW, viewOn=SOURCE, pipeline=wanted)
