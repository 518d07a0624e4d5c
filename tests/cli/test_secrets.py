"""A password in the address of the database is shown nowhere: not in errors, logs, records or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.database_servers import Mongod, with_passwords

SECRET = "hunter2pass"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with with_passwords(tmp_path_factory.mktemp("guarded") / "data") as server:
        with server.client(username="root", password="root") as client:
            roles = [{"role": "dbOwner", "db": "newscrawl"}]
            client.admin.command("createUser", "crawler", pwd=SECRET, roles=roles)
        yield server


COMMANDS = (("crawl", "small", "--json"), ("doctor", "--json"), ("db", "uri"))


def assert_silent(newscrawl: Any, secret: str) -> None:
    for words in COMMANDS:
        code, output, errors = newscrawl.run(*words)
        assert words[0] == "db" or code in (1, 2, 3, 4, 5), (words, output, errors)
        assert secret not in output + errors, (words, output, errors)


@pytest.mark.parametrize(
    ("login", "secret", "place"),
    [
        (f"crawler:{SECRET}x", SECRET, "environment"),
        (f"crawler:{SECRET}x", SECRET, "file"),
        ("crawler:hun@ter2pass", "ter2pass", "environment"),
        ("crawler:hun/ter2pass", "ter2pass", "file"),
        ("crawler:hun%ter2pass", "ter2pass", "environment"),
    ],
)
def test_an_address_that_is_wrong_shows_no_password(
    newscrawl: Any, website: Any, guarded: Mongod, login: str, secret: str, place: str
) -> None:
    newscrawl.add_site("small", website.site_file())
    uri = f"mongodb://{login}@{guarded.host}/?serverSelectionTimeoutMS=300"
    del newscrawl.environment["NEWSCRAWL_MONGO_URI"]
    if place == "file":
        (newscrawl.folder / "newscrawl.toml").write_text(f'mongo_uri = "{uri}"\n')
    else:
        newscrawl.environment["NEWSCRAWL_MONGO_URI"] = uri
    assert_silent(newscrawl, secret)


def test_a_setting_that_holds_the_address_by_mistake_shows_no_password(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_DATABASE"] = f"mongodb://crawler:{SECRET}@host/"
    assert_silent(newscrawl, SECRET)
    (newscrawl.folder / "newscrawl.toml").write_text(f'mongo_uri = ["mongodb://crawler:{SECRET}@host/"]\n')
    assert_silent(newscrawl, SECRET)


def test_a_crawl_that_succeeds_logs_and_records_no_password(newscrawl: Any, website: Any, guarded: Mongod) -> None:
    website.listing("one")
    newscrawl.add_site("small", website.site_file())
    newscrawl.environment |= {
        "NEWSCRAWL_MONGO_URI": f"mongodb://crawler:{SECRET}@{guarded.host}/?authSource=admin",
        "NEWSCRAWL_DATABASE": "newscrawl",
        "NEWSCRAWL_LOG_LEVEL": "DEBUG",
    }
    code, output, errors = newscrawl.run("crawl", "small")
    assert code == 0, errors
    assert SECRET not in output + errors
    status = newscrawl("db", "status", "--json")
    assert json.loads(status)["database"]["server"] == f"mongodb://crawler:…@{guarded.host}/?authSource=admin"
    assert SECRET not in newscrawl("doctor", "--json", code=3)
    with guarded.client(username="root", password="root") as client:
        records = [document for name in ("runs", "failures") for document in client["newscrawl"][name].find()]
    assert SECRET not in repr(records)
    assert not [
        path for path in Path(newscrawl.data).rglob("*") if path.is_file() and SECRET in path.read_text("latin-1")
    ]
