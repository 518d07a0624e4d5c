"""A mail server and a web hook on this machine, which keep what they are sent."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What has arrived. While `refuses` is set, nothing is taken; while `hangs`, nothing is answered."""

    port: int = 0
    received: list[str] = field(default_factory=list)
    refuses: bool = False
    hangs: threading.Event = field(default_factory=threading.Event)
    """Set: answers come at once."""
    asked: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hangs.set()

    @property
    def mails(self) -> list[EmailMessage]:
        """What has arrived, as mails."""
        return [message_from_string(text, policy=policy.default) for text in self.received]  # type: ignore[misc]


@contextmanager
def mail_server() -> Iterator[Receiver]:
    """A server that speaks as much SMTP (RFC 5321) as a client needs to hand over a mail."""
    kept = Receiver()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 mail.example ESMTP")
            while line := self.rfile.readline().decode("latin-1").strip():
                match line[:4].upper():
                    case "MAIL" if kept.refuses:
                        self.say("550 5.7.1 relaying denied")
                    case "DATA":
                        self.say("354 go on")
                        lines = iter(lambda: self.rfile.readline().decode("utf-8").rstrip("\r\n"), ".")
                        kept.received.append(
                            "\n".join(text.removeprefix(".") if text[:2] == ".." else text for text in lines)
                        )
                        self.say("250 kept")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 mail.example")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        yield from _serving(server, kept)


@contextmanager
def web_hook() -> Iterator[Receiver]:
    """A server that keeps the bodies of what is posted to it."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            kept.asked.set()
            kept.hangs.wait()
            if not kept.refuses:
                kept.received.append(body)
            self.send_response(503 if kept.refuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """`received` is the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        yield from _serving(server, kept)


def _serving(server: socketserver.TCPServer, kept: Receiver) -> Iterator[Receiver]:
    server.daemon_threads = True  # type: ignore[attr-defined]
    kept.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield kept
    kept.hangs.set()
    server.shutdown()
