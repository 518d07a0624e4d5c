"""Databases that change their primary in mid-crawl, or that refuse the crawler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.replica import Server
from tests.database_servers import Mongod, ReplicaSet, with_passwords
from tests.waiting import until_asked


@pytest.fixture
def replica_set(tmp_path: Path) -> Iterator[ReplicaSet]:
    servers = ReplicaSet(tmp_path / "servers")
    yield servers
    servers.stop()


@pytest.mark.parametrize(
    "fault", [ReplicaSet.step_down, lambda servers: servers.primary().kill()], ids=["step down", "kill"]
)
def test_another_primary_in_mid_crawl_costs_nothing(
    newscrawl: Any, replica: Server, replica_set: ReplicaSet, fault: Callable[[ReplicaSet], None]
) -> None:
    newscrawl.uri = newscrawl.environment["NEWSCRAWL_MONGO_URI"] = replica_set.uri
    process = newscrawl.start("crawl", "replica")
    until_asked(replica, 30, process)
    fault(replica_set)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    assert newscrawl.headlines() == sorted(article.headline for article in replica.replica.articles)
    assert newscrawl.json("db", "status")["spooled"] == 0


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with with_passwords(tmp_path_factory.mktemp("guarded") / "data") as server:
        yield server


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("writer:wrong@", "refuses the user writer"),
        ("", "asks for a user and a password"),
        ("reader:reader@", "refuses the user reader the right"),
    ],
)
def test_a_database_that_refuses_the_user_says_so(
    newscrawl: Any, replica: Server, guarded: Mongod, user: str, said: str
) -> None:
    newscrawl.environment |= {
        "NEWSCRAWL_MONGO_URI": f"mongodb://{user}{guarded.host}/",
        "NEWSCRAWL_DATABASE": "newscrawl",
    }
    code, output, errors = newscrawl.run("crawl", "replica")
    assert code == 5
    assert said in errors, errors
    assert "NEWSCRAWL_MONGO_URI" in errors
    assert "wrong@" not in output + errors
    assert not replica.requests


def test_a_database_with_a_password_is_crawled_into(newscrawl: Any, replica: Server, guarded: Mongod) -> None:
    newscrawl.uri = newscrawl.environment["NEWSCRAWL_MONGO_URI"] = (
        f"mongodb://writer:writer@{guarded.host}/?authSource=admin"
    )
    newscrawl.database = newscrawl.environment["NEWSCRAWL_DATABASE"] = "newscrawl"
    newscrawl("crawl", "replica", "--limit", "3")
    assert len(newscrawl.headlines()) == 3
