"""Articles as they come on the command line: how a tail begins, goes on, and ends."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from newscrawl.cli.tail_state import kept_in
from newscrawl.store.connect import connect
from newscrawl.store.local import LocalServer
from newscrawl.store.schema import apply_schema
from tests.stored_articles import START, article, store
from tests.waiting import kill_database

TAIL = ("articles", "tail")


def save(command: Any, *numbers: int) -> None:
    """Store articles in the command's database, past the command."""

    async def run() -> None:
        connection = await connect(command.uri, folder=command.data, database=command.database)
        await apply_schema(connection)
        await store(connection, command.folder, [article(n) for n in numbers], now=START + timedelta(days=1))
        await connection.close()

    asyncio.run(run())


@pytest.fixture(scope="module")
def stored(newscrawl_of_module: Any) -> Any:
    """The command with five articles."""
    save(newscrawl_of_module, *range(5))
    return newscrawl_of_module


def lines(process: subprocess.Popen[str], number: int) -> list[Any]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(number)]


def test_a_tail_shows_a_line_for_each_article_and_ends_after_a_count(stored: Any) -> None:
    code, output, errors = stored.run(*TAIL, "--after-seq", "1", "--count", "3")
    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()] == [["2", "new"], ["3", "new"], ["4", "new"]]
    assert all(article(number).url in output for number in (1, 2, 3))
    assert "ended after seq 4; go on with: newscrawl articles tail --after-seq 4" in errors


def test_json_is_a_line_for_each_article_with_every_field(stored: Any) -> None:
    output = stored(*TAIL, "--after-seq", "0", "--count", "2", "--site", "reuters,asahi", "--json")
    shown = [json.loads(line) for line in output.splitlines()]
    assert [(line["schema"], line["seq"], line["occasion"]) for line in shown] == [
        ("newscrawl.article/1", 3, "new"),
        ("newscrawl.article/1", 4, "new"),
    ]
    assert [line["article"]["url"] for line in shown] == [article(2).url, article(3).url]
    assert "terms" not in shown[0]["article"]


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_tail_that_was_ended_goes_on_where_it_was(stored: Any, sign: signal.Signals, code: int) -> None:
    state = f"state-{sign.name}.json"
    words = (*TAIL, "--json", "--site", "unn", "--state", state)
    process = stored.start(*words, "--after-seq", "0")
    given = [line["seq"] for line in lines(process, 2)]
    process.send_signal(sign)
    assert process.stdout is not None
    assert process.stderr is not None
    # Not by `communicate`, which loses what has been read of the pipe and not been given yet.
    given += [json.loads(line)["seq"] for line in process.stdout.read().splitlines()]
    errors = process.stderr.read()
    process.wait(timeout=60)
    kept = json.loads((stored.folder / state).read_text())["seq"]
    assert process.returncode == code
    assert kept >= given[-1]
    assert f"ended after seq {kept}; go on with: newscrawl articles tail --site unn --state {state}" in errors

    save(stored, 50 + 5 * sign, 51 + 5 * sign)
    of_site = sorted(row["seq"] for row in stored.documents("articles", site="unn"))
    left = len(of_site) - len(given)
    again = stored(*words, "--after-seq", "0", "--count", str(left))
    assert given + [json.loads(line)["seq"] for line in again.splitlines()] == of_site


def test_a_tail_ends_when_nobody_reads_it_any_more(stored: Any) -> None:
    process = stored.start(*TAIL, "--json", "--after-seq", "0")
    lines(process, 2)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 141


def test_a_tail_starts_the_embedded_database_again_and_misses_nothing(embedded: Any) -> None:
    save(embedded, 0)
    process = embedded.start(*TAIL, "--json", "--after-seq", "0")
    assert [line["seq"] for line in lines(process, 1)] == [1]
    kill_database(LocalServer(embedded.data))
    save(embedded, 1, 2)
    assert [line["seq"] for line in lines(process, 2)] == [2, 3]
    process.send_signal(signal.SIGINT)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "ended after seq 3" in errors


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--after-seq", "1000"), 2, "seq 1000 lies beyond"),
        (("--after-seq", "-1"), 2, "--after-seq"),
        (("--state", "."), 2, "--state .: Is a directory"),
        (("--site", "un"), 2, "did you mean unn?"),
        (("--count", "0"), 2, "--count"),
    ],
)
def test_what_cannot_be_followed_is_refused(stored: Any, words: tuple[str, ...], code: int, said: str) -> None:
    got, output, errors = stored.run(*TAIL, *words)
    assert (got, output) == (code, "")
    assert said in errors


def test_an_error_is_a_line_of_json_among_the_others(stored: Any) -> None:
    [line] = stored(*TAIL, "--after-seq", "1000", "--json", code=2).splitlines()
    assert json.loads(line)["error"]["code"] == "usage"


# --- the file that keeps the state --------------------------------------------------------------


def test_a_state_goes_on_with_the_same_filters(tmp_path: Path) -> None:
    file = tmp_path / "state"
    with kept_in(file, ["--site", "unn"]) as state:
        assert state.seq is None
        state.keep(9)
        state.keep(10)
    with kept_in(file, ["--site", "unn"]) as state:
        assert state.seq == 10


@pytest.mark.parametrize(
    ("content", "filters", "said"),
    [
        (
            '{"schema": "newscrawl.tail/1", "seq": 7, "filters": ["--site", "unn"]}',
            [],
            "belongs to a tail with --site unn",
        ),
        (
            '{"schema": "newscrawl.tail/1", "seq": 7, "filters": []}',
            ["--tag", "x"],
            "belongs to a tail without filters",
        ),
        ('{"schema": "newscrawl.tail/1", "seq": "7", "filters": []}', [], "keeps no state of a tail"),
        ("[" * 50_000, [], "keeps no state of a tail"),
        ("a letter to my aunt", [], "keeps no state of a tail"),
        ("\xff\x00", [], "keeps no state of a tail"),
    ],
)
def test_a_file_that_keeps_another_state_or_none_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, filters: list[str], said: str
) -> None:
    file = tmp_path / "state"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(typer.Exit) as ended, kept_in(file, filters):
        pytest.fail("it was taken")
    assert ended.value.exit_code == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert file.read_text(encoding="latin-1") == content


def test_two_tails_do_not_share_a_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with kept_in(tmp_path / "state", []), pytest.raises(typer.Exit) as ended, kept_in(tmp_path / "state", []):
        pytest.fail("it was taken")
    assert ended.value.exit_code == 6
    assert "another tail uses" in capsys.readouterr().err
