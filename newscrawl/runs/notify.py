"""Sending a message through Apprise: in a thread, within a time, and without its secrets in what goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote, urlsplit

from newscrawl.normalize.secrets import mask

PATIENCE = 30.0  # seconds for one message
WEBHOOKS = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})
SHORTEST_SECRET = 4  # characters; what is shorter stands in many words


class _Hearing(logging.Handler):
    """Keeps what Apprise complains of, for whoever asked it in this context; Apprise hands that on to its threads."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep warnings, and the exceptions that Apprise tells on its finest level only."""
        said = _SAID.get()
        text = record.getMessage()
        if said is not None and (record.levelno >= logging.WARNING or "xception" in text):
            said.append(" ".join(text.split()))


_SAID: ContextVar[list[str] | None] = ContextVar("said", default=None)

# Apprise's log tells whole addresses: it is heard here and goes nowhere else.
_LOGGER = logging.getLogger("apprise")
_LOGGER.setLevel(logging.DEBUG)
_LOGGER.propagate = False
_LOGGER.addHandler(_Hearing())
logging.getLogger("urllib3").setLevel(logging.ERROR)  # it tells the paths of web hooks


class NotSent(Exception):
    """A message could not be sent. The text says why, without secrets."""


class NoChannel(ValueError):
    """An address that Apprise does not know. The text says why, without secrets."""


def shown(url: str) -> str:
    """The address of a channel without its secrets. Raises NoChannel where it leads nowhere."""
    import apprise

    with _complaints() as said:
        found = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if found is None:
        scheme = urlsplit(url).scheme
        why = hidden("; ".join(said[-1:]), url, "")
        raise NoChannel(
            f"{scheme or 'this'}:// is no address that Apprise can use{f' ({why})' if why else ''}; it looks like"
            " mailto://USER:PASSWORD@HOST?to=NAME@HOST, slack://TOKENS or json://HOST/PATH"
        )
    address: Any = found  # Apprise has no types
    named = str(address.url(privacy=True)).partition("?")[0]
    scheme, _, rest = named.partition("://")
    if scheme in WEBHOOKS:  # their path is what keeps others out
        host, _, path = rest.partition("/")
        named = f"{scheme}://{host}/{'…' if path else ''}"
    return mask(named)


async def send(url: str, title: str, body: str, *, patience: float = PATIENCE) -> None:
    """Send one message. Raises NotSent, within `patience` seconds.

    A thread that hangs is left behind: it ends with the process.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str | None] = loop.create_future()

    def settle(problem: str | None) -> None:
        if not done.done():
            done.set_result(problem)

    def work() -> None:
        problem = _send(url, title, body)
        with contextlib.suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(settle, problem)

    threading.Thread(target=work, name="newscrawl-alert", daemon=True).start()
    try:
        problem = await asyncio.wait_for(done, patience)
    except TimeoutError:
        problem = f"it has not answered within {patience:.0f} s"
    if problem is not None:
        raise NotSent(problem)


def _send(url: str, title: str, body: str) -> str | None:
    """Why it could not be sent; None: it was."""
    import apprise

    with _complaints() as said:
        try:
            sender = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))  # in this thread
            if not sender.add(url):
                return "Apprise does not know this address"
            is_sent = sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # a plug-in of Apprise may raise whatever its libraries do
            return hidden(f"{type(error).__name__}: {error}", url, "")
    if is_sent:
        return None
    return hidden("; ".join(said), url, "") or "it was refused"


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """What Apprise says is wrong."""
    said: list[str] = []
    token = _SAID.set(said)
    try:
        yield said
    finally:
        _SAID.reset(token)


def hidden(text: str, url: str, public: str) -> str:
    """A text without what is secret in the address of a channel; `public`: the address as it may be shown."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    pieces = {url, *login.split(":"), *parts.path.split("/"), *parts.query.replace("=", "&").split("&"), parts.fragment}
    if parts.scheme not in WEBHOOKS and "." not in host:  # with a service, the first token stands there
        pieces |= {host, *host.split(":")}
    for piece in sorted({*pieces, *map(unquote, pieces)}, key=len, reverse=True):
        if len(piece) >= SHORTEST_SECRET and piece not in public:
            text = text.replace(piece, "…")
    return mask(text)[:500]
