"""Ctrl-C and SIGTERM, through real processes: how soon a run ends, and that the next one completes its work."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pymongo import MongoClient

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.store.local import LocalServer
from tests.waiting import until

SOON = 10.0
"""Seconds that the end may take after the first signal."""
AT_ONCE = 2.0
"""After the second one; it takes some hundredths of a second where the machine has nothing else to do."""
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])


class End(NamedTuple):
    code: int
    seconds: float
    errors: str


def end(process: subprocess.Popen[str], *numbers: int) -> End:
    """Send the signals one after the other, and wait for the end; its seconds are counted from the last one."""
    for number in numbers[:-1]:
        process.send_signal(number)
        time.sleep(0.3)  # two signals at the same instant are one
    begin = time.monotonic()
    process.send_signal(numbers[-1])
    output, errors = process.communicate(timeout=60)
    seconds = time.monotonic() - begin
    assert "Traceback" not in output + errors, errors
    assert not [line for line in errors.splitlines() if "Unhandled" in line or "never retrieved" in line], errors
    return End(process.returncode, seconds, errors)


class Slow:
    """A site of one listing, whose articles answer as `behave` says: `fine`, `hang` or `drip`."""

    def __init__(self) -> None:
        self.behave: dict[str, str] = {}
        self.asked: list[str] = []
        self.is_over = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """`asked` is the log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        self.asked.append(name)
        behaviour = self.behave.get(name, "fine")
        try:
            if behaviour == "hang":
                self.is_over.wait(60)
                return
            page = self.listing() if name == "news" else self.article(name)
            request.send_response(200 if name == "news" or name in self.behave else 404)
            request.send_header("Content-Type", "text/html")
            request.end_headers()
            if behaviour == "drip":
                for _ in range(600):
                    request.wfile.write(b" ")
                    request.wfile.flush()
                    if self.is_over.wait(0.1):
                        return
            request.wfile.write(page.encode())
        except OSError:  # the crawler has given it up
            return

    def listing(self) -> str:
        links = "".join(f'<li><a href="/news/{name}">The headline of {name}</a></li>' for name in self.behave)
        return f"<html><body><main><ul>{links}</ul></main></body></html>"

    @staticmethod
    def article(name: str) -> str:
        text = f"<p>The text of {name} is long enough to be read as the text of an article, and tells of it.</p>" * 4
        return f"<html><body><article><h1>The headline of {name}</h1>{text}</article></body></html>"

    def site_file(self) -> str:
        return (
            f'publisher = "Slow News"\nhome = "{self.base_url}/"\narticle = "/news/[a-z0-9-]+$"\n'
            f'[[editions]]\nname = "en"\nlanguage = "en"\nlistings = ["{self.base_url}/news"]\n'
        )


@pytest.fixture
def slow(newscrawl: Any) -> Iterator[Slow]:
    site = Slow()
    newscrawl.add_site("slow", site.site_file())
    yield site
    site.is_over.set()
    site.server.shutdown()
    site.server.server_close()


def assert_the_next_run_completes(newscrawl: Any, slow: Slow) -> None:
    """Nothing missing, nothing doubled, nothing recorded as failed that was not asked for to the end."""
    assert newscrawl.documents("failures") == []
    assert newscrawl.json("db", "status")["spooled"] == 0
    slow.behave = dict.fromkeys(slow.behave, "fine")
    newscrawl.environment["NEWSCRAWL_DELAY"] = "0"
    newscrawl("crawl", "slow")
    assert newscrawl.headlines() == sorted(f"The headline of {name}" for name in slow.behave)


@pytest.mark.parametrize(("behaviour", "number"), [("hang", signal.SIGINT), ("drip", signal.SIGTERM)])
def test_a_download_without_end_is_given_up_and_what_was_fetched_is_stored(
    newscrawl: Any, slow: Slow, behaviour: str, number: int
) -> None:
    slow.behave = {"one": "fine", "two": behaviour, "three": "fine"}
    process = newscrawl.start("crawl", "slow")
    until(lambda: {"one", "two", "three"} <= set(slow.asked), process)
    ended = end(process, number)
    assert ended.code == 128 + number
    assert ended.seconds < SOON
    [run] = newscrawl.documents("runs")
    assert run["reason"] in ("shutdown", "interrupted")
    assert run["outcome"] == "failed"
    assert newscrawl.headlines() == ["The headline of one", "The headline of three"]
    assert_the_next_run_completes(newscrawl, slow)


@pytest.mark.parametrize("delay", ["10", "3600"])
def test_hosts_that_are_waited_for_are_waited_for_no_more(newscrawl: Any, slow: Slow, delay: str) -> None:
    slow.behave = {f"article-{number}": "fine" for number in range(16)}
    newscrawl.environment["NEWSCRAWL_DELAY"] = delay
    process = newscrawl.start("crawl", "slow")
    until(lambda: newscrawl.documents("runs"), process)
    ended = end(process, signal.SIGTERM)
    assert ended.code == 143
    assert ended.seconds < SOON
    assert_the_next_run_completes(newscrawl, slow)


@BOTH
def test_a_second_signal_ends_the_run_at_once(newscrawl: Any, slow: Slow, number: int) -> None:
    slow.behave = {"one": "fine", "two": "hang", "three": "fine"}
    process = newscrawl.start("crawl", "slow")
    until(lambda: {"one", "two", "three"} <= set(slow.asked), process)
    ended = end(process, number, number)
    assert ended.code == 128 + number
    assert ended.seconds < AT_ONCE
    assert_the_next_run_completes(newscrawl, slow)


def test_visits_that_the_run_did_not_come_to_are_due_again(newscrawl: Any, slow: Slow) -> None:
    slow.behave = {f"article-{number}": "fine" for number in range(6)}
    newscrawl("crawl", "slow")
    due = datetime.now(UTC) - timedelta(hours=1)
    with MongoClient(newscrawl.uri) as client:
        client[newscrawl.database]["articles"].update_many({}, {"$set": {"next_visit_at": due}})
    slow.behave = dict.fromkeys(slow.behave, "hang")
    slow.asked.clear()
    process = newscrawl.start("crawl", "slow", "--revisit")
    until(lambda: set(slow.behave) & set(slow.asked), process)
    assert end(process, signal.SIGTERM).seconds < SOON
    planned = {document["next_visit_at"] for document in newscrawl.documents("articles")}
    assert all(abs(at - due) < timedelta(seconds=1) for at in planned)
    assert newscrawl.documents("failures") == []


@pytest.fixture
def far_database(tmp_path: Path) -> Iterator[LocalServer]:
    """A database server that newscrawl did not start and so does not start again."""
    server = LocalServer(tmp_path / "far")
    server.start()
    yield server
    server.stop()


def test_what_a_database_that_is_away_does_not_take_waits_on_disk(
    newscrawl: Any, replica: Server, far_database: LocalServer
) -> None:
    newscrawl.uri = newscrawl.environment["NEWSCRAWL_MONGO_URI"] = far_database.uri
    process = newscrawl.start("crawl", "replica")
    until(lambda: len(replica.requests) > 40, process)
    pid = far_database.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    ended = end(process, signal.SIGTERM)
    assert ended.code == 143
    assert ended.seconds < SOON
    far_database.start()
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == sorted(article.headline for article in replica.replica.articles)
    assert newscrawl.json("db", "status")["spooled"] == 0
    assert {run["reason"] for run in newscrawl.documents("runs")} <= {"finished", "shutdown", "interrupted"}


def embedded_server_is_gone(embedded: Any) -> bool:
    return LocalServer(embedded.data).pid() is None


@pytest.mark.parametrize(
    ("instant", "number", "signals"),
    [
        (0.05, signal.SIGTERM, 1),
        (0.3, signal.SIGTERM, 1),
        (0.8, signal.SIGTERM, 2),
        (1.2, signal.SIGINT, 1),
        (1.6, signal.SIGTERM, 2),
        (2.0, signal.SIGTERM, 1),
    ],
)
def test_a_run_that_has_just_begun_ends_as_soon_and_leaves_no_database_behind(
    embedded: Any, instant: float, number: int, signals: int
) -> None:
    with serve(Replica(articles=12)) as server:
        embedded.add_site("replica", site_file(server.base_url))
        process = embedded.start("crawl", "replica")
        time.sleep(instant)
        ended = end(process, *[number] * signals)
        assert ended.code in (128 + number, -number)  # the second: Python itself had not begun
        assert ended.seconds < (SOON if signals == 1 else AT_ONCE)
        until(lambda: embedded_server_is_gone(embedded), longest=SOON)
        embedded("crawl", "replica")
        assert embedded("articles", "list", "--site", "replica")


@pytest.mark.parametrize("instant", [0, 0.03, 0.06, 0.1, 0.15])
def test_a_signal_while_the_run_closes_does_not_cost_its_record(newscrawl: Any, slow: Slow, instant: float) -> None:
    slow.behave = {f"article-{number}": "fine" for number in range(30)}
    process = newscrawl.start("crawl", "slow")
    until(lambda: set(slow.behave) <= set(slow.asked), process)
    time.sleep(instant)
    ended = end(process, signal.SIGTERM)
    assert ended.seconds < SOON
    [run] = newscrawl.documents("runs")
    assert run["ended_at"] is not None
    assert run["reason"] in ("finished", "shutdown", "interrupted")
    assert_the_next_run_completes(newscrawl, slow)


def test_the_requests_of_a_run_are_those_that_were_sent(newscrawl: Any, slow: Slow) -> None:
    slow.behave = {f"article-{number}": "hang" for number in range(30)}
    process = newscrawl.start("crawl", "slow")
    until(lambda: set(slow.asked) & set(slow.behave), process)
    end(process, signal.SIGTERM)
    [run] = newscrawl.documents("runs")
    assert run["counts"]["requests"] == len(slow.asked)
