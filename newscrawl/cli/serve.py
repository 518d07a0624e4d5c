"""`newscrawl serve`: the pages, the API and the feeds, until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.asked import own_settings
from newscrawl.cli.database import with_database
from newscrawl.cli.manner import manner
from newscrawl.cli.output import Exit, err, fail, out

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen at; else the setting serve_host.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0: any free one; else the setting serve_port.")
    ] = None,
) -> None:
    """Serve the articles as pages, as an API and as feeds, until Ctrl-C or SIGTERM.

    On this machine alone by default. Beyond it every request has to carry a key: see `newscrawl keys`.

    newscrawl serve

    newscrawl serve --port 9000

    newscrawl serve --host 0.0.0.0
    """
    from datetime import UTC, datetime

    try:
        from newscrawl.web.app import create_app
        from newscrawl.web.metrics import HttpMetrics
        from newscrawl.web.serving import CannotListen, Serving, listen, log_by, shown_address
        from newscrawl.web.settings import WebSettings
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "newscrawl":
            raise
        fail(f"{error.name} is not installed; `pip install 'newscrawl[web]'` brings it", Exit.USAGE)

    from pymongo.errors import OperationFailure

    from newscrawl.metrics.exposure import exposed
    from newscrawl.store.connect import UNAUTHORIZED
    from newscrawl.store.keys import has_keys
    from newscrawl.store.schema import apply_schema

    chosen = {name: value for name, value in (("serve_host", host), ("serve_port", port)) if value is not None}
    settings = WebSettings(own_settings().model_copy(update=chosen))

    async def run(connection: Connection) -> int | None:
        if settings.needs_keys and not await has_keys(connection.database, datetime.now(UTC)):
            what = f"at {settings.host}" if not settings.names else f"as {', '.join(sorted(settings.names))}"
            fail(
                f"others than this machine could ask {what}, and there is no key that they would need;"
                " `newscrawl keys add NAME` makes one, or leave --host and NEWSCRAWL_SERVE_NAMES out",
                Exit.USAGE,
            )
        try:
            sock = listen(settings.host, settings.own.serve_port)
        except CannotListen as error:
            fail(str(error), Exit.USAGE)
        try:
            await apply_schema(connection)  # what an earlier release has stored is brought to the present form
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:  # a user that may only read serves what is there
                raise

        def say(line: str) -> None:
            err.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", soft_wrap=True)

        metrics = HttpMetrics() if settings.own.metrics else None
        server = Serving(create_app(settings, connection, metrics))
        log_by(say, is_debugged=manner.is_debugged)
        address = shown_address(sock)
        out.print(
            f"newscrawl serves {address} (the API is described at {address}openapi.json)",
            soft_wrap=True,
        )
        out.print(
            "Each request needs a key." if settings.needs_keys else "Only this machine can ask.", "Ctrl-C ends it."
        )
        out.file.flush()
        async with exposed(settings.own.metrics, say, *([metrics.tally] if metrics else []), announces=True):
            await server.serve(sockets=[sock])
        return server.received[0] if server.received else None

    received = with_database(run)
    if received is not None:
        raise typer.Exit(128 + received)
