"""Charts: drawn by pygal, without anything that a strict Content-Security-Policy would refuse."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from newscrawl.web.charts import Chart, Series, bars, curve, short_number

BEGIN = datetime(2026, 11, 27, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def growing(hours: float = 48, number: int = 9) -> Chart:
    points = [(BEGIN + timedelta(hours=hours * step / (number - 1)), 100 * step * step) for step in range(number)]
    return curve("Views", points, unit="views", summary=f"Views rise. {HOSTILE}")


def stacked() -> Chart:
    labels = [f"{day} Nov" for day in range(1, 15)]
    series = [Series("ok", "state-ok", [5] * 14), Series("failed", "state-failed", [0, 2, *[None] * 12])]
    return bars("Runs", labels, series, first="day", summary="Runs of 14 days.")


@pytest.mark.parametrize("chart", [growing(), stacked()], ids=["curve", "bars"])
def test_a_chart_has_no_script_no_style_and_no_attribute_of_style(chart: Chart) -> None:
    for drawing in (chart.wide, chart.narrow):
        root = etree.fromstring(drawing)
        assert {element.tag for element in root.iter()} <= {"svg", "g", "rect", "path", "text", "circle", "title"}
        assert not [element for element in root.iter() if "style" in element.attrib or "href" in str(element.attrib)]


def test_a_chart_says_in_words_what_it_shows_and_escapes_them() -> None:
    root = etree.fromstring(growing().wide)
    assert (root.get("role"), root.get("aria-label")) == ("img", f"Views rise. {HOSTILE}")
    assert "<script" not in growing().wide


def test_every_dot_says_its_figure_on_hover() -> None:
    titles = [element.text for element in etree.fromstring(growing().wide).iter("title")]
    assert titles[:2] == ["27 Nov 00:00 UTC: 0 views", "27 Nov 06:00 UTC: 100 views"]
    assert len(titles) == 9


def test_every_bar_says_its_figure_on_hover_and_nothing_has_none() -> None:
    titles = [element.text for element in etree.fromstring(stacked().wide).iter("title")]
    assert titles[0] == "1 Nov: 5 ok"
    assert titles[14:] == ["2 Nov: 2 failed"]


def test_the_figures_of_a_chart_stand_beside_it() -> None:
    chart = stacked()
    assert chart.columns == ("day", "ok", "failed")
    assert chart.rows[1] == ("2 Nov", 5, 2)


@pytest.mark.parametrize("hours", [0.05, 0.5, 3, 20, 40, 100, 1000, 20000, 90000])
def test_the_axis_of_time_has_labels_that_fit_and_differ(hours: float) -> None:
    for drawing, most in ((growing(hours).wide, 7), (growing(hours).narrow, 5)):
        root = etree.fromstring(drawing)
        labels = [text.text for text in root.iterfind(".//g[@class='axis x']//text")]
        assert 1 <= len(labels) <= most
        assert len({*labels}) == len(labels) or hours > 8000


def test_the_drawing_for_a_phone_is_narrower_so_that_its_letters_are_not_scaled() -> None:
    widths = [int(re.findall(r'width="(\d+)"', drawing)[0]) for drawing in (growing().wide, growing().narrow)]
    assert widths[0] > widths[1] <= 358


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (950, "950"), (12_000, "12k"), (1_250_000, "1.25M"), (3e9, "3G")]
)
def test_figures_on_an_axis_are_short(value: float, shown: str) -> None:
    assert short_number(value) == shown
