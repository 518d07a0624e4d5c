"""What the doctor says of what is wrong: what was found, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newscrawl.cli.doctor import clock
from newscrawl.cli.finding import told
from newscrawl.cli.host import CHECKS, mongod
from newscrawl.cli.network import network
from newscrawl.settings import read_settings
from newscrawl.site import read_site


def test_a_problem_says_what_to_do_and_what_is_well_does_not(newscrawl: Any) -> None:
    newscrawl.environment |= {
        "NEWSCRAWL_VERIFY_TLS": "false",
        "NEWSCRAWL_USER_AGENT": "newsroom/1",
        "NEWSCRAWL_DELAYS": "3",
        "NEWSCRAWL_MONGO_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
    }
    findings = newscrawl.json("doctor", code=5)
    assert {finding["check"] for finding in findings if not finding["ok"]} == {
        "settings",
        "user agent",
        "certificates",
        "database",
    }
    assert all(bool(finding["remedy"]) != finding["ok"] for finding in findings)


def test_an_index_that_is_missing_is_found(newscrawl: Any) -> None:
    newscrawl("db", "init")
    assert next(f for f in newscrawl.json("doctor", code=3) if f["check"] == "indexes")["ok"]
    from pymongo import MongoClient

    with MongoClient(newscrawl.uri) as client:
        client[newscrawl.database].articles.drop_index("aliases_1")
    [finding] = [f for f in newscrawl.json("doctor", code=3) if f["check"] == "indexes"]
    assert "articles.aliases_1" in finding["found"]
    assert finding["remedy"] == "newscrawl db init"


def test_a_program_that_is_no_mongod_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NEWSCRAWL_MONGO_URI", raising=False)
    finding = mongod(read_settings(mongod=tmp_path / "mongod"))
    assert not finding.ok
    assert finding.remedy


def test_what_this_machine_has_is_found(tmp_path: Path) -> None:
    own = read_settings(data=tmp_path / "not" / "yet", mongo_uri="mongodb://host/")
    assert all(check(own).found for check in CHECKS)


def test_a_folder_that_cannot_be_written_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    [finding] = [check(read_settings(data=tmp_path)) for check in CHECKS if check.__name__ == "disk"]
    assert "NEWSCRAWL_DATA" in finding.remedy


@pytest.mark.parametrize(("skew", "is_ok"), [(0.0, True), (-59.0, True), (61.0, False), (-61.0, False)])
def test_clocks_may_differ_a_little(skew: float, is_ok: bool) -> None:
    assert clock(skew).ok is is_ok


def test_an_error_is_split_into_what_it_is_and_what_to_do() -> None:
    assert told("x", "it is broken; mend it; soon", "else")[2:] == ("it is broken", "mend it; soon")
    assert told("x", "it is broken", "else").remedy == "else"


def test_hosts_are_asked_for_their_name_and_their_rules(website: Any, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(website.site_file())
    site = read_site(file)
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /news")
    [finding] = network(read_settings(), [site])
    assert f"{website.base_url}/news" in finding.found
    website.pages["/robots.txt"] = (200, "User-agent: *\nDisallow: /admin")
    assert [finding.ok for finding in network(read_settings(), [site])] == [True]
    website.pages["/robots.txt"] = (503, "")
    assert "503" in network(read_settings(), [site])[0].found
    file.write_text(website.site_file().replace(website.base_url, "https://no-such-host.invalid"))
    [finding] = network(read_settings(), [read_site(file)])
    assert "no-such-host.invalid has no address" in finding.found
    assert finding.remedy
