"""A planner, two workers, a real broker: what a worker that is killed had is done by the other one."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, missing
from tests.conftest import Newscrawl, Website
from tests.waiting import until

Start = Callable[..., subprocess.Popen[str]]
SITES = ("one", "two", "three")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if why := missing("redis"):
        pytest.skip(f"{why}: no broker to carry jobs")
    broker = Broker("redis", tmp_path / "broker")
    yield broker
    broker.stop()


@pytest.fixture
def fleet(newscrawl: Newscrawl, broker: Broker) -> Newscrawl:
    newscrawl.environment |= {"NEWSCRAWL_BROKER": broker.uri, "NEWSCRAWL_JOB_SITES": "2", "NEWSCRAWL_REVISITS": ""}
    return newscrawl


@pytest.fixture
def start(fleet: Newscrawl) -> Iterator[Start]:
    """Starts a command that is killed at the end, where it still runs."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        started.append(fleet.start(*words))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def websites(fleet: Newscrawl) -> Iterator[dict[str, Website]]:
    sites = {name: Website("", {}) for name in SITES}
    for name, site in sites.items():
        site.start()
        site.listing(f"{name}-first", f"{name}-second")
        fleet.add_site(name, site.site_file())
    yield sites
    for site in sites.values():
        site.stop()


def test_every_article_is_stored_once_though_a_worker_is_killed(
    fleet: Newscrawl, start: Start, websites: dict[str, Website]
) -> None:
    listing, may_go_on = websites["one"].pages["/news"], threading.Event()
    assert isinstance(listing, tuple)

    def held_up() -> tuple[int, bytes | str]:
        may_go_on.wait(60)
        return listing

    websites["one"].pages["/news"] = held_up
    fleet("schedule", "add", *SITES, "--every", "1h", "--name", "all")
    workers = [start("worker"), start("worker")]
    until(lambda: len(fleet.documents("workers")) == 2)
    planner = start("schedule", "run", "--once")
    until(lambda: "/news" in websites["one"].requests, planner)
    name = next(job["worker"] for job in fleet.documents("jobs", sites="one"))
    victim = next(worker["pid"] for worker in fleet.documents("workers", name=name))
    killed, survivor = sorted(workers, key=lambda worker: worker.pid != victim)
    killed.kill()
    killed.communicate()
    until(lambda: fleet.documents("jobs", sites="one", attempts=2), planner)
    may_go_on.set()
    _, said = planner.communicate(timeout=90)
    assert planner.returncode == 0, said
    assert f"dead: process {victim}" in said
    stored = Counter(article["url"] for article in fleet.documents("articles"))
    assert stored == {
        f"{site.base_url}/news/{name}-{which}": 1 for name, site in websites.items() for which in ("first", "second")
    }
    assert [(slot["state"], slot["code"], slot["jobs"]) for slot in fleet.documents("slots")] == [("ended", 0, 2)]
    assert {(row["pid"], row["state"]) for row in fleet.json("workers")} == {(victim, "dead"), (survivor.pid, "alive")}
    survivor.terminate()
    _, said = survivor.communicate(timeout=30)
    assert survivor.returncode == 128 + signal.SIGTERM, said
    assert "Traceback" not in said
    assert [worker["pid"] for worker in fleet.documents("workers")] == [victim]
    assert fleet.documents("leases", name={"$ne": "scheduler"}) == []


def test_a_worker_that_is_told_to_end_gives_its_job_back_and_the_next_one_does_it(
    fleet: Newscrawl, start: Start, websites: dict[str, Website]
) -> None:
    asked, may_go_on = threading.Event(), threading.Event()
    listing = websites["one"].pages["/news"]
    assert isinstance(listing, tuple)

    def held_up() -> tuple[int, bytes | str]:
        asked.set()
        may_go_on.wait(60)
        return listing

    websites["one"].pages["/news"] = held_up
    fleet("schedule", "add", "one", "--every", "1h", "--name", "all")
    planner = start("schedule", "run", "--once")
    first = start("worker")
    until(asked.is_set, first)
    first.terminate()
    _, said = first.communicate(timeout=30)
    assert first.returncode == 128 + signal.SIGTERM, said
    assert "given back" in said
    assert [job["state"] for job in fleet.documents("jobs")] == ["waiting"]
    may_go_on.set()
    second = start("worker")
    _, said = planner.communicate(timeout=90)
    second.terminate()
    second.communicate(timeout=30)
    assert planner.returncode == 0, said
    assert len(fleet.documents("articles")) == 2


def test_without_a_broker_the_commands_say_what_to_name(newscrawl: Newscrawl) -> None:
    code, _, said = newscrawl.run("worker")
    assert (code, "NEWSCRAWL_BROKER" in said) == (2, True)
    code, _, said = newscrawl.run("worker", "--broker", "http://ana:secret@127.0.0.1/")
    assert (code, "amqp://" in said, "secret" in said) == (2, True, False)


def test_a_broker_that_is_down_is_named_without_its_password(newscrawl: Newscrawl) -> None:
    for words in (("worker",), ("schedule", "run")):
        code, _, said = newscrawl.run(*words, "--broker", "redis://ana:secret@127.0.0.1:1/0")
        assert (code, "Redis at redis://ana:…@127.0.0.1:1/0" in said, "secret" in said) == (5, True, False)


def test_where_no_worker_runs_it_is_said(newscrawl: Newscrawl) -> None:
    assert "newscrawl worker" in newscrawl("workers", code=4)
    assert newscrawl.envelope("workers", code=4)["waiting"] == {"jobs": 0, "sites": 0, "oldest": None}
