"""`newscrawl db`: the database, above all the embedded one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.asked import own_settings
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json

if TYPE_CHECKING:
    from newscrawl.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The database: start, stop, address, schema, waiting records.")


def _own_server_settings() -> Settings:
    own = own_settings()
    if own.mongo_uri:
        fail(
            "NEWSCRAWL_MONGO_URI names a server that newscrawl did not start, so it neither starts nor stops it",
            Exit.USAGE,
        )
    return own


@app.command()
def start() -> None:
    """Start the embedded database and leave it running until `newscrawl db stop`.

    newscrawl db start

    mongosh "$(newscrawl db uri)"
    """
    from newscrawl.store.local import LocalServer
    from newscrawl.store.mongod import LocalServerError

    own = _own_server_settings()
    server = LocalServer(own.data)
    try:
        uri = server.start(own.mongod, keep=True)
    except LocalServerError as error:
        fail(str(error), Exit.DEPENDENCY)
    out.print(f"running at {uri}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def stop() -> None:
    """Stop the embedded database.

    newscrawl db stop

    newscrawl db status
    """
    from newscrawl.store.local import LocalServer
    from newscrawl.store.mongod import LocalServerError

    try:
        stopped = LocalServer(_own_server_settings().data).stop()
    except LocalServerError as error:
        fail(str(error), Exit.DEPENDENCY)
    out.print("stopped" if stopped else "it was not running")


@app.command()
def uri() -> None:
    """Print the database's address, for mongosh, Compass or a driver. It is `db start` that keeps it running.

    newscrawl db uri

    mongosh "$(newscrawl db uri)"
    """
    from newscrawl.normalize.secrets import mask
    from newscrawl.store.local import LocalServer

    own = own_settings()
    typer.echo(mask(own.mongo_uri) if own.mongo_uri else LocalServer(own.data).uri)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show which database is used, its kind and what it holds.

    newscrawl db status

    newscrawl db status --json
    """
    from newscrawl.normalize.secrets import mask
    from newscrawl.records import RECORDS
    from newscrawl.store.connect import Connection
    from newscrawl.store.spool import Spool

    own = own_settings()

    async def look(connection: Connection) -> dict[str, object]:
        build = await connection.client.admin.command("buildInfo")
        documents = {name: await connection.database[name].estimated_document_count() for name in RECORDS}
        return {
            "server": mask(own.mongo_uri) if own.mongo_uri else connection.local.uri if connection.local else "",
            "origin": "NEWSCRAWL_MONGO_URI" if own.mongo_uri else "embedded",
            "version": build["version"],
            "topology": connection.topology,
            "database": own.database,
            "documents": documents,
            "notes": connection.notes,
            "spooled": sum(1 for _ in Spool(own.spool_file).read()),
        }

    found = with_database(look)
    if as_json:
        show_json("database", found)
        return
    for name, value in found.items():
        if name == "documents" and isinstance(value, dict):
            for collection, number in value.items():
                out.print(f"{collection:10} {number:,} documents", soft_wrap=True)
        elif name == "notes" and isinstance(value, list):
            for note in value:
                out.print(f"{'note':10} {note}", soft_wrap=True)
        else:
            out.print(f"{name:10} {value}", soft_wrap=True)


@app.command()
def init() -> None:
    """Create collections, validators and indexes; safe at any time.

    newscrawl db init

    newscrawl db status
    """
    from newscrawl.store.schema import apply_schema

    with_database(apply_schema)
    out.print("collections, validators and indexes are in place")


@app.command()
def replay(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell how many records wait.")] = False,
) -> None:
    """Store the records that wait on disk since the database was away.

    newscrawl db replay

    newscrawl db replay --dry-run
    """
    from newscrawl.store.articles import ArticleWriter
    from newscrawl.store.connect import Connection
    from newscrawl.store.replay import replay as replay_spool
    from newscrawl.store.schema import apply_schema
    from newscrawl.store.spool import Spool

    own = own_settings()
    if dry_run:
        out.print(f"{sum(1 for _ in Spool(own.spool_file).read())} records wait at {own.spool_file}", soft_wrap=True)
        return

    async def work(connection: Connection) -> int:
        await apply_schema(connection)
        spool = Spool(own.spool_file)
        writer = ArticleWriter(connection, spool)
        try:
            return await replay_spool(writer, spool)
        finally:
            await writer.close()

    out.print(f"{with_database(work)} records stored")
