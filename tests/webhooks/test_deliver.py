"""Events reach their receivers, each until it was acknowledged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newscrawl.store.connect import Connection
from newscrawl.store.leases import SchedulerLease
from newscrawl.store.webhooks import LEASE, change_webhook, get_webhook
from newscrawl.subscription import Webhook
from newscrawl.webhooks.deliver import Deliverer, deliver_once, follow
from tests.webhooks.conftest import NOW, Clock, Receiver, Save

Subscribe = Callable[..., Awaitable[Webhook]]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


async def state(connection: Connection, name: str = "desk") -> Webhook:
    found = await get_webhook(connection.database, name)
    assert found is not None
    return found


async def test_what_was_stored_is_sent_in_its_order_and_signed(
    connection: Connection,
    save: Save,
    subscribe: Subscribe,
    deliverer: Deliverer,
    receiver: Receiver,
    is_genuine: Callable[..., bool],
) -> None:
    webhook = await subscribe()
    await save("one")
    await save("two")
    await save("three")
    [done] = await deliver_once(deliverer)
    assert (done.delivered, done.error) == (3, None)
    assert receiver.headlines == ["one", "two", "three"]
    for message in receiver.received:
        assert is_genuine(webhook.secret, message.headers, message.body, NOW.timestamp())
        assert message.headers["content-type"] == "application/json"
        assert message.event["key"] == message.key
    known = await state(connection)
    assert (known.seq, known.delivered, known.delivered_at) == (3, 3, NOW)
    await deliver_once(deliverer)
    assert len(receiver.received) == 3, "what was acknowledged is not sent again"


async def test_only_chosen_articles_are_sent_and_the_cursor_passes_the_others(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe(sites=("bbc",))
    await save("one", site="bbc")
    await save("two", "three", site="unn")
    await deliver_once(deliverer)
    assert receiver.headlines == ["one"]
    assert (await state(connection)).seq == 3


async def test_a_change_of_the_text_is_an_event_with_another_key(
    save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save("one")
    await deliver_once(deliverer)
    await save("one", body="Another text.", hours=1)
    await deliver_once(deliverer)
    assert [message.event["type"] for message in receiver.received] == ["article.new", "article.changed"]
    assert len(set(receiver.keys)) == 2


async def test_what_was_not_acknowledged_is_sent_again_when_it_is_due_with_the_same_key(
    connection: Connection,
    save: Save,
    subscribe: Subscribe,
    deliverer: Deliverer,
    receiver: Receiver,
    clock: Clock,
    is_genuine: Callable[..., bool],
) -> None:
    webhook = await subscribe()
    await save("one", "two")
    receiver.will_answer(500, 302)
    [done] = await deliver_once(deliverer)
    assert (done.delivered, done.error) == (0, "it answered 500")
    assert await deliver_once(deliverer) == [], "it is not due yet"
    clock.now += 5 * SECOND
    [done] = await deliver_once(deliverer)
    assert "redirects are not followed" in (done.error or "")
    known = await state(connection)
    assert (known.state, known.attempts, known.failing_since, known.seq) == ("failing", 2, NOW, 0)
    clock.now += 10 * SECOND
    [done] = await deliver_once(deliverer)
    assert receiver.headlines == ["one", "one", "one", "two"]
    assert len(set(receiver.keys[:3])) == 1
    assert len({message.body for message in receiver.received[:3]}) == 1
    last = receiver.received[2]
    assert is_genuine(webhook.secret, last.headers, last.body, clock.now.timestamp())
    known = await state(connection)
    assert (known.state, known.attempts, known.failing_since, known.next_try_at) == ("on", 0, None, None)


async def test_retry_after_is_kept_to(
    save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver, clock: Clock
) -> None:
    await subscribe()
    await save("one")
    receiver.will_answer(429, Retry_After="120")
    [done] = await deliver_once(deliverer)
    assert done.webhook.next_try_at == NOW + 120 * SECOND


async def test_a_receiver_that_does_not_answer_delays_no_other(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    await subscribe("silent", url=f"http://127.0.0.1:{port}/")
    await subscribe("refused", url="http://127.0.0.1:1/")
    await subscribe("desk")
    await save("one", "two")
    done = {delivery.webhook.name: delivery for delivery in await deliver_once(deliverer)}
    assert receiver.headlines == ["one", "two"]
    assert done["silent"].error == "it has not answered within 0.4 s"
    assert "no connection to 127.0.0.1:1" in (done["refused"].error or "")
    assert (await state(connection, "silent")).attempts == 1
    silent.close()


async def test_what_a_receiver_says_of_a_failure_is_kept_for_the_operator(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save("one")
    receiver.will_answer(400)
    await deliver_once(deliverer)
    assert (await state(connection)).error == "it answered 400: not like this"


async def test_an_event_that_is_refused_for_itself_is_set_aside_and_the_next_ones_are_sent(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver, clock: Clock
) -> None:
    await subscribe()
    await save("poison", "food")
    receiver.will_answer(*[413] * 10)
    for _ in range(10):
        done = await deliver_once(deliverer)
        clock.now += HOUR
    assert done[0].set_aside == receiver.keys[0]
    assert receiver.headlines == ["poison"] * 10 + ["food"]
    known = await state(connection)
    assert (known.state, known.delivered) == ("on", 1)
    assert [(one.key, one.error) for one in known.set_aside] == [(receiver.keys[0], "it answered 413")]


async def test_a_dead_receiver_is_given_up_and_misses_nothing_when_it_is_resumed(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver, clock: Clock
) -> None:
    await subscribe()
    await save("one")
    receiver.will_answer(503, 503)
    await deliver_once(deliverer)
    clock.now += timedelta(days=4)
    await deliver_once(deliverer)
    assert (await state(connection)).state == "given up"
    clock.now += timedelta(days=4)
    assert await deliver_once(deliverer) == []
    await change_webhook(connection.database, "desk", given_up_at=None, attempts=0, failing_since=None)
    await deliver_once(deliverer)
    assert receiver.headlines == ["one"] * 3


async def test_a_paused_webhook_is_sent_nothing_until_it_is_resumed(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save("one")
    await change_webhook(connection.database, "desk", paused_at=NOW)
    assert await deliver_once(deliverer) == []
    await change_webhook(connection.database, "desk", paused_at=None)
    await deliver_once(deliverer)
    assert receiver.headlines == ["one"]


async def test_a_pause_holds_from_the_next_event_on(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save("one", "two")
    loop = asyncio.get_running_loop()

    def pause(_message: Any) -> None:
        pausing = change_webhook(connection.database, "desk", paused_at=NOW)
        asyncio.run_coroutine_threadsafe(pausing, loop).result()

    receiver.before_answer = pause
    await deliver_once(deliverer)
    assert receiver.headlines == ["one"]


async def test_of_two_deliverers_at_once_one_sends(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save(*map(str, range(20)))
    other = Deliverer(connection.database, deliverer.sender, clock=deliverer.clock)
    found = await asyncio.gather(*map(deliver_once, (deliverer, other)))
    assert len(receiver.received) == len(set(receiver.keys)) == 20
    assert sorted(done.is_held or done.delivered for pair in found for done in pair) in ([True, 20], [0, 20], [20])


async def test_who_holds_the_lease_delivers_alone(
    connection: Connection, save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    await subscribe()
    await save("one")
    lease = SchedulerLease(connection.database, f"{LEASE}desk")
    await lease.take()
    [done] = await deliver_once(deliverer)
    assert done.is_held
    await lease.give_back()
    await deliver_once(deliverer)
    assert receiver.headlines == ["one"]


async def test_an_address_that_is_not_public_gets_nothing_unless_it_was_allowed(
    save: Save, subscribe: Subscribe, deliverer: Deliverer, receiver: Receiver
) -> None:
    port = receiver.url.rpartition(":")[2]
    private = {"allows_private": False}
    await subscribe("number", changes=private)
    await subscribe("name", url=f"http://localhost:{port}", changes=private)
    await subscribe("clouds", url="http://169.254.169.254/latest/meta-data/")
    await save("one")
    errors = {done.webhook.name: done.error or "" for done in await deliver_once(deliverer)}
    assert receiver.received == []
    assert errors["number"].startswith("127.0.0.1 is loopback; --allow-private")
    assert "leads to an address that is not public" in errors["name"]
    assert "metadata service" in errors["clouds"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 2000 OK\r\n\r\n", b"\x00" * 100_000, b"HTTP/1.1 200 OK\r\nA: "])
async def test_an_answer_that_is_no_sound_http_acknowledges_nothing(
    answer: bytes, save: Save, subscribe: Subscribe, deliverer: Deliverer
) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    broken = await asyncio.start_server(answers, "127.0.0.1", 0)
    await subscribe(url=f"http://127.0.0.1:{broken.sockets[0].getsockname()[1]}/")
    await save("one")
    [done] = await deliver_once(deliverer)
    assert done.error
    assert done.webhook.seq == 0
    broken.close()


async def test_a_status_acknowledges_whatever_else_the_answer_holds_back(
    save: Save, subscribe: Subscribe, deliverer: Deliverer
) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")

    slow = await asyncio.start_server(answers, "127.0.0.1", 0)
    await subscribe(url=f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/")
    await save("one")
    [done] = await deliver_once(deliverer)
    assert (done.delivered, done.error) == (1, None)
    slow.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    save: Save, subscribe: Subscribe, deliverer: Deliverer, tmp_path: Path
) -> None:
    asked: list[bytes] = []

    async def answers(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(answers, "127.0.0.1", 0, ssl=context)
    await subscribe(url=f"https://localhost:{server.sockets[0].getsockname()[1]}/")
    await save("one")
    [done] = await deliver_once(deliverer)
    assert "the connection to localhost is not secure" in (done.error or "")
    assert not any(asked), "nothing was sent"
    server.close()


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate for localhost that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + HOUR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    return path


async def test_it_follows_until_it_is_stopped(
    connection: Connection, save: Save, subscribe: Subscribe, receiver: Receiver
) -> None:
    await subscribe()
    await save("one")
    stop, told = asyncio.Event(), []
    loop = asyncio.get_running_loop()
    receiver.before_answer = lambda _message: loop.call_soon_threadsafe(stop.set)
    await asyncio.wait_for(follow(connection.database, say=told.append, stop=stop), 10)
    assert [(done.webhook.name, done.delivered) for done in told] == [("desk", 1)]
    assert (await state(connection)).seq == 1, "what was on its way is written still"
