"""Charts as SVG inside a page, drawn by pygal.

pygal's own scripts and styles are taken out: colours, fonts and the dark look come from the page's style sheet, and a
strict Content-Security-Policy has nothing to refuse. Each chart is drawn twice, for a desk and for a phone, so that its
letters are never scaled; the style sheet shows one of them. Its figures stand beside it as a table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pygal
from lxml import etree
from markupsafe import Markup

WIDE, NARROW = (540, 230), (340, 210)
"""Width and height of the two drawings, in CSS pixels."""
_LABEL_ROOM = {WIDE: 92, NARROW: 72}  # pixels from one label of the axis of time to the next
_NUMBER = re.compile(r"\d+\.\d{2,}")
_LEFT_OUT = ("style", "script", "defs")
_LAYERS = frozenset({"text-overlay", "tooltip-overlay", "tooltip", "titles"})  # of its scripts
_OWN_CLASSES = frozenset({"tooltip-trigger", "reactive"})


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its text alternative."""

    title: str
    summary: str
    """One sentence that says what a reader sees."""
    wide: Markup
    narrow: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """The figures; instants are aware datetimes."""
    legend: tuple[tuple[str, str], ...] = ()
    """Name of each series, and the class that colours it."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a bar chart. `look`: the class that colours it."""

    name: str
    look: str
    values: Sequence[int | None]


def curve(title: str, points: Sequence[tuple[datetime, int]], *, unit: str, summary: str) -> Chart:
    """A counter over time. `points`: in order, of two instants at least; aware."""

    def draw(size: tuple[int, int]) -> Markup:
        first, last = points[0][0], points[-1][0]
        marks = _instants(first, last, size[0] // _LABEL_ROOM[size])
        shape = _shape(first, last, marks)
        chart = pygal.DateTimeLine(
            **_options(size),
            fill=True,
            show_dots=len(points) <= size[0] // 10,
            dots_size=2.5,
            include_x_axis=False,
            x_value_formatter=lambda at: f"{at:{shape}}",
            x_labels=[at.replace(tzinfo=None) for at in marks],
            y_labels=_round_steps(min(count for _at, count in points), max(count for _at, count in points)),
        )
        chart.add(unit, [(at.astimezone(UTC).replace(tzinfo=None), count) for at, count in points])
        hints = [f"{at:%d %b %H:%M} UTC: {count:,} {unit}" for at, count in points]
        return _markup(chart, summary, ["series"], [hints])

    return Chart(title, summary, draw(WIDE), draw(NARROW), ("time (UTC)", unit), tuple(points))


def bars(title: str, labels: Sequence[str], series: Sequence[Series], *, first: str, summary: str) -> Chart:
    """Stacked bars. `labels`: one a bar; `first`: what they are, the heading of the table's first column."""

    def draw(size: tuple[int, int]) -> Markup:
        sums = [sum(values[place] or 0 for values in (one.values for one in series)) for place in range(len(labels))]
        every = max(1, math.ceil(len(labels) * (58 if size is NARROW else 64) / size[0]))
        chart = pygal.StackedBar(
            **_options(size),
            x_labels=[label if (len(labels) - 1 - place) % every == 0 else "" for place, label in enumerate(labels)],
            y_labels=_round_steps(0, max([*sums, 1])),
            rounded_bars=1,
        )
        hints = []
        for one in series:
            chart.add(one.name, [value or None for value in one.values])
            pairs = zip(labels, one.values, strict=True)
            hints.append([f"{label}: {value:,} {one.name}" for label, value in pairs if value])
        return _markup(chart, summary, [one.look for one in series], hints)

    rows = [(label, *(one.values[place] or 0 for one in series)) for place, label in enumerate(labels)]
    legend = tuple((one.name, one.look) for one in series) if len(series) > 1 else ()
    columns = (first, *(one.name for one in series))
    return Chart(title, summary, draw(WIDE), draw(NARROW), columns, tuple(rows), legend)


def _options(size: tuple[int, int]) -> dict[str, Any]:
    return {
        "width": size[0],
        "height": size[1],
        "js": (),
        "css": (),
        "show_legend": False,
        "no_prefix": True,
        "disable_xml_declaration": True,
        "margin": 4,
        "margin_top": 10,
        "margin_right": 16,
        "spacing": 6,
        "value_formatter": short_number,
        "no_data_text": "",
        "truncate_label": -1,
    }


def short_number(value: float) -> str:
    """A figure on an axis: 950, 12k, 1.2M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.6g}"


def _round_steps(low: float, high: float) -> list[float]:
    """Three to five round values that hold both."""
    rough = max(high - low, 1) / 3
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    step = max(step, 1)
    begin = math.floor(low / step)
    return [number * step for number in range(begin, math.ceil(high / step) + 1)]


def _instants(first: datetime, last: datetime, most: int) -> list[datetime]:
    """Round instants between two, at most so many."""
    hours = (1 / 60, 1 / 30, 1 / 12, 1 / 6, 1 / 4, 1 / 2, 1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344, 2688, 8760)
    span = (last - first) / timedelta(hours=1)
    step = next((hour for hour in hours if span / hour < most), hours[-1] * 4) * 3600
    begin = math.ceil(first.timestamp() / step) * step
    found = [datetime.fromtimestamp(begin + number * step, UTC) for number in range(most)]
    return [at for at in found if at <= last] or [first.astimezone(UTC)]


def _shape(first: datetime, last: datetime, marks: Sequence[datetime]) -> str:
    """How instants are written: as short as tells them apart."""
    if all(at.hour == at.minute == 0 for at in marks) and len(marks) > 1:
        return "%d %b"
    return "%H:%M" if last - first < timedelta(hours=20) else "%d %b %H:%M"


def _markup(chart: Any, summary: str, looks: Sequence[str], hints: Sequence[Sequence[str]]) -> Markup:
    """The drawing without scripts and styles, with a hint at every dot and bar.

    `looks`: class of each series; `hints`: what each of its marks says.
    """
    root = chart.render_tree()
    for element in [*root.iter()]:
        if not isinstance(element.tag, str):
            _remove(element)
            continue
        name, classes = element.tag, element.get("class", "").split()
        if name in (*_LEFT_OUT, "title", "desc") or _LAYERS & {*classes}:
            _remove(element)
            continue
        if name == "rect" and float(element.get("height", 0)) == 0:
            _remove(element)  # a bar of nothing
            continue
        element.attrib.pop("style", None)
        for key, value in element.attrib.items():
            element.set(key, _NUMBER.sub(lambda found: f"{float(found[0]):.1f}", value))
        kept = [one for one in classes if one not in _OWN_CLASSES]
        element.attrib.pop("class", None)
        if kept:
            element.set("class", " ".join(kept))
    for number, (look, marks) in enumerate(zip(looks, hints, strict=True)):
        for group in root.iterfind(f".//g[@class='series serie-{number} color-{number}']"):
            group.set("class", f"series {look}")
            for area in [*group.iterfind("path[@class='line']")]:
                _add_curve(area)
            shapes = [*group.iter("circle"), *group.iter("rect")]
            for shape, hint in zip(shapes, marks, strict=False):
                etree.SubElement(shape, "title").text = hint
    root.attrib.pop("id", None)
    root.set("class", "chart-drawing")
    root.set("role", "img")
    root.set("aria-label", summary)
    _x, _y, width, height = root.get("viewBox").split()
    root.set("width", width)
    root.set("height", height)
    etree.cleanup_namespaces(root)
    return Markup(etree.tostring(root, encoding="unicode"))  # lxml has escaped every value


def _add_curve(area: Any) -> None:
    """The curve above an area: the same points without those on the ground."""
    points = area.get("d").removeprefix("M").replace("L", "").split()[2:-2]
    curve = etree.Element("path", {"class": "curve", "d": f"M{' '.join(points[:2])} L{' '.join(points[2:])}"})
    area.addnext(curve)


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
