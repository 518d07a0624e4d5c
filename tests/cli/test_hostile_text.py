"""Text of pages and of arguments on the terminal and in JSON: it is shown, and does nothing."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from pymongo import MongoClient

from newscrawl.cli.output import LONGEST_MESSAGE, Exit, fail, out, show_json, show_table
from newscrawl.normalize.urls import article_id

EVIL = "[red]Bridge[/red] [link=https://evil.example]closed[/link] :warning: \x1b[31m\x1b]0;t\x07\x9b2J\r\u202egpj\u2066 =1+1"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
URL = "https://example.com/news/bridge"
AT = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def evil(newscrawl_of_module: Any) -> Any:
    """The command, with a database into which another program has written whatever it liked."""
    article = {
        "url": URL, "aliases": [URL + EVIL], "site": EVIL, "publisher": EVIL, "headline": EVIL, "lead": EVIL, "body": EVIL,
        "language": EVIL, "edition": None, "section": EVIL, "tags": [EVIL], "keywords": [], "videos": [], "related": [],
        "sections": [{"heading": EVIL, "paragraphs": [EVIL]}], "authors": [{"name": EVIL}], "images": [{"url": EVIL}],
        "published": {"at": AT, "raw": EVIL, "offset": None, "precision": "day"}, "fingerprint": "2", "revision": 2,
        "views": {"count": None, "seen_at": AT, "raw": EVIL}, "first_seen_at": AT, "changed_at": AT,
        "provenance": {"headline": EVIL}, "evidence": {"headline": [{"source": EVIL, "text": EVIL}]},
        "disagreements": {"headline": [EVIL]},
        "change": {"changed": ["headline"], "paragraphs_added": 0, "paragraphs_removed": 0, "paragraphs_changed": 1,
                   "paragraphs_moved": 0, "share": 0.5, "is_stealth": None, "same_as": None},
    }  # fmt: skip
    before = {"article": article_id(URL), "revision": 1, "headline": "Old", "lead": None, "body": f"Old {EVIL}", "fingerprint": "1",
              "seen_at": AT, "replaced_at": AT, "run": None, "change": None, "is_other_article": False}  # fmt: skip
    failure = {
        "url": URL + EVIL,
        "site": EVIL,
        "stage": "read",
        "reason": EVIL,
        "detail": EVIL,
        "attempts": 1,
        "last_at": AT,
    }
    run = {"site": EVIL, "command": EVIL, "started_at": AT, "ended_at": AT, "reason": EVIL, "outcome": EVIL, "counts": {EVIL: 1},
           "notes": [EVIL], "errors": {}}  # fmt: skip
    with MongoClient(newscrawl_of_module.uri) as client:
        database = client[newscrawl_of_module.database]
        database["articles"].insert_one({"_id": article_id(URL), **article}, bypass_document_validation=True)
        database["revisions"].insert_one({"_id": f"{article_id(URL)}:1", **before}, bypass_document_validation=True)
        database["failures"].insert_one({"_id": "f", **failure}, bypass_document_validation=True)
        database["runs"].insert_one({"_id": "run", **run}, bypass_document_validation=True)
        database["forms"].delete_many({})
    newscrawl_of_module("db", "init")  # brings the article to the present form
    return newscrawl_of_module


@pytest.mark.parametrize(
    "words",
    [
        ("articles", "list"),
        ("articles", "show", URL),
        ("articles", "diff", URL),
        ("articles", "revisions", URL),
        ("why", URL),
        ("failures", "list"),
        ("runs", "list"),
        ("runs", "show", "run"),
    ],
)
def test_stored_text_is_shown_as_it_is_and_steers_no_terminal(evil: Any, words: tuple[str, ...]) -> None:
    shown = evil(*words)
    assert not STEERING.search(shown)
    assert "[red]Bridge[/red]" in re.sub(r"\s*\n\s*", " ", shown).replace("[-", "").replace("{+", "")
    document = evil(*words, "--json")
    assert not STEERING.search(document)
    assert EVIL in document.encode().decode("unicode_escape", "replace") or EVIL in str(json.loads(document))


NO_UTF_8 = os.fsdecode(b"https://example.com/\xff\xfe")
SHOW = ("articles", "show")


@pytest.mark.parametrize(
    ("words", "argument"),
    [
        (SHOW, NO_UTF_8),
        (SHOW, "https://example.com/" + "a" * 100_000),
        (SHOW, "https://["),
        (SHOW, "javascript:alert(1)"),
        (SHOW, '{"$ne": null}'),
        (SHOW, "\x1b[2J\r\n[red]"),
        (SHOW, ""),
        (("articles", "views"), NO_UTF_8),
        (("articles", "diff"), NO_UTF_8),
        (("articles", "revisions"), NO_UTF_8),
        (("why",), NO_UTF_8),
        (("runs", "show"), NO_UTF_8),
        (("sites", "show"), NO_UTF_8),
        (("crawl",), NO_UTF_8),
        (("health",), NO_UTF_8),
        (("parse",), os.fsdecode(b"page-\xff.html")),
        (("parse",), "a\x1b[2J" * 20_000),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_argument_that_names_nothing_is_refused_in_words(evil: Any, words: tuple[str, ...], argument: str) -> None:
    code, output, errors = evil.run(*words, argument)
    assert code in (Exit.USAGE, Exit.NOTHING)
    assert output == ""
    assert errors
    assert len(errors) < 3 * LONGEST_MESSAGE
    assert not STEERING.search(errors)


@pytest.mark.parametrize("words", [("articles", "list"), ("failures", "list"), ("runs", "list"), ("top",)])
@pytest.mark.parametrize("site", ['{"$ne": null}', os.fsdecode(b"\xff")], ids=["operator", "no UTF-8"])
def test_an_option_is_never_an_operator_of_the_database(evil: Any, words: tuple[str, ...], site: str) -> None:
    code, output, _ = evil.run(*words, "--site", site)
    assert "Bridge" not in output
    assert code in (Exit.OK, Exit.USAGE, Exit.NOTHING)


@pytest.mark.parametrize("words", [("top", "--hours", "nan"), ("health", "--hours", "nan"), ("top", "--hours", "inf")])
def test_a_number_that_is_none_is_refused(evil: Any, words: tuple[str, ...]) -> None:
    assert evil.run(*words)[0] == Exit.USAGE


def test_a_page_that_is_parsed_steers_no_terminal(newscrawl: Any) -> None:
    escapes = EVIL.replace("\x1b", "&#27;").replace("\x9b", "&#155;").replace("\x07", "&#7;").replace("\r", "&#13;")
    script = json.dumps({"@type": "NewsArticle", "headline": EVIL, "author": {"name": f"Jane {EVIL}"}})
    page = (
        f'<script type="application/ld+json">{script}</script><h1>{escapes}</h1>'
        + f"<p>{escapes}{'word ' * 60}</p>" * 3
    )
    (newscrawl.folder / "page.html").write_text(page, encoding="utf-8")
    shown = newscrawl("parse", "page.html", "--url", URL)
    assert "[red]Bridge[/red] [link=https://evil.example]closed[/link] :warning:" in shown
    assert not STEERING.search(shown)
    assert not STEERING.search(newscrawl("parse", "page.html", "--url", URL, "--json"))


@pytest.mark.parametrize("text", [EVIL, "\ud800", "\u2028", "a\nb"], ids=ascii)
def test_whatever_is_printed_holds_no_escape_but_those_of_rich(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    out.print(text)
    show_table(("name", "value"), [(text, text)])
    assert not STEERING.search(capsys.readouterr().out)


@pytest.mark.parametrize("text", [EVIL, "\ud800", "\u2028\x7f\x85"], ids=ascii)
def test_json_says_what_it_was_given(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_json("thing", {"text": text})
    printed = capsys.readouterr().out
    assert not STEERING.search(printed)
    assert json.loads(printed)["thing"]["text"] == text


def test_a_message_of_a_megabyte_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        fail("a" * 10**6, Exit.USAGE)
    assert len(capsys.readouterr().err) < 2 * LONGEST_MESSAGE
