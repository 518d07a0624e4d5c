"""The connection to MongoDB: which server, of what kind, with which guarantees."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, ConfigurationError, InvalidURI, OperationFailure, PyMongoError
from pymongo.write_concern import WriteConcern

from newscrawl.normalize.secrets import mask
from newscrawl.store.local import LocalServer
from newscrawl.store.mongod import LocalServerError

if TYPE_CHECKING:
    from newscrawl.settings import Settings

PATIENCE = 5000  # milliseconds until an unreachable server is given up
OLDEST_WIRE = 17  # MongoDB 6.0
UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18  # error codes of MongoDB
PASSING = {6, 7, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436, 14031}
"""Those that say nothing of what was asked: the network, another primary, a shutdown, a full disk."""

Topology = Literal["replica set", "sharded", "standalone"]


class DatabaseDown(RuntimeError):
    """No server answers, or it cannot be used. The message says which and what to do; passwords are masked."""


def describe(error: Exception, uri: str | None) -> str:
    """What to tell of an error of the database at `uri`, without its password."""
    if isinstance(error, DatabaseDown):
        return str(error)
    return (isinstance(error, PyMongoError) and refusal(error, uri)) or mask(str(error)[:500])


def is_passing(error: PyMongoError) -> bool:
    """Whether the same may succeed a moment later; not where the server refuses what it is asked."""
    return not isinstance(error, OperationFailure) or isinstance(error, BulkWriteError) or error.code in PASSING


def refusal(error: PyMongoError, uri: str | None) -> str | None:
    """What to tell of a server that is there and refuses its user; None where the error says something else."""
    code = error.code if isinstance(error, OperationFailure) else None
    if uri is None or code not in (UNAUTHORIZED, AUTHENTICATION_FAILED):
        return None
    user = urlsplit(uri).username
    if user is None:
        return f"the MongoDB at {mask(uri)} asks for a user and a password; name them in NEWSCRAWL_MONGO_URI"
    if code == AUTHENTICATION_FAILED:
        return (
            f"the MongoDB at {mask(uri)} refuses the user {user}: correct the name, the password or `authSource` in"
            " NEWSCRAWL_MONGO_URI"
        )
    return (
        f"the MongoDB at {mask(uri)} refuses the user {user} the right to prepare the database; grant it the roles"
        " `readWrite` and `dbAdmin` there, or name another user in NEWSCRAWL_MONGO_URI"
    )


@dataclass
class Connection:
    """An open connection. Every write through `database` is majority and journaled."""

    client: AsyncMongoClient[dict[str, Any]]
    database: AsyncDatabase[dict[str, Any]]
    topology: Topology
    local: LocalServer | None = None
    notes: list[str] = field(default_factory=list)
    mongod: Path | None = None

    async def revive(self) -> bool:
        """Start the embedded server again where it has died; False where it cannot be, or is not newscrawl's own."""
        if self.local is None:
            return False
        try:
            await asyncio.to_thread(self.local.start, self.mongod)
        except (LocalServerError, PyMongoError):
            return False
        return True

    async def close(self) -> None:
        """Close it; the embedded server is stopped by its last user."""
        await self.client.close()
        if self.local is not None:
            await asyncio.to_thread(self.local.release)


async def open_connection(own: Settings) -> Connection:
    """Connect as the settings say. Raises DatabaseDown."""
    return await connect(own.mongo_uri, folder=own.data, database=own.database, mongod=own.mongod)


async def connect(
    uri: str | None, *, folder: Path, database: str = "newscrawl", mongod: Path | None = None
) -> Connection:
    """Connect to the server at `uri`, or without one to the embedded server of the data folder.

    `mongod`: its binary; found where absent. Raises DatabaseDown.
    """
    local = None
    if uri is None:
        local = LocalServer(folder)
        acquiring = asyncio.ensure_future(asyncio.to_thread(local.acquire, mongod))
        try:
            uri = await asyncio.shield(acquiring)
        except LocalServerError as error:
            raise DatabaseDown(str(error)) from None
        except asyncio.CancelledError:
            await asyncio.wait([acquiring])  # a thread is not cancelled; what it has started is stopped after it
            await asyncio.to_thread(local.release)
            raise
    try:
        connection = await _connect(uri, database, local)
    except BaseException:
        if local is not None:
            local.release()
        raise
    connection.mongod = mongod
    return connection


def _not_an_address(uri: str, error: Exception) -> str:
    """Said without the driver's words where there is a login: they may hold a piece of a password."""
    if "@" not in uri:
        return f"NEWSCRAWL_MONGO_URI is no address of MongoDB: {error}"
    return (
        f"NEWSCRAWL_MONGO_URI, {mask(uri)}, is no address of MongoDB; it looks like mongodb://USER:PASSWORD@HOST:27017,"
        " and in user and password @ is written %40, : %3A, / %2F, ? %3F, # %23 and % %25"
    )


def _about_tls(error: str) -> str:
    if "certificate verify failed" in error.lower():
        return "Its certificate is not to be trusted: name its authority as tlsCAFile=FILE in the address"
    if "ssl" in error.lower() or "tls" in error.lower():
        return "It speaks no TLS: leave tls=true out of the address"
    if "connection closed" in error.lower() or "connection is already clos" in error.lower():
        return "If it asks for TLS, add tls=true to the address"
    return ""


async def _connect(uri: str, database: str, local: LocalServer | None) -> Connection:
    options: dict[str, Any] = {"tz_aware": True, "appname": "newscrawl", "retryWrites": True}
    if "serverselectiontimeoutms" not in uri.lower():
        options["serverSelectionTimeoutMS"] = PATIENCE
    try:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(uri, **options)
        hello = await client.admin.command("hello")
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise DatabaseDown(_not_an_address(uri, error)) from None
    except PyMongoError as error:
        await client.close()
        tls = _about_tls(str(error))
        raise DatabaseDown(
            refusal(error, uri)
            or f"no MongoDB answers at {mask(uri)}: {mask(str(error)[:200])}. {tls or 'Start it'}, or unset"
            " NEWSCRAWL_MONGO_URI to use newscrawl's own"
        ) from None
    if hello["maxWireVersion"] < OLDEST_WIRE:
        await client.close()
        raise DatabaseDown(f"the MongoDB at {mask(uri)} is too old; version 6.0 or newer is needed")
    topology: Topology = "standalone"
    if hello.get("setName"):
        topology = "replica set"
    elif hello.get("msg") == "isdbgrid":
        topology = "sharded"
    notes = []
    if topology == "standalone":
        notes.append("the MongoDB server is standalone: transactions and change streams are off; writes are journaled")
    safe = WriteConcern(w="majority", j=True)
    return Connection(client, client.get_database(database, write_concern=safe), topology, local, notes)
