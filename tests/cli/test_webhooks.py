"""`newscrawl webhooks`: receivers are added, shown, tried, served and removed; a kill loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from newscrawl.store.connect import connect
from tests.conftest import Newscrawl
from tests.stored_articles import article, store
from tests.webhooks.conftest import NOW, Message, Receiver, is_genuine, receiver

__all__ = ["is_genuine", "receiver"]


def fill(newscrawl: Newscrawl, folder: Path, *numbers: int) -> None:
    """Store articles in the database of the command."""

    async def work() -> None:
        connection = await connect(newscrawl.uri, folder=folder, database=newscrawl.database)
        await store(connection, folder, [article(number) for number in numbers], now=NOW)
        await connection.close()

    asyncio.run(work())


def test_a_webhook_from_its_addition_to_its_end(
    newscrawl: Newscrawl, receiver: Receiver, is_genuine: Callable[..., bool], tmp_path: Path
) -> None:
    assert "there is no webhook yet" in newscrawl.run("webhooks", "deliver")[2]
    added = newscrawl("webhooks", "add", "desk", receiver.url, "--allow-private", "--site", "unn", "--from-start")
    [secret] = [word for word in added.split() if word.startswith("whsec_")]
    fill(newscrawl, tmp_path, 0, 1, 2)

    newscrawl("webhooks", "test", "desk")
    assert [message.event["type"] for message in receiver.received] == ["webhook.test"]
    assert "desk: 2 delivered" in newscrawl("webhooks", "deliver")
    for message in receiver.received:
        sent = float(message.headers["webhook-timestamp"])
        assert is_genuine(secret, message.headers, message.body, sent)

    [shown] = newscrawl.json("webhooks", "list")
    assert (shown["state"], shown["delivered"], shown["seq"]) == ("on", 2, 3)
    assert "secret" not in shown
    assert secret not in newscrawl("webhooks", "show", "desk")
    newscrawl("webhooks", "remove", "desk", "--yes")
    newscrawl("webhooks", "show", "desk", code=4)


def test_a_failure_is_told_and_shown(newscrawl: Newscrawl, receiver: Receiver, tmp_path: Path) -> None:
    newscrawl("webhooks", "add", "desk", receiver.url, "--allow-private", "--from-start")
    fill(newscrawl, tmp_path, 0)
    receiver.will_answer(503)
    assert "not delivered: it answered 503; 1 attempt" in newscrawl("webhooks", "deliver", code=5)
    shown = newscrawl("webhooks", "show", "desk")
    assert "failing" in shown
    assert "it answered 503" in shown
    newscrawl("webhooks", "resume", "desk")
    [done] = newscrawl.json("webhooks", "deliver")
    assert (done["delivered"], done["error"]) == (1, None)


def test_what_was_sent_before_a_kill_and_not_acknowledged_is_sent_again_with_the_same_key(
    newscrawl: Newscrawl, receiver: Receiver, tmp_path: Path
) -> None:
    newscrawl("webhooks", "add", "desk", receiver.url, "--allow-private", "--from-start")
    fill(newscrawl, tmp_path, 0, 1)
    process = newscrawl.start("webhooks", "deliver", "--follow")

    def kill(_message: Message) -> None:
        if len(receiver.received) == 2:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

    receiver.before_answer = kill
    process.wait(60)
    assert "desk: 1 delivered" in newscrawl("webhooks", "deliver"), "the lease of a dead process holds nobody up"
    first, second, again = receiver.received
    assert first.key != second.key
    assert (again.key, again.body) == (second.key, second.body)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Desk", "https://example.com/"), "the name of a webhook is made of a-z"),
        (("desk", "ftp://example.com/"), "it is no http or https address"),
        (("desk", "http://127.0.0.1/"), "127.0.0.1 is loopback; --allow-private lets a receiver be there"),
        (("desk", "http://[::ffff:10.0.0.1]/"), "private (RFC 1918)"),
        (("desk", "http://169.254.169.254/", "--allow-private"), "the metadata service of a cloud"),
        (("desk", "https://example.com:x/"), "it is no address"),
        (("desk", "https://example.com/", "--fields", "headlin"), "did you mean headline?"),
        (("desk", "https://example.com/", "--kind", "novel"), "--kind 'novel' is none of article"),
        (("desk", "https://example.com/", "--site", "nowhere"), "there is no site 'nowhere'"),
        (("desk", "https://example.com/", "--secret-file", "none"), "none cannot be read"),
        (("desk", "https://example.com/", "--from-start", "--after-seq", "3"), "exclude each other"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_a_webhook_is_refused(newscrawl_of_module: Newscrawl, words: tuple[str, ...], said: str) -> None:
    code, _output, errors = newscrawl_of_module.run("webhooks", "add", *words)
    assert code == 2
    assert said in errors


def test_a_name_is_taken_once_and_unknown_ones_are_told(newscrawl_of_module: Newscrawl) -> None:
    newscrawl_of_module("webhooks", "add", "one", "https://example.com/")
    assert (
        "there is a webhook one already" in newscrawl_of_module.run("webhooks", "add", "one", "https://a.example/")[2]
    )
    for command in ("show", "pause", "resume", "remove", "test"):
        newscrawl_of_module("webhooks", command, "other", code=4)
