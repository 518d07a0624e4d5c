"""`newscrawl webhooks list|show`: how receivers are, and how far they have come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.store.connect import Connection
    from newscrawl.subscription import Webhook

Name = Annotated[str, typer.Argument(metavar="NAME", help="The webhook.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def list_webhooks(as_json: AsJson = False) -> None:
    """Show every webhook, how it is, and how far it has come.

    newscrawl webhooks list

    newscrawl webhooks list --json
    """
    webhooks, until = with_database(_all)
    if as_json:
        show_json("webhooks", [as_data(webhook) for webhook in webhooks], settled=until)
    else:
        show_table(
            ("webhook", "state", "behind", "delivered", "last (UTC)", "articles", "receiver"),
            (
                (
                    webhook.name,
                    webhook.state,
                    max(until - webhook.seq, 0),
                    webhook.delivered,
                    webhook.delivered_at,
                    chosen_in_words(webhook),
                    masked(webhook.url),
                )
                for webhook in webhooks
            ),
        )
    if not webhooks:
        fail("there is no webhook yet; `newscrawl webhooks add NAME URL` adds one", Exit.NOTHING)


def show(name: Name, as_json: AsJson = False) -> None:
    """Show one webhook: its articles, how far it has come, its failures, and what was set aside.

    newscrawl webhooks show desk

    newscrawl webhooks show desk --json
    """
    webhook, until = with_database(lambda connection: read_one(connection, name))
    if as_json:
        show_json("webhook", as_data(webhook), settled=until)
        return
    for label, said in _told(webhook, until):
        out.print(f"{label:<13}{said}", soft_wrap=True)
    if webhook.set_aside:
        out.print()
        show_table(
            ("set aside (UTC)", "seq", "why", "article"),
            ((one.at, one.seq, one.error, one.url) for one in webhook.set_aside),
        )


def _told(webhook: Webhook, until: int) -> list[tuple[str, Any]]:
    """What is known of a webhook, line by line."""
    lines = [
        ("webhook", webhook.name),
        ("receiver", masked(webhook.url) + (", may be in this network" if webhook.allows_private else "")),
        ("state", webhook.state),
        ("articles", chosen_in_words(webhook)),
        ("fields", ", ".join(webhook.fields) or "all"),
        ("secret", f"in {webhook.secret_file}" if webhook.secret_file else "in the database"),
        ("cursor", f"seq {webhook.seq}, {max(until - webhook.seq, 0)} behind the newest article"),
        ("delivered", f"{webhook.delivered}{_at(webhook.delivered_at, ', the last one at')}"),
    ]
    if webhook.attempts:
        lines.append(("attempts", f"{webhook.attempts} failed in a row{_at(webhook.failing_since, ', since')}"))
    if webhook.next_try_at:
        lines.append(("next try", f"{webhook.next_try_at:%Y-%m-%d %H:%M:%S} UTC"))
    if webhook.error:
        lines.append(("last error", f"{webhook.error}{_at(webhook.error_at, ', at')}"))
    if webhook.paused_at:
        lines.append(("paused", f"{webhook.paused_at:%Y-%m-%d %H:%M} UTC"))
    if webhook.given_up_at:
        given_up = f"{webhook.given_up_at:%Y-%m-%d %H:%M} UTC; `newscrawl webhooks resume {webhook.name}` goes on"
        lines.append(("given up", given_up))
    return lines


def as_data(webhook: Webhook) -> dict[str, Any]:
    """A webhook for JSON, without its secret."""
    data = webhook.model_dump(mode="json", exclude={"secret"})
    return {**data, "url": masked(webhook.url), "state": webhook.state}


def chosen_in_words(webhook: Webhook) -> str:
    """The filters of a webhook: `site unn; language uk, en`."""
    said = []
    for name, value in webhook.selection.model_dump(mode="json", exclude_defaults=True).items():
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        said.append(f"{name.replace('_', ' ')} {words}")
    return "; ".join(said) or "every article"


def masked(url: str) -> str:
    """The address of a receiver without a password in it."""
    from newscrawl.normalize.secrets import mask

    return mask(url)


def _at(instant: datetime | None, words: str) -> str:
    return f"{words} {instant:%Y-%m-%d %H:%M} UTC" if instant else ""


async def _all(connection: Connection) -> tuple[list[Webhook], int]:
    from newscrawl.store.sequence import settled
    from newscrawl.store.webhooks import all_webhooks

    return await all_webhooks(connection.database), await settled(connection.database)


async def read_one(connection: Connection, name: str) -> tuple[Webhook, int]:
    """A webhook, and up to which `seq` there are articles. Ends with code 4 where there is none of this name."""
    from newscrawl.store.sequence import settled
    from newscrawl.store.webhooks import get_webhook

    webhook = await get_webhook(connection.database, name)
    want_webhook(name, webhook)
    assert webhook is not None
    return webhook, await settled(connection.database)


def want_webhook(name: str, found: object) -> None:
    """Ends with code 4 where there is no webhook of this name."""
    if not found:
        fail(f"there is no webhook {name}; `newscrawl webhooks list` shows them", Exit.NOTHING)
