"""What a shell completes beside commands and options: names of sites, runs and settings.

A parameter is completed by what its place holds on the command line: its metavar, or else its name. Whatever goes
wrong here completes nothing and says nothing, and no database is started for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

VARIABLE = "_NEWSCRAWL_COMPLETE"
"""Set by the shell's script while it asks for completions."""
PATIENCE = 500  # milliseconds for the database
MOST_STORED = 50

Named = dict[str, str]
"""Word to what it is, for shells that show it."""


@dataclass(frozen=True)
class Candidate:
    """A word that a shell may fill in, in the form that Typer prints."""

    value: str
    help: str | None = None
    type: str = "plain"


def sites() -> Named:
    """Names of the sites of all folders, by their files alone."""
    from newscrawl.settings import read_settings
    from newscrawl.site import PACKAGED_SITES

    folders = (PACKAGED_SITES, *read_settings().site_folders)
    return {path.stem: "" for folder in folders for path in sorted(folder.glob("*.toml"))}


def runs() -> Named:
    """The newest runs, where the database is running."""
    return _stored("runs", "outcome", "started_at")


def schedules() -> Named:
    """Names of the schedules, where the database is running."""
    return _stored("schedules", "kind", "_id")


def channels() -> Named:
    """Names of the channels of alerts, where the database is running."""
    return _stored("channels", "shown", "_id")


def _stored(collection: str, told: str, order: str) -> Named:
    """`_id` to a field of the documents of a collection, of a database that is running, in falling order."""
    import asyncio

    from pymongo import AsyncMongoClient

    from newscrawl.settings import read_settings
    from newscrawl.store.local import LocalServer

    own = read_settings()
    uri = own.mongo_uri
    if not uri:
        local = LocalServer(own.data)
        if local.pid() is None:
            return {}
        uri = local.uri

    async def ask() -> Named:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            uri, serverSelectionTimeoutMS=PATIENCE, timeoutMS=PATIENCE
        )
        async with client:
            found = client[own.database][collection].find({}, {told: 1}).sort(order, -1).limit(MOST_STORED)
            return {document["_id"]: document.get(told) or "running" async for document in found}

    return asyncio.run(ask())


def settings() -> Named:
    """Every setting."""
    from newscrawl.settings import Settings

    return {name: field.description or "" for name, field in Settings.model_fields.items()}


def kinds() -> Named:
    """Kinds of articles."""
    from newscrawl.cli.filters import KINDS

    return dict.fromkeys(KINDS, "")


def statuses() -> Named:
    """What can have become of an article."""
    from newscrawl.cli.filters import STATUSES

    return dict.fromkeys(STATUSES, "")


def collections() -> Named:
    """Every collection, with what its documents are."""
    from newscrawl.records import RECORDS

    return {name: (model.__doc__ or "").partition("\n")[0] for name, model in RECORDS.items()}


COMPLETERS: dict[str, Callable[[], Named]] = {
    "SITE": sites,
    "RUN": runs,
    "SETTING": settings,
    "SCHEDULE": schedules,
    "CHANNEL": channels,
    "KIND": kinds,
    "STATUS": statuses,
    "COLLECTION": collections,
}
"""What a parameter's place holds, such as `SITE`, to the words that may stand there."""


def completer_of(parameter: Any) -> Callable[[], Named] | None:
    """Gives the words for a parameter; None where it is completed as Typer does it."""
    place = parameter.metavar or parameter.name or ""
    return COMPLETERS.get(place.strip("[]….").upper())


def candidates(words: Named, incomplete: str) -> list[Candidate]:
    """Those of the words that begin as the incomplete one does; in their order. Pure."""
    return [Candidate(word, told or None) for word, told in words.items() if word.startswith(incomplete)]


def attach(command: Any) -> None:
    """Let the parameters of a command, or of every command of a group, be completed by `COMPLETERS`."""
    for inner in getattr(command, "commands", {}).values():
        attach(inner)
    for parameter in command.params:
        if completer := completer_of(parameter):
            parameter._custom_shell_complete = _quiet(completer)


def _quiet(completer: Callable[[], Named]) -> Callable[[Any, Any, str], list[Candidate]]:
    def complete(_context: Any, _parameter: Any, incomplete: str) -> list[Candidate]:
        with contextlib.suppress(Exception):  # a shell has no place for a message
            return candidates(completer(), incomplete)
        return []

    return complete
