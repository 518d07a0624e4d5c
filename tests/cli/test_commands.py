"""The operator's commands in processes of their own: data on stdout, errors on stderr, exit codes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from newscrawl.replica import Replica, Server, serve, site_file
from newscrawl.replica.pages import article as page_of
from newscrawl.store.local import LocalServer
from tests.waiting import until_or_end


@pytest.fixture(scope="module")
def crawled(newscrawl_of_module: Any) -> Iterator[Any]:
    """The command, after the crawl of a replica of 12 articles with broken pages."""
    with serve(Replica(articles=12, bad=True)) as server:
        newscrawl_of_module.add_site("replica", site_file(server.base_url, bad=True))
        newscrawl_of_module("crawl", "replica")
        yield newscrawl_of_module


@pytest.mark.parametrize(
    "words",
    [
        ("sites", "list"),
        ("sites", "show", "replica"),
        ("articles", "list"),
        ("articles", "show", Replica(articles=12).articles[0].url),
        ("runs", "list"),
        ("failures", "list"),
        ("db", "status"),
    ],
)
def test_what_is_shown_for_people_is_there_as_json(crawled: Any, words: tuple[str, ...]) -> None:
    assert crawled(*words).strip()
    assert crawled.json(*words)


def test_articles_are_listed_newest_first_and_those_without_a_date_last(crawled: Any) -> None:
    dates = [(row["published"] or {}).get("at") for row in crawled.json("articles", "list")]
    known = [date for date in dates if date]
    assert known == sorted(known, reverse=True)
    assert dates[: len(known)] == known


def test_a_run_is_shown_by_its_identity(crawled: Any) -> None:
    [run] = crawled.json("runs", "list")
    assert crawled.json("runs", "show", run["_id"])["counts"] == run["counts"]
    assert run["_id"] in crawled("runs", "show", run["_id"])


@pytest.mark.parametrize(
    "words",
    [
        ("articles", "show", "https://example.com/never-seen"),
        ("runs", "show", "never"),
        ("articles", "list", "--site", "tagesschau"),
        ("runs", "list", "--site", "tagesschau"),
    ],
)
def test_what_is_not_there_ends_with_nothing_found(crawled: Any, words: tuple[str, ...]) -> None:
    code, _output, errors = crawled.run(*words)
    assert code == 4
    assert errors.strip()


@pytest.mark.parametrize(
    "words",
    [
        ("crawl",),
        ("crawl", "no-such-site"),
        ("crawl", "replica", "--since", "soon"),
        ("crawl", "replica", "--limit", "-1"),
        ("sites", "show", "no-such-site"),
        ("no-such-command",),
        ("parse", "no-such-file.html", "--url", "https://example.com/"),
    ],
)
def test_a_mistake_on_the_command_line_is_a_usage_error(crawled: Any, words: tuple[str, ...]) -> None:
    code, _output, errors = crawled.run(*words)
    assert code == 2
    assert errors.strip()


def test_a_wrong_setting_is_told_with_its_variable(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_DELAY"] = "soon"
    code, _output, errors = newscrawl.run("crawl", "unn")
    assert code == 2
    assert "NEWSCRAWL_DELAY" in errors


def test_a_wrong_site_file_is_told_with_its_path_and_key(newscrawl: Any) -> None:
    newscrawl.add_site("wrong", 'publisher = "x"\nhome = "https://example.com/"\ntimezon = "UTC"\n')
    code, _output, errors = newscrawl.run("sites", "list")
    assert code == 2
    assert "wrong.toml" in errors
    assert "timezone" in errors


def test_a_wrong_site_file_is_told_and_costs_other_sites_nothing(newscrawl: Any, replica: Server) -> None:
    newscrawl.add_site("wrong", 'publisher = "x"\nhome = "https://example.com/"\narticle = "(["\n')
    code, output, errors = newscrawl.run("crawl", "replica", "--limit", "2")
    assert (code, len(newscrawl.documents("articles"))) == (0, 2)
    assert "wrong" not in errors  # of sites that are named no other file is read
    assert "wrong" in newscrawl("sites", "list")
    code, output, _errors = newscrawl.run("health", "--json")
    assert code == 3
    assert "wrong.toml" in json.loads(output)["wrong_site_files"]["wrong"]
    code, output, errors = newscrawl.run("crawl", "wrong")
    assert code == 2
    assert "no regular expression" in errors
    code, output, _errors = newscrawl.run("doctor")
    assert "wrong.toml: article.1" in output


@pytest.mark.parametrize("words", [("crawl", "replica"), ("articles", "list"), ("db", "status")])
def test_without_its_database_a_command_says_so_and_ends_with_5(
    newscrawl: Any, replica: Server, words: tuple[str, ...]
) -> None:
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = "mongodb://me:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300"
    code, _output, errors = newscrawl.run(*words)
    assert code == 5
    assert "127.0.0.1:1" in errors
    assert "secret" not in errors
    assert replica.requests == []


def test_a_dry_run_shows_articles_and_writes_nothing(newscrawl: Any, replica: Server) -> None:
    shown = newscrawl.json("crawl", "replica", "--dry-run", "--limit", "3")
    assert len(shown["articles"]) == 3
    assert newscrawl.documents("articles") == newscrawl.documents("runs") == []


def test_a_limit_is_kept_and_the_next_run_goes_on(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica", "--limit", "5")
    assert len(newscrawl.documents("articles")) == 5
    newscrawl("crawl", "replica")
    assert len(newscrawl.documents("articles")) == 90


def test_a_limit_of_pages_is_kept_and_the_next_run_goes_on(newscrawl: Any, replica: Server) -> None:
    newscrawl("crawl", "replica", "--max-pages", "1")
    assert not any("page=" in path for path in replica.requests)
    newscrawl("crawl", "replica")
    assert len(newscrawl.documents("articles")) == 90


def test_since_leaves_older_articles_out(newscrawl: Any, replica: Server) -> None:
    newest = replica.replica.articles[0].published
    newscrawl("crawl", "replica", "--since", newest.replace(hour=12, minute=0).isoformat())
    stored = {document["url"] for document in newscrawl.documents("articles")}
    assert stored == {a.url for a in replica.replica.articles if a.published >= newest.replace(hour=12, minute=0)}


def test_what_an_earlier_limit_left_out_is_fetched_once_older_articles_are_asked_for(
    newscrawl: Any, replica: Server
) -> None:
    noon = replica.replica.articles[0].published.replace(hour=12, minute=0)
    newscrawl("crawl", "replica", "--since", noon.isoformat())
    newscrawl("crawl", "replica")
    assert len(newscrawl.documents("articles")) == 90


def test_a_saved_page_is_parsed_without_a_database(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = "mongodb://127.0.0.1:1/"
    content = Replica(articles=12)
    story = content.articles[2]
    page = newscrawl.folder / "page.html"
    page.write_text(page_of(content, story, "http://127.0.0.1:8008"), encoding="utf-8")
    article = newscrawl.json("parse", str(page), "--url", story.url)
    assert article["headline"] == story.headline
    assert story.headline in newscrawl("parse", str(page), "--url", story.url)


def test_a_page_is_parsed_from_its_address(newscrawl: Any, replica: Server) -> None:
    story = replica.replica.articles[2]
    article = newscrawl.json("parse", replica.base_url + story.path)
    assert (article["headline"], article["site"], article["url"]) == (story.headline, "replica", story.url)


def test_a_page_that_is_no_article_is_refused_with_its_reason(newscrawl: Any, replica: Server) -> None:
    code, _output, errors = newscrawl.run("parse", f"{replica.base_url}/nothing-here")
    assert code == 1
    assert "404" in errors


def test_the_doctor_finds_what_is_there_and_what_is_not(newscrawl: Any) -> None:
    newscrawl.environment["NEWSCRAWL_USER_AGENT"] = "newsroom/1 (+https://example.com/bot)"
    findings = {finding["check"]: finding["ok"] for finding in newscrawl.json("doctor")}
    assert all(findings.values())
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300"
    findings = {finding["check"]: finding["ok"] for finding in newscrawl.json("doctor", code=5)}
    assert not findings["database"]


def test_the_embedded_database_is_started_shown_and_stopped(embedded: Any) -> None:
    uri = embedded("db", "start").split()[-1]
    assert embedded("db", "uri").strip() == uri
    assert embedded.json("db", "status")["origin"] == "embedded"
    embedded("db", "init")
    assert "stopped" in embedded("db", "stop")
    assert "not running" in embedded("db", "stop")


def test_a_crawl_that_another_process_runs_is_not_started_twice(newscrawl: Any, website: Any) -> None:
    website.listing("one")
    newscrawl.add_site("small", website.site_file())
    started, go_on = os.pipe(), os.pipe()

    def held() -> tuple[int, bytes]:
        os.write(started[1], b".")
        os.read(go_on[0], 1)
        return 200, b"<html><h1>The headline of the article one</h1><p>Text that waits for a while.</p></html>"

    website.pages["/news/one"] = held
    first = newscrawl.start("crawl", "small")
    os.read(started[0], 1)
    code, _output, errors = newscrawl.run("crawl", "small")
    os.write(go_on[1], b".")
    first.communicate(timeout=60)
    assert code == 6
    assert str(first.pid) in errors
    assert first.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_crawl_with_everything_fetched_stored(
    newscrawl: Any, replica: Server, fetched: Any, number: int, code: int
) -> None:
    process = newscrawl.start("crawl", "replica")
    until_or_end(lambda: sum("/news/" in path for path in replica.requests) >= 20, process)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == code, output + errors
    assert "Traceback" not in errors
    [run] = newscrawl.documents("runs")
    stored = len(newscrawl.documents("articles"))
    if run["reason"] == "shutdown":
        assert run["counts"]["new"] == stored
    else:  # the machine was too busy to end in time: what is acknowledged last comes after the record
        assert run["reason"] == "interrupted"
        assert run["counts"]["new"] <= stored
    assert stored >= len(fetched()) - 8  # no more than what was on its way may be missing
    newscrawl("crawl", "replica")
    assert len(newscrawl.documents("articles")) == 90


def test_a_signal_ends_the_embedded_database_too(embedded: Any) -> None:
    with serve(Replica(articles=90)) as server:
        embedded.add_site("replica", site_file(server.base_url))
        process = embedded.start("crawl", "replica")
        until_or_end(lambda: sum("/news/" in path for path in server.requests) >= 20, process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 143
    assert LocalServer(embedded.data).pid() is None


def test_a_data_folder_that_cannot_be_used_is_told(newscrawl: Any, replica: Server) -> None:
    newscrawl.data.write_text("a file, no folder")
    code, _output, errors = newscrawl.run("crawl", "replica")
    assert code == 2
    assert "NEWSCRAWL_DATA" in errors


def test_scrapy_knows_and_crawls_every_site(newscrawl: Any, replica: Server) -> None:
    newscrawl.environment["SCRAPY_SETTINGS_MODULE"] = "newscrawl.settings"
    process = newscrawl.start("list", program=("scrapy",))
    assert {"replica", "unn"} <= set(process.communicate(timeout=60)[0].split())
    process = newscrawl.start("crawl", "replica", program=("scrapy",))
    _output, errors = process.communicate(timeout=60)
    assert errors == ""
    assert len(newscrawl.documents("articles")) == 90


def test_json_errors_leave_stdout_to_data(newscrawl: Any) -> None:
    code, output, _errors = newscrawl.run("articles", "list", "--json")
    assert code in (0, 4)
    assert json.loads(output)["articles"] == []


def test_why_tells_where_each_field_came_from_and_which_candidates_there_were(crawled: Any) -> None:
    address = Replica(articles=12).articles[0].url
    told = crawled.json("why", address)
    assert {"headline", "body", "published"} <= told.keys()
    assert told["published"]["candidates"][0]["source"] == told["published"]["source"]
    assert "published" in crawled("why", address, "published")
    assert "headline" not in crawled("why", address, "published")


def test_why_names_the_fields_that_there_are(crawled: Any) -> None:
    code, _output, errors = crawled.run("why", Replica(articles=12).articles[0].url, "smell")
    assert code == 2
    assert "headline" in errors


def test_a_page_is_parsed_without_a_database(crawled: Any, tmp_path: Any) -> None:
    replica = Replica(articles=12)
    page = tmp_path / "page.html"
    page.write_text(page_of(replica, replica.articles[0], "http://localhost"), encoding="utf-8")
    record = crawled.json("parse", str(page), "--url", replica.articles[0].url)
    assert record["headline"] == replica.articles[0].headline
    assert record["evidence"]["headline"]
    assert "from" in crawled("parse", str(page), "--url", replica.articles[0].url)
