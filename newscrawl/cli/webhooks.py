"""`newscrawl webhooks`: receivers that are sent what is stored. The commands that change them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.cli.asked import want_consent
from newscrawl.cli.database import with_database
from newscrawl.cli.filters import Filters, filtered, want_sites
from newscrawl.cli.output import Exit, err, fail, out
from newscrawl.cli.webhooks_show import Name, chosen_in_words, masked, read_one, want_webhook

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection
    from newscrawl.subscription import Webhook

app = typer.Typer(
    no_args_is_help=True,
    help="""Receivers that are sent what is stored, signed and at least once.

    newscrawl webhooks add desk https://example.com/hooks/news --site unn --language uk

    newscrawl webhooks test desk

    newscrawl webhooks deliver --follow     the process that delivers
    """,
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")

Start = Annotated[
    int | None, typer.Option("--after-seq", min=0, max=2**63 - 1, metavar="SEQ", help="Begin behind this `seq`.")
]


@app.command()
@filtered("after_seq")
def add(
    name: Annotated[str, typer.Argument(help="A name for it: a-z, 0-9, . _ and -.")],
    url: Annotated[str, typer.Argument(help="Where events are posted: https://…")],
    filters: Filters,
    *,
    fields: Annotated[
        str | None, typer.Option(help="Send only these fields of the article, such as lead,published,views.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The receiver may be in this network, or on this machine.")
    ] = False,
    secret_file: Annotated[
        Path | None, typer.Option(help="A file that holds the secret, and is read each time. Else one is made.")
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Send what is stored already, too.")] = False,
    after_seq: Start = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
) -> None:
    """Add a receiver. It is sent what is stored, changed, gone or back from now on, as far as the filters choose it.

    The secret that its events are signed with is shown once. `newscrawl webhooks deliver` sends the events.

    newscrawl webhooks add desk https://example.com/hooks/news --site unn --language uk

    newscrawl webhooks add kyiv https://example.com/hooks/kyiv --place Kyiv --fields lead,published,views

    newscrawl webhooks add local http://127.0.0.1:8080/ --allow-private --from-start

    Views alone send nothing: an article is sent again when its text changes, and --min-views counts at that time.
    """
    from newscrawl.store.sequence import settled
    from newscrawl.store.webhooks import add_webhook, get_webhook
    from newscrawl.subscription import Webhook
    from newscrawl.webhooks.sending import address_problem
    from newscrawl.webhooks.signing import new_secret

    if not _NAME.fullmatch(name):
        fail(
            "the name of a webhook is made of a-z, 0-9, ., _ and -, and begins with a letter or a figure; at most 60",
            Exit.USAGE,
        )
    if problem := address_problem(url, allows_private=allow_private):
        fail(f"{masked(url)} cannot be a receiver: {problem}", Exit.USAGE)
    if from_start and after_seq is not None:
        fail("--from-start and --after-seq exclude each other; leave one", Exit.USAGE)
    if secret_file is not None:
        _check_secret(secret_file)
    chosen, secret = filters.selection(), None if secret_file else new_secret()
    webhook = Webhook(
        name=name,
        url=url,
        secret=secret,
        secret_file=str(secret_file.resolve()) if secret_file else None,
        selection=chosen,
        fields=_fields(fields),
        allows_private=allow_private,
        added_at=datetime.now(UTC),
        seq=after_seq or 0,
    )

    async def work(connection: Connection) -> Webhook | None:
        from newscrawl.store.schema import apply_schema

        database = connection.database
        await want_sites(database, chosen)
        if await get_webhook(database, name) is not None:
            return None
        begins = (
            webhook
            if from_start or after_seq is not None
            else webhook.model_copy(update={"seq": await settled(database)})
        )
        if dry_run:
            return begins
        await apply_schema(connection)
        return begins if await add_webhook(database, begins) else None

    added = with_database(work)
    if added is None:
        fail(f"there is a webhook {name} already; `newscrawl webhooks remove {name}` removes it", Exit.USAGE)
    out.print(
        f"{name} {'would be' if dry_run else 'is'} sent what comes after seq {added.seq}: {chosen_in_words(added)}.",
        soft_wrap=True,
    )
    if url.startswith("http:") and not allow_private:
        err.print("http is not encrypted: others can read what is sent; use https", style="yellow")
    if dry_run:
        return
    if secret is not None:
        out.print(f"Its secret, shown only now: {secret}", soft_wrap=True)
    out.print(
        f"`newscrawl webhooks test {name}` sends it an event; `newscrawl webhooks deliver` what it is due.",
        soft_wrap=True,
    )


@app.command()
def pause(name: Name) -> None:
    """Send a receiver nothing until it is resumed. It misses nothing.

    newscrawl webhooks pause desk

    newscrawl webhooks resume desk       (goes on where it stopped)
    """
    from newscrawl.store.webhooks import change_webhook

    now = datetime.now(UTC)
    want_webhook(name, with_database(lambda connection: change_webhook(connection.database, name, paused_at=now)))
    out.print(f"{name} is paused; `newscrawl webhooks resume {name}` goes on where it stopped.")


@app.command()
def resume(name: Name, after_seq: Start = None) -> None:
    """Go on with a receiver that is paused, was given up, or waits for its next attempt.

    newscrawl webhooks resume desk

    newscrawl webhooks resume desk --after-seq 1200     (what came after is sent again)
    """
    from newscrawl.store.webhooks import change_webhook

    fresh = {"paused_at": None, "given_up_at": None, "attempts": 0, "failing_since": None, "next_try_at": None}
    values = fresh | ({"seq": after_seq} if after_seq is not None else {})
    want_webhook(name, with_database(lambda connection: change_webhook(connection.database, name, **values)))
    out.print(f"{name} is sent what it is due" + (f" after seq {after_seq}." if after_seq is not None else "."))


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Remove a webhook, its secret and its cursor.

    newscrawl webhooks remove desk

    newscrawl webhooks remove desk --yes
    """
    from newscrawl.store.webhooks import remove_webhook

    webhook, _until = with_database(lambda connection: read_one(connection, name))
    shown = f"{name} ({masked(webhook.url)}, at seq {webhook.seq})"
    if dry_run:
        out.print(f"{shown} would be removed.", soft_wrap=True)
        return
    want_consent(f"Remove {shown}?", yes=yes)
    with_database(lambda connection: remove_webhook(connection.database, name))
    out.print(f"{name} is sent nothing more.")


def _fields(text: str | None) -> list[str]:
    """The names of fields that an option lists; ends with code 2 where one is none."""
    import difflib

    from newscrawl.webhooks.event import FULL

    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not names:
        fail("--fields is empty; name fields, or leave it out", Exit.USAGE)
    for name in names:
        if name not in FULL:
            near = next(iter(difflib.get_close_matches(name, FULL, 1)), None)
            remedy = f"did you mean {near}?" if near else f"there are {', '.join(FULL)}"
            fail(f"--fields: {name!r} is no field; {remedy}", Exit.USAGE)
    return list(dict.fromkeys(names))


def _check_secret(path: Path) -> None:
    from newscrawl.webhooks.secret import SecretMissing, read_secret

    try:
        read_secret(path)
    except SecretMissing as error:
        fail(f"--secret-file: {error}", Exit.USAGE)
