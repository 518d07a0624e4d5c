"""Messages through Apprise, to a real mail server and a real web hook."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from newscrawl.runs.notify import NoChannel, NotSent, hidden, send, shown
from tests.runs.receivers import mail_server, web_hook

TEXT = "unn is degraded since 03:00.\n- lead: 0 % of 24 <b>articles</b> & more\n  newscrawl health unn"


def mail_url(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?from=crawler@example.com&to=desk@example.com&format=text"


async def test_a_mail_arrives() -> None:
    with mail_server() as server:
        await send(mail_url(server.port), "newscrawl: unn is degraded", TEXT)
    [mail] = server.mails
    assert mail["Subject"] == "newscrawl: unn is degraded"
    assert "desk@example.com" in mail["To"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == TEXT


async def test_a_web_hook_gets_json() -> None:
    with web_hook() as server:
        await send(f"json://127.0.0.1:{server.port}/alerts", "newscrawl: a test", TEXT)
    [received] = map(json.loads, server.received)
    assert (received["title"], received["message"]) == ("newscrawl: a test", TEXT)


async def test_a_web_hook_gets_a_form() -> None:
    with web_hook() as server:
        await send(f"form://127.0.0.1:{server.port}/alerts", "newscrawl: a test", TEXT)
    [received] = map(parse_qs, server.received)
    assert received["message"] == [TEXT]


async def test_what_a_mail_server_refuses_is_told_with_its_reason() -> None:
    with mail_server() as server:
        server.refuses = True
        with pytest.raises(NotSent, match="550"):
            await send(mail_url(server.port), "title", "text")


async def test_what_a_web_hook_refuses_is_told_without_its_secret(capfd: pytest.CaptureFixture[str]) -> None:
    with web_hook() as server:
        server.refuses = True
        with pytest.raises(NotSent, match="503") as refused:
            await send(f"json://me:hunter2pass@127.0.0.1:{server.port}/path-t0ken", "title", "text")
    everything = str(refused.value) + "".join(capfd.readouterr())
    assert "hunter2pass" not in everything
    assert "t0ken" not in everything


async def test_nobody_at_the_address_is_told() -> None:
    with web_hook() as server:
        port = server.port
    with pytest.raises(NotSent):
        await send(f"json://127.0.0.1:{port}/", "title", "text")


async def test_a_server_that_hangs_is_not_waited_for() -> None:
    with web_hook() as server:
        server.hangs.clear()
        with pytest.raises(NotSent, match="has not answered"):
            await send(f"json://127.0.0.1:{server.port}/", "title", "text", patience=0.2)


@pytest.mark.parametrize(
    ("url", "public", "secret"),
    [
        ("json://me:hunter2pass@localhost:8080/t0ken?x=1", "json://me:…@localhost:8080/…", "t0ken"),
        ("mailtos://me:hunter2@example.com?to=a@b.example", "mailtos://me:…@example.com/", "hunter2"),
        ("slack://TokenA1234/TokenB123/TokenCabcdefghijklmnopqrs/#news", "slack://T...4/", "TokenB123"),
        (
            "tgram://123456789:abcdefghijklmnopqrstuvwxyzabcdefghi/12345",
            "tgram://1...",
            "abcdefghijklmnopqrstuvwxyzabcdefghi",
        ),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, public: str, secret: str) -> None:
    assert shown(url).startswith(public)
    assert secret not in shown(url)
    assert secret not in hidden(f"POST {url} and {secret} failed", url, "")


def test_an_address_that_apprise_does_not_know_is_refused_without_being_repeated() -> None:
    with pytest.raises(NoChannel, match="no address that Apprise can use") as refused:
        shown("nonsense://me:hunter2@host/t0ken")
    assert "hunter2" not in str(refused.value)
    assert "t0ken" not in str(refused.value)
