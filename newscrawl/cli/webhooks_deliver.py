"""`newscrawl webhooks deliver|test`: what is sent to receivers."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import own_settings
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, err, fail, out, show_json

if TYPE_CHECKING:
    from pymongo.errors import PyMongoError

    from newscrawl.store.connect import Connection
    from newscrawl.subscription import Webhook
    from newscrawl.webhooks.deliver import Delivery


def deliver(
    *,
    follows: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C or SIGTERM.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON; not with --follow.")] = False,
) -> None:
    """Send every receiver what it is due. Ends with 5 where one did not take it, and with 4 where there is none.

    newscrawl webhooks deliver

    newscrawl webhooks deliver --follow

    newscrawl crawl --all; newscrawl webhooks deliver

    Any number of these may run at once: each webhook is served by one of them. What was not taken is tried again
    when it is due, by `deliver` at its next start, or by `deliver --follow`.
    """
    if follows:
        if as_json:
            fail("--follow tells on stderr what it does; leave --json out", Exit.USAGE)
        _follow()
        return
    done, webhooks = with_database(_deliver_once)
    if as_json:
        show_json("deliveries", [_as_data(delivery) for delivery in done])
    if not webhooks:
        fail("there is no webhook yet; `newscrawl webhooks add NAME URL` adds one", Exit.NOTHING)
    if not as_json:
        told = [_line(delivery) for delivery in done if delivery.is_news or delivery.is_held]
        tried = {delivery.webhook.name for delivery in done}
        told += [_why_not(webhook) for webhook in webhooks if webhook.name not in tried and webhook.error]
        for line in filter(None, told):
            out.print(line, soft_wrap=True)
        if not any(told):
            out.print("Nothing was due.")
    if any(delivery.error for delivery in done):
        raise typer.Exit(int(Exit.DEPENDENCY))


def test(name: Annotated[str, typer.Argument(metavar="NAME", help="The webhook.")]) -> None:
    """Send a receiver a signed event of the type webhook.test. Ends with 5 where it does not take it.

    newscrawl webhooks test desk

    newscrawl webhooks test desk && newscrawl webhooks deliver
    """
    error = with_database(lambda connection: _test(connection, name))
    if error:
        fail(f"{name} did not take it: {error}", Exit.DEPENDENCY)
    out.print(f"{name} has taken it.")


async def _test(connection: Connection, name: str) -> str | None:
    from importlib.metadata import version
    from uuid import uuid4

    from newscrawl.store.webhooks import get_webhook
    from newscrawl.webhooks.deliver import attempt
    from newscrawl.webhooks.event import test_event
    from newscrawl.webhooks.sending import Sender

    webhook = await get_webhook(connection.database, name)
    if webhook is None:
        fail(f"there is no webhook {name}; `newscrawl webhooks list` shows them", Exit.NOTHING)
    now = datetime.now(UTC)
    async with Sender(version("newscrawl")) as sender:
        failure = await attempt(sender, webhook, test_event(name, f"test-{uuid4().hex}", now), now)
    return failure.error if failure else None


async def _deliver_once(connection: Connection) -> tuple[list[Delivery], list[Webhook]]:
    """What became of the webhooks that were due something, and all of them."""
    from importlib.metadata import version

    from newscrawl.store.webhooks import all_webhooks
    from newscrawl.webhooks.deliver import Deliverer, deliver_once
    from newscrawl.webhooks.sending import Sender

    async with Sender(version("newscrawl")) as sender:
        done = await deliver_once(Deliverer(connection.database, sender))
    return done, await all_webhooks(connection.database)


def _follow() -> None:
    import asyncio
    import signal

    from newscrawl.store.connect import DatabaseDown, describe, open_connection
    from newscrawl.webhooks.deliver import follow

    own, received = own_settings(), []

    def say(line: str) -> None:
        err.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", soft_wrap=True)

    async def run() -> None:
        connection, stop = await open_connection(own), asyncio.Event()

        def end(number: int) -> None:
            received.append(number)
            stop.set()

        async def trouble(error: PyMongoError, seconds: float) -> None:
            said = describe(error, own.mongo_uri).partition(" (configured timeouts")[0]
            say(f"nothing can be delivered: {said}; trying again in {seconds:.0f} seconds")
            await connection.revive()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, end, number)
        say(f"delivering, as process {os.getpid()}")
        try:
            await follow(connection.database, say=lambda done: say(_line(done)), on_trouble=trouble, stop=stop)
        finally:
            await connection.close()

    try:
        asyncio.run(run())
    except DatabaseDown as error:
        fail(str(error), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    if received:
        raise typer.Exit(128 + received[0])


def _line(done: Delivery) -> str:
    """What became of one webhook, for people."""
    webhook = done.webhook
    if done.is_held:
        return f"{webhook.name}: another process delivers"
    said = [f"{done.delivered} delivered, up to seq {webhook.seq}"] if done.delivered else []
    if done.set_aside:
        said.append(f"set aside, for it was refused again and again: {done.set_aside}")
    if done.error and webhook.given_up_at:
        said.append(f"given up: {done.error}; `newscrawl webhooks resume {webhook.name}` goes on")
    elif done.error:
        tries = "attempt" if webhook.attempts == 1 else "attempts"
        again = f"; next at {webhook.next_try_at:%H:%M:%S} UTC" if webhook.next_try_at else ""
        said.append(f"not delivered: {done.error}; {webhook.attempts} {tries}{again}")
    return f"{webhook.name}: {'; '.join(said)}"


def _why_not(webhook: Webhook) -> str:
    """Why a webhook was due nothing, where that is no good reason."""
    if webhook.given_up_at:
        return f"{webhook.name}: was given up: {webhook.error}; `newscrawl webhooks resume {webhook.name}` goes on"
    if webhook.next_try_at:
        return f"{webhook.name}: waits until {webhook.next_try_at:%H:%M:%S} UTC; the last error: {webhook.error}"
    return ""


def _as_data(done: Delivery) -> dict[str, Any]:
    return {
        "webhook": done.webhook.name,
        "delivered": done.delivered,
        "seq": done.webhook.seq,
        "error": done.error,
        "attempts": done.webhook.attempts,
        "next_try_at": done.webhook.next_try_at,
        "set_aside": done.set_aside,
        "is_held": done.is_held,
    }
