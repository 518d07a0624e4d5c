"""`newscrawl crawl --jobs N`, through real processes: one crawl, one result, whatever becomes of one of them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newscrawl.store.local import LocalServer
from newscrawl.store.runs import end_crashed
from tests.waiting import until

SITES = ("alpha", "beta", "gamma", "delta")


class Town:
    """Some sites at one port, each at an address of its own, with three articles; `hangs` names what gets no answer."""

    def __init__(self) -> None:
        self.hangs: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        """Address of a site and path."""
        self.is_over = threading.Event()
        town = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                town.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """`asked` is the log."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

        self.server = Quiet(("0.0.0.0", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        host = request.headers["Host"].partition(":")[0]
        self.asked.append((host, request.path))
        if f"{host}{request.path}" in self.hangs:
            self.is_over.wait(60)
            return
        page = self.page(request.path)
        request.send_response(200 if page else 404)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(page.encode())

    @staticmethod
    def page(path: str) -> str:
        if path == "/news":
            links = "".join(f'<li><a href="/news/story-{n}">The headline of story {n}</a></li>' for n in range(3))
            return f"<html><body><main><ul>{links}</ul></main></body></html>"
        if path.startswith("/news/"):
            text = f"<p>The text of {path} is long enough to be read as that of an article, and tells of it.</p>" * 4
            return f"<html><body><article><h1>The headline of {path}</h1>{text}</article></body></html>"
        return ""

    def add_sites(self, newscrawl: Any, names: tuple[str, ...] = SITES) -> None:
        for number, name in enumerate(names):
            base = f"http://127.0.5.{number + 1}:{self.port}"
            newscrawl.add_site(
                name,
                f'publisher = "{name}"\nhome = "{base}/"\narticle = "/news/[a-z0-9-]+$"\n'
                f'[[editions]]\nname = "en"\nlanguage = "en"\nlistings = ["{base}/news"]\n',
            )


@pytest.fixture
def town(newscrawl: Any) -> Iterator[Town]:
    town = Town()
    town.add_sites(newscrawl)
    yield town
    town.is_over.set()
    town.server.shutdown()
    town.server.server_close()


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    output, errors = process.communicate(timeout=60)
    assert "Traceback" not in output + errors, errors
    return output, errors


def test_two_processes_give_one_result_with_one_record_a_site(newscrawl: Any, town: Town) -> None:
    found = newscrawl.json("crawl", *SITES, "-j", "2", "--idempotency-key", "monday")
    assert {run["site"]: run["counts"]["new"] for run in found["runs"]} == dict.fromkeys(SITES, 3)
    stored = newscrawl.documents("runs")
    assert sorted(run["site"] for run in stored) == sorted(SITES)
    assert {run["_id"] for run in stored} == {run["_id"] for run in found["runs"]}
    assert len({run["pid"] for run in stored}) == 2
    assert all(run["command"].startswith("newscrawl crawl alpha beta") for run in stored)

    asked = len(town.asked)
    again = newscrawl.json("crawl", *SITES, "-j", "2", "--idempotency-key", "monday")
    assert again["earlier"] == sorted(SITES)
    assert len(town.asked) == asked


def test_a_dry_run_prints_the_articles_of_all_processes_and_writes_nothing(newscrawl: Any, town: Town) -> None:
    found = newscrawl.json("crawl", *SITES, "--jobs", "2", "--dry-run", "--limit", "2")
    assert sorted(article["site"] for article in found["articles"]) == sorted([*SITES, *SITES])
    assert newscrawl.documents("articles") == newscrawl.documents("runs") == []


def test_a_process_that_is_killed_costs_the_sites_that_it_crawled_then_and_no_other(newscrawl: Any, town: Town) -> None:
    town.hangs = {"127.0.5.1/news/story-1", "127.0.5.2/news/story-1"}
    process = newscrawl.start("crawl", *SITES, "-j", "2", "--json")
    until(lambda: {("127.0.5.1", "/news/story-1"), ("127.0.5.2", "/news/story-1")} <= set(town.asked), process)
    until(lambda: sum(run["outcome"] == "ok" for run in newscrawl.documents("runs")) == 2, process)
    [pid] = {run["pid"] for run in newscrawl.documents("runs", site="alpha")}
    crawled = {run["site"] for run in newscrawl.documents("runs", pid=pid, outcome=None)}
    os.kill(pid, signal.SIGKILL)
    town.hangs.clear()
    town.is_over.set()
    output, errors = ended(process)
    assert process.returncode == 1
    assert f"alpha: the process that crawled it, {pid}, was killed" in errors
    runs = {run["site"]: run for run in json.loads(output)["crawl"]["runs"]}
    assert {name for name, run in runs.items() if run["reason"] == "crashed"} == crawled
    assert {name for name, run in runs.items() if run["outcome"] == "ok"} == set(SITES) - crawled
    assert newscrawl.documents("runs", ended_at=None) == []


def test_a_signal_ends_all_processes_in_order(newscrawl: Any, town: Town) -> None:
    town.hangs = {"127.0.5.1/news/story-2", "127.0.5.2/news/story-2"}
    process = newscrawl.start("crawl", *SITES, "-j", "2")
    until(lambda: len(newscrawl.documents("articles")) == 4 * 3 - 2, process)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    ended(process)
    assert time.monotonic() - begun < 10
    assert process.returncode == 128 + signal.SIGINT
    runs = newscrawl.documents("runs")
    assert sorted(run["site"] for run in runs) == sorted(SITES)
    assert all(run["ended_at"] is not None and is_gone(run["pid"]) for run in runs)
    assert newscrawl.documents("failures") == []


def test_a_second_signal_ends_all_processes_at_once(newscrawl: Any, town: Town) -> None:
    town.hangs = {"127.0.5.1/news/story-2"}
    process = newscrawl.start("crawl", "alpha", "beta", "-j", "2")
    until(lambda: ("127.0.5.1", "/news/story-2") in town.asked, process)
    [pid] = {run["pid"] for run in newscrawl.documents("runs", site="alpha")}
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)  # two signals at the same instant are one
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    ended(process)
    assert time.monotonic() - begun < 2
    until(lambda: is_gone(pid))


def test_a_second_signal_ends_the_embedded_database_too(embedded: Any, town: Town) -> None:
    town.add_sites(embedded)
    town.hangs = {"127.0.5.1/news/story-2"}
    process = embedded.start("crawl", "alpha", "beta", "-j", "2")
    until(lambda: ("127.0.5.1", "/news/story-2") in town.asked, process)
    server = LocalServer(embedded.data).pid()
    assert server is not None
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)  # two signals at the same instant are one
    process.send_signal(signal.SIGINT)
    ended(process)
    assert process.returncode == 128 + signal.SIGINT
    until(lambda: is_gone(server))


def test_a_signal_of_the_terminal_to_processes_that_have_just_begun_ends_them_without_a_word(
    newscrawl: Any, town: Town
) -> None:
    process = newscrawl.start("crawl", *SITES, "-j", "2")
    parts: list[int] = []

    def have_begun() -> bool:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        parts[:] = [int(pid) for pid in children if b"crawl.part" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return len(parts) == 2 and all(processor_ticks(pid) >= 15 for pid in parts)  # in the midst of their imports

    until(have_begun, process)
    for pid in (*parts, process.pid):
        os.kill(pid, signal.SIGINT)
    _, errors = ended(process)
    assert process.returncode == 128 + signal.SIGINT
    assert "KeyboardInterrupt" not in errors
    assert all(map(is_gone, parts))


def test_processes_end_in_order_where_the_one_that_leads_is_killed(newscrawl: Any, town: Town) -> None:
    town.hangs = {"127.0.5.1/news/story-2"}
    process = newscrawl.start("crawl", "alpha", "beta", "-j", "2")
    until(lambda: ("127.0.5.1", "/news/story-2") in town.asked, process)
    process.kill()
    process.communicate()
    until(lambda: all(run["reason"] in ("finished", "shutdown", "interrupted") for run in newscrawl.documents("runs")))


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def processor_ticks(pid: int) -> int:
    """Processor time of a process so far, in the kernel's ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("text", ["many", "-2", "1.5", "1000", ""])
def test_what_is_no_number_of_processes_is_refused(newscrawl: Any, text: str) -> None:
    code, _, errors = newscrawl.run("crawl", "unn", f"--jobs={text}")
    assert code == 2
    assert "no number of processes" in errors


async def test_only_runs_of_the_process_that_is_gone_are_ended(connection: Any) -> None:
    now = datetime.now(UTC)
    begun = {"host": socket.gethostname(), "command": "newscrawl crawl", "version": "1", "started_at": now}
    common = {**begun, "ended_at": None, "reason": None, "outcome": None}
    await connection.database["runs"].insert_many(
        [
            {"_id": "a", "site": "a", "pid": 7, **common},
            {"_id": "b", "site": "b", "pid": 8, **common},
            {"_id": "c", "site": "c", "pid": 7, **common, "ended_at": now, "reason": "finished", "outcome": "ok"},
        ]
    )
    assert set(await end_crashed(connection.database, 7, ["a", "b", "c"])) == {"a"}
    assert await connection.database["runs"].distinct("_id", {"reason": "crashed"}) == ["a"]
