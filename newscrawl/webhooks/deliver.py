"""Delivery: what each webhook has not acknowledged yet is sent to it, in the order of `seq`, one event after the other.

The cursor moves when an event was acknowledged, and never before: a process that is killed between the two leaves
the event to the next one, which sends it again with the same key. Who delivers holds the lease of the webhook. Each
webhook is a task of its own: a receiver that is slow or dead delays no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from pymongo.errors import PyMongoError

from newscrawl.store.leases import SchedulerLease
from newscrawl.store.select import TooBroad, select
from newscrawl.store.sequence import settled
from newscrawl.store.webhooks import LEASE, Database, acknowledged, advance, all_webhooks, get_webhook
from newscrawl.subscription import SetAside, Webhook
from newscrawl.webhooks.event import Event, event_of, names_asked
from newscrawl.webhooks.retrying import Failure, after_failure, after_refusal, is_at_fault
from newscrawl.webhooks.secret import secret_of
from newscrawl.webhooks.sending import Sender
from newscrawl.webhooks.signing import signed_headers

PAGE = 50  # articles read at once
RENEW = 5.0  # seconds after which the lease is renewed before the next event
POLL = 1.0  # seconds between two looks at what is there to deliver
LONGEST_BACK_OFF = 30.0  # seconds between two attempts to reach the database
AT_A_TIME = 64  # webhooks

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Delivery:
    """What became of one webhook in one pass."""

    webhook: Webhook
    """As it is after it."""
    delivered: int = 0
    error: str | None = None
    """Why the next event was not acknowledged."""
    set_aside: str | None = None
    """The key of an event that was set aside."""
    is_held: bool = False
    """Another process delivers."""

    @property
    def is_news(self) -> bool:
        """Something was sent, or should have been."""
        return bool(self.delivered or self.error or self.set_aside)


class Deliverer:
    """Delivers to the webhooks of a database.

    `clock`: tells when attempts are due and events are sent. `chance`: numbers of 0 to 1 that spread the retries.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.database, self.sender, self.clock, self.chance = database, sender, clock, chance
        self.is_ending = False
        """Set: begin no further event."""

    async def deliver(self, webhook: Webhook) -> Delivery | None:
        """Send everything that a webhook is due; None: it is due nothing now. Raises PyMongoError."""
        if not self.is_due(webhook):
            return None
        lease = SchedulerLease(self.database, LEASE + webhook.name)
        if await lease.take() is not None:
            return Delivery(webhook, is_held=True)
        try:
            return await self._deliver(webhook.name, lease)
        finally:
            with contextlib.suppress(PyMongoError):
                await lease.give_back()

    def is_due(self, webhook: Webhook) -> bool:
        """Whether an attempt may be made now."""
        is_off = webhook.paused_at is not None or webhook.given_up_at is not None
        return not is_off and (webhook.next_try_at is None or webhook.next_try_at <= self.clock())

    async def _deliver(self, name: str, lease: SchedulerLease) -> Delivery | None:
        present = await get_webhook(self.database, name)  # as the last holder of the lease left it
        if present is None or not self.is_due(present):
            return None
        done, renewed = Delivery(present), time.monotonic()
        while not self.is_ending:
            after = present.selection.model_copy(update={"after_seq": present.seq})
            fields = [*names_asked(present.fields), "seq_due"]
            try:
                page = await select(self.database, after, limit=PAGE, order="seq", fields=fields)
            except TooBroad as error:
                done.error = str(error)
                values = after_failure(present, Failure(done.error), self.clock(), self.chance())
                done.webhook = await advance(self.database, present, values) or present
                return done
            for article in page.articles:
                if time.monotonic() - renewed > RENEW:
                    if await lease.take() is not None:
                        return done  # it was held up for so long that another process has taken over
                    renewed = time.monotonic()
                # What has changed since comes again, under its new number.
                known = present if article.get("seq_due") else await self._send(present, article, done)
                if known is None or not self.is_due(known) or self.is_ending:
                    return done
                present = known
            if page.seq is not None and page.seq > present.seq:
                moved = await advance(self.database, present, {"seq": page.seq})
                if moved is None:
                    return done
                present = done.webhook = moved
            if page.cursor is None:
                break
        return done

    async def _send(self, webhook: Webhook, article: dict[str, object], done: Delivery) -> Webhook | None:
        """Send one event, and write what became of it. The webhook as it is then; None: it is not ours any more."""
        event = event_of(article, webhook.fields)
        failure = await attempt(self.sender, webhook, event, self.clock())
        now = self.clock()
        if failure is None:
            known = await acknowledged(self.database, webhook, event.seq, now)
            done.delivered += 1
        elif is_at_fault(webhook, failure):
            refused = SetAside(key=event.key, url=event.url, seq=event.seq, at=now, error=failure.error)
            known = await advance(self.database, webhook, after_refusal(webhook, refused))
            done.set_aside = event.key
        else:
            known = await advance(self.database, webhook, after_failure(webhook, failure, now, self.chance()))
            done.error = failure.error
        done.webhook = known or done.webhook
        return known


async def attempt(sender: Sender, webhook: Webhook, event: Event, now: datetime) -> Failure | None:
    """Send one event to its receiver. Why it was not acknowledged; None: it was."""
    try:
        headers = signed_headers(secret_of(webhook), event.key, now, event.body)
    except ValueError as error:
        return Failure(f"nothing can be signed: {error}")
    return await sender.post(webhook.url, event.body, headers, allows_private=webhook.allows_private)


async def deliver_once(deliverer: Deliverer) -> list[Delivery]:
    """Send every webhook what it is due, all at once; what became of those that were due something.

    Raises PyMongoError.
    """
    slots = asyncio.Semaphore(AT_A_TIME)

    async def one(webhook: Webhook) -> Delivery | None:
        async with slots:
            return await deliverer.deliver(webhook)

    found = await asyncio.gather(*map(one, await all_webhooks(deliverer.database)), return_exceptions=True)
    for result in found:
        if isinstance(result, BaseException):
            raise result
    return [delivery for delivery in found if isinstance(delivery, Delivery)]


async def follow(
    database: Database,
    *,
    say: Callable[[Delivery], object] = lambda _delivery: None,
    on_trouble: Callable[[PyMongoError, float], Awaitable[object]] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Deliver until `stop` is set, or the task is cancelled: what a server can run beside its answers.

    `say` is told of what was delivered and of what failed, `on_trouble` that the database cannot be used, with the
    seconds until it is tried again. Any number of processes at once.
    """
    stop = stop or asyncio.Event()
    async with Sender(version("newscrawl")) as sender:
        deliverer = Deliverer(database, sender)
        tasks: dict[str, asyncio.Task[None]] = {}
        back_off = POLL

        async def run(webhook: Webhook) -> None:
            with contextlib.suppress(PyMongoError):  # the next look meets it, too, and tells
                done = await deliverer.deliver(webhook)
                if done is not None and done.is_news:
                    say(done)

        try:
            while not stop.is_set():
                tasks = {name: task for name, task in tasks.items() if not task.done()}
                pause = POLL
                try:
                    until = await settled(database)
                    for webhook in await all_webhooks(database):
                        is_wanted = webhook.seq < until and deliverer.is_due(webhook) and len(tasks) < AT_A_TIME
                        if is_wanted and webhook.name not in tasks:
                            tasks[webhook.name] = asyncio.create_task(run(webhook))
                    back_off = POLL
                except PyMongoError as error:
                    if on_trouble is not None:
                        await on_trouble(error, back_off)
                    pause, back_off = back_off, min(2 * back_off, LONGEST_BACK_OFF)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
        finally:
            deliverer.is_ending = True  # what is on its way is written still
            if tasks:
                _done, late = await asyncio.wait(tasks.values(), timeout=timedelta(seconds=20).total_seconds())
                for task in late:
                    task.cancel()
