"""A database that the tests of a module share, empty for each; a receiver over real HTTP; stored articles."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newscrawl.article import Article
from newscrawl.normalize.text import fingerprint
from newscrawl.selection import Selection
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.spool import Spool
from newscrawl.store.webhooks import add_webhook
from newscrawl.subscription import Webhook
from newscrawl.webhooks.deliver import Deliverer
from newscrawl.webhooks.sending import Sender
from newscrawl.webhooks.signing import new_secret
from tests.conftest import ROOT

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
Save = Callable[..., Awaitable[None]]


@dataclass
class Message:
    """One message as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Keeps what it is sent. `answers`: what the next requests get, status and headers; then all get 200."""

    url: str = ""
    received: list[Message] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    before_answer: Callable[[Message], object] = lambda _message: None

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.received]

    @property
    def headlines(self) -> list[str]:
        return [message.event["data"]["headline"] for message in self.received]

    def will_answer(self, *statuses: int, **headers: str) -> None:
        self.answers = [(status, {name.replace("_", "-"): v for name, v in headers.items()}) for status in statuses]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            message = Message(headers, self.rfile.read(int(self.headers["Content-Length"])))
            kept.received.append(message)
            kept.before_answer(message)
            status, further = kept.answers.pop(0) if kept.answers else (200, {})
            self.send_response(status)
            for name, value in further.items():
                self.send_header(name, value)
            said = b"not like this" if status == 400 else b""
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_arguments: object) -> None:
            """`received` is the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        kept.url = f"http://127.0.0.1:{server.server_port}/hooks"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield kept
        server.shutdown()


@pytest.fixture(scope="session")
def is_genuine() -> Callable[..., bool]:
    """The check of a signature that docs/webhooks.md gives to receivers: it knows nothing of newscrawl."""
    page = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    found = re.search(r'^```python title="receiver.py"\n(.*?)^```', page, re.M | re.S)
    assert found is not None
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(found[1], "receiver.py", "exec"), names)
    return names["is_genuine"]  # type: ignore[no-any-return]


@pytest.fixture
async def save(connection: Connection, tmp_path: Path) -> Save:
    """Store articles: `await save("a headline", site="unn")`."""

    async def store(*headlines: str, hours: int = 0, **fields: Any) -> None:
        writer = ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.001)
        for headline in headlines:
            site = fields.get("site", "unn")
            url = fields.get("url", f"https://{site}.example/news/{headline.replace(' ', '-')}")
            body = fields.get("body", f"The text of {headline}.")
            article = Article(
                **{"url": url, "site": site, "headline": headline, "body": body, "language": "en", **fields},
                fingerprint=fingerprint(headline, None, body),
            )
            await writer.save(article, now=NOW + timedelta(hours=hours))
        await writer.close()

    return store


@pytest.fixture
async def subscribe(connection: Connection, receiver: Receiver) -> Callable[..., Awaitable[Webhook]]:
    """Add a webhook: `await subscribe("desk", sites=("unn",))`."""

    async def add(name: str = "desk", *, url: str | None = None, changes: Any = None, **filters: Any) -> Webhook:
        webhook = Webhook(
            name=name,
            url=url or receiver.url,
            secret=new_secret(),
            selection=Selection(**filters),
            allows_private=True,
            added_at=NOW,
            seq=0,
        ).model_copy(update=changes or {})
        assert await add_webhook(connection.database, webhook)
        return webhook

    return add


@dataclass
class Clock:
    """Tells an instant until it is set to a later one."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def deliverer(connection: Connection, clock: Clock) -> AsyncIterator[Deliverer]:
    """What delivers, without chance."""
    async with Sender("0", patience=0.4) as sender:
        yield Deliverer(connection.database, sender, clock=clock, chance=lambda: 0.5)
