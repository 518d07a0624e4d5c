"""`newscrawl keys`: who may ask `newscrawl serve` beyond this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, err, fail, out, show_json, show_table
from newscrawl.normalize.spans import parse_span

if TYPE_CHECKING:
    from newscrawl.records import ApiKey

app = typer.Typer(
    no_args_is_help=True,
    help="""The keys by which `newscrawl serve` is asked beyond this machine.

    newscrawl keys add newsroom

    newscrawl keys list

    newscrawl keys revoke newsroom
    """,
)
SCOPES = ("feeds", "read", "operate")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A name for whoever uses it: a-z, 0-9, _ and -.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="feeds: feeds alone; read: what is stored; operate: runs, too."),
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Let it hold for so long: 30d, 12h. Else for ever.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Make a key and show it, this once: only its hash is stored.

    newscrawl keys add newsroom

    newscrawl keys add reader --scope feeds --expires 365d

    newscrawl keys add desk --scope operate
    """
    from newscrawl.store.keys import KeyExists, add_key

    scopes = list(dict.fromkeys(scope or ["read"]))
    for one in scopes:
        if one not in SCOPES:
            fail(f"--scope {one!r} is none of {', '.join(SCOPES)}", Exit.USAGE)
    now = datetime.now(UTC)
    try:
        expires_at = now + parse_span(expires) if expires else None
    except (ValueError, OverflowError):
        fail(f"--expires {expires!r} is no span such as 30d or 12h", Exit.USAGE)
    try:
        token = with_database(
            lambda connection: add_key(connection.database, name, scopes, now, expires_at=expires_at)  # type: ignore[arg-type]
        )
    except KeyExists as error:
        fail(str(error), Exit.USAGE)
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        show_json("key", {"name": name, "key": token, "scopes": scopes, "expires_at": expires_at})
        return
    out.print(token, soft_wrap=True)
    err.print("Keep it: it is shown this once. Send it as `Authorization: Bearer KEY`.", soft_wrap=True)


@app.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show every key that there is or was; the keys themselves are stored nowhere.

    newscrawl keys list

    newscrawl keys list --json
    """
    from newscrawl.store.keys import list_keys

    keys = with_database(lambda connection: list_keys(connection.database))
    now = datetime.now(UTC)
    if as_json:
        show_json("keys", [key.model_dump(exclude={"hash"}) | {"state": _state(key, now)} for key in keys])
        return
    show_table(
        ("key", "scopes", "state", "made (UTC)", "expires (UTC)", "last used (UTC)"),
        (
            (key.name, ", ".join(key.scopes), _state(key, now), key.created_at, key.expires_at, key.last_used_at)
            for key in keys
        ),
    )
    if not keys:
        out.print("There is no key. `newscrawl keys add NAME` makes one.")


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "holds"


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The name of the key.")]) -> None:
    """Let a key hold no more, within a second also at servers that run.

    newscrawl keys revoke newsroom

    newscrawl keys revoke newsroom --quiet
    """
    from newscrawl.store.keys import revoke_key

    key = with_database(lambda connection: revoke_key(connection.database, name, datetime.now(UTC)))
    if key is None:
        fail(f"there is no key {name}; `newscrawl keys list` shows them", Exit.NOTHING)
    out.print(f"{name} holds no more.")
