"""What the filters of a command line mean, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer

from newscrawl.cli.filters import KINDS, NAMES, OPTIONS, STATUSES, Filters
from newscrawl.selection import Selection


def chosen(**given: Any) -> Selection:
    return Filters(given).selection()


def refused(capsys: pytest.CaptureFixture[str], **given: Any) -> str:
    with pytest.raises(typer.Exit) as ended:
        chosen(**given)
    assert ended.value.exit_code == 2
    return " ".join(capsys.readouterr().err.split())


def test_every_filter_of_a_selection_is_an_option() -> None:
    assert OPTIONS.keys() == Selection.model_fields.keys()
    assert NAMES.keys() <= OPTIONS.keys()


def test_kinds_and_statuses_are_those_of_the_record() -> None:
    assert Selection(kinds=KINDS, statuses=STATUSES).kinds == KINDS


def test_no_filter_chooses_everything() -> None:
    assert chosen(sites=None, min_views=None) == Selection()


def test_several_codes_may_stand_in_one_word_and_each_counts_once() -> None:
    selection = chosen(sites=["unn,bbc", "unn"], languages=["UK, en-gb"], countries=["ua"], kinds=["Press-release"])
    assert selection.sites == ("unn", "bbc")
    assert selection.languages == ("uk", "en-gb")
    assert selection.countries == ("UA",)
    assert selection.kinds == ("press_release",)


def test_a_name_keeps_its_comma() -> None:
    assert chosen(places=["Washington, D.C."]).places == ("Washington, D.C.",)


def test_a_day_as_the_end_counts_whole_and_an_instant_does_not_count() -> None:
    days = chosen(published_from="2026-01-30", published_to="2026-01-31")
    assert days.published_from == datetime(2026, 1, 30, tzinfo=UTC)
    assert days.published_to == datetime(2026, 2, 1, tzinfo=UTC)
    assert chosen(published_to="2026-01-31T12:00+02:00").published_to == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_a_span_reaches_back_from_now() -> None:
    since = chosen(published_from="2d").published_from
    assert since is not None
    assert timedelta() <= datetime.now(UTC) - timedelta(days=2) - since < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"languages": ["ukrainian"]}, "did you mean uk?"),
        ({"languages": ["ua"]}, "did you mean uk?"),
        ({"languages": ["$where"]}, "--language '$where' is no code of a language"),
        ({"countries": ["Ukraine"]}, "did you mean UA?"),
        ({"countries": ["uk"]}, "did you mean GB?"),
        ({"kinds": ["oppinion"]}, "did you mean opinion?"),
        ({"statuses": ["deleted"]}, "none of active, gone, merged"),
        ({"published_from": "yesterday"}, "--from 'yesterday' is no span"),
        ({"published_to": "2026-13-01"}, "--to '2026-13-01' is no span"),
        ({"published_from": "1d", "published_to": "2d"}, "--from 1d is not before --to 2d"),
        ({"tags": [" "]}, "--tag is empty"),
        ({"sites": [" , "]}, "--site is empty"),
        ({"tags": ["x" * 1000]}, "--tag: it has more than 300 characters"),
        ({"sites": [f"s{number}" for number in range(60)]}, "--site: it has more than 50 values"),
        ({"text": "-war"}, "--query: '-war' names no word that has to occur"),
    ],
)
def test_what_there_cannot_be_is_refused_with_what_is_meant(
    capsys: pytest.CaptureFixture[str], given: dict[str, Any], said: str
) -> None:
    assert said in refused(capsys, **given)


def test_filters_are_words_of_a_command_line_again() -> None:
    given = {"sites": ["unn", "bbc"], "tags": None, "published_from": "2d", "min_views": 5}
    assert Filters(given).words() == ["--site", "unn", "--site", "bbc", "--from", "2d", "--min-views", "5"]
