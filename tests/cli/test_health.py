"""`newscrawl health` and `newscrawl alerts` as an operator meets them: a site that has lost its leads, and one that is well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from tests.conftest import Newscrawl
from tests.runs.receivers import Receiver, mail_server, web_hook
from tests.runs.simulation import START, Kind, document, history, lead_is_lost

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, DAYS = timedelta(hours=1), 30
SITE = """publisher = "Small News"
home = "https://small.example/"
timezone = "Europe/Kyiv"
[[editions]]
name = "en"
language = "en"
listings = ["https://small.example/news"]
"""
LOST = NOW - 10 * HOUR


@pytest.fixture(scope="module")
def told(newscrawl_of_module: Newscrawl) -> Newscrawl:
    """The command, with the history of two sites."""
    newscrawl = newscrawl_of_module
    for name in ("small", "well"):
        newscrawl.add_site(name, SITE)
    newscrawl("db", "init")
    shift = NOW - START - DAYS * timedelta(days=1)
    runs = list(history(Kind(480, HOUR, failing_runs=0), DAYS, 3))
    sick = [lead_is_lost(run) if run.started_at + shift >= LOST else run for run in runs]
    with MongoClient(newscrawl.uri) as client:
        database = client[newscrawl.database]
        database["runs"].insert_many([document(run, "small", shift) for run in sick])
        database["runs"].insert_many([document(run, "well", shift) for run in runs])
        articles = [
            {"_id": f"a{number}", "url": f"https://small.example/news/{number}", "site": "small", "lead": lead}
            | {"published": {"at": at}, "fetch": {"at": at + HOUR / 2}}
            for number, (at, lead) in enumerate([(LOST - 3 * HOUR, "A lead"), (LOST + HOUR, None)])
        ]
        database.command("insert", "articles", documents=articles, bypassDocumentValidation=True)
    return newscrawl


def test_health_of_all_sites_tells_which_one_needs_a_look(told: Newscrawl) -> None:
    head, small, well = told("health", code=3).splitlines()
    assert head.split()[:3] == ["site", "state", "since"]
    assert small.split()[:2] == ["small", "degraded"]
    assert "lead: 0 % of " in small
    assert well.split()[:2] == ["well", "ok"]
    assert " of " in well  # articles of the last day, and what is usual


def test_health_of_a_site_shows_the_last_good_article_beside_a_bad_one_and_how_to_go_on(told: Newscrawl) -> None:
    text = told("health", "small", code=3)
    assert text.startswith("small: degraded since ")
    assert "now   https://small.example/news/1" in text
    assert "good  https://small.example/news/0 (A lead)" in text
    assert "`newscrawl sites check small`, `newscrawl replay --run " in text


def test_health_as_json_has_the_verdict(told: Newscrawl) -> None:
    well, small = sorted(told.json("health", code=3), key=lambda row: str(row["state"] != "ok"))
    assert (well["site"], well["state"], well["verdict"]["findings"]) == ("well", "ok", [])
    [finding] = small["verdict"]["findings"]
    assert (finding["what"], finding["subject"], finding["observed"]) == ("field", "lead", 0)
    assert finding["expected"] == pytest.approx(0.97, abs=0.03)
    assert datetime.fromisoformat(finding["since"]) - LOST < 2 * HOUR
    assert finding["sample"]["good"] == "https://small.example/news/0"
    assert small["troubles"] == [finding["sentence"]]


# --- alerts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hook() -> Iterator[Receiver]:
    with web_hook() as server:
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[Receiver]:
    with mail_server() as server:
        yield server


def test_alerts_go_by_mail_and_to_a_web_hook_and_show_no_secret(
    told: Newscrawl, hook: Receiver, mail: Receiver
) -> None:
    secret = told.folder / "url.txt"
    secret.write_text(f"json://me:hunter2pass@127.0.0.1:{hook.port}/path-t0ken\n")
    said = [told("alerts", "check", code=4)]
    said.append(told("alerts", "add", "hook", "--url-file", str(secret), "--after", "1", "--repeat", "6h"))
    url = f"mailto://127.0.0.1:{mail.port}?from=crawler@example.com&to=desk@example.com&format=text"
    said.append(told("alerts", "add", "desk", url, "--after", "1", "--sites", "small"))
    said.append(told("alerts", "test", "hook"))
    said.append(told("alerts", "check"))
    said.append(told("alerts", "check"))
    said.append(told("alerts", "list", "--json"))
    assert "hunter2pass" not in "".join(said)
    assert "t0ken" not in "".join(said)
    assert said[-2] == "Nothing to tell.\n"

    test, alarm = map(json.loads, hook.received)
    assert test["title"] == "newscrawl: a test"
    assert alarm["title"] == "newscrawl: small is degraded"
    assert "last good: https://small.example/news/0" in alarm["message"]
    assert "newscrawl replay --run " in alarm["message"]
    [letter] = mail.mails
    assert letter["Subject"] == "newscrawl: small is degraded"
    listed: dict[str, Any] = json.loads(said[-1])
    assert [(alert["site"], alert["state"]) for alert in listed["alerts"]] == [("small", "degraded")] * 2
    assert all("url" not in channel for channel in listed["channels"])


def test_what_was_muted_is_shown_and_lifted(told: Newscrawl) -> None:
    told("alerts", "mute", "small", "--for", "2d")
    assert "small" in told("alerts", "list", code=4 if not told.documents("channels") else 0)
    told("alerts", "unmute", "small")
    told("alerts", "unmute", "small", code=4)


def test_a_channel_is_removed_after_a_question_only(told: Newscrawl) -> None:
    told("alerts", "add", "gone", "json://127.0.0.1:9/")
    assert "--yes" in told.run("alerts", "remove", "gone")[2]
    told("alerts", "remove", "gone", "--yes")
    told("alerts", "remove", "gone", "--yes", code=4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "x", "nonsense://me:hunter2pass@host/"), "no address that Apprise can use"),
        (("add", "x"), "name the address"),
        (("add", "x", "json://host/", "--sites", "smal"), "did you mean small?"),
        (("mute",), "name sites, or --all"),
    ],
)
def test_a_mistake_is_said_with_its_remedy(told: Newscrawl, words: tuple[str, ...], message: str) -> None:
    code, output, errors = told.run("alerts", *words)
    assert code == 2
    assert message in errors
    assert "hunter2pass" not in output + errors
