"""The difference of two versions as a reader of the terminal sees it, and as data.

Readable without colour: words that went are `[-gone-]`, words that came `{+new+}`, as in `git diff --word-diff`;
paragraphs are marked `-` removed, `+` added, `~` changed and `>` moved here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.text import Text

from newscrawl.normalize.changes import Difference, Paragraph, compare_words

Document = Mapping[str, Any]

_STYLES = {"removed": "red", "added": "green", "moved": "cyan", "kept": "dim"}
_MARKS = {"removed": "- ", "added": "+ ", "moved": "> "}
_COUNTS = (("added", "+"), ("removed", "-"), ("changed", "~"), ("moved", ">"))


def changes_in_short(version: Document) -> str:
    """What made a version: `headline, body +1 ~2`."""
    change = version.get("change")
    if change is None:
        return "first version" if version["revision"] == 1 else "not known"
    counts = "".join(f" {mark}{n}" for name, mark in _COUNTS if (n := change[f"paragraphs_{name}"]))
    short = ", ".join(change["changed"]) + counts
    return f"{short}, back to version {change['same_as']}" if change.get("same_as") else short


def stealth_in_short(change: Document | None) -> str | None:
    """`yes`, `no`, or nothing where it cannot be told."""
    told = change.get("is_stealth") if change else None
    return None if told is None else "yes" if told else "no"


def as_data(
    article: Document, old: Document, new: Document, change: Document, difference: Difference
) -> dict[str, Any]:
    """The difference for programs, changed paragraphs with their words."""
    return {
        "url": article["url"],
        "returns": article.get("returns") or 0,
        **{side: {name: v.get(name) for name in ("revision", "seen_at")} for side, v in (("from", old), ("to", new))},
        "change": dict(change),
        "headline": _pair(difference.headline),
        "lead": _pair(difference.lead),
        "paragraphs": [_paragraph(paragraph) for paragraph in difference.paragraphs],
    }


def _pair(pair: tuple[str | None, str | None] | None) -> dict[str, Any] | None:
    return {"old": pair[0], "new": pair[1], "words": _words(*pair)} if pair else None


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    data = paragraph._asdict()
    return data | {"words": _words(paragraph.old, paragraph.new)} if paragraph.kind == "changed" else data


def _words(old: str | None, new: str | None) -> list[dict[str, str]]:
    return [piece._asdict() for piece in compare_words(old or "", new or "")]


def render_diff(
    article: Document, old: Document, new: Document, change: Document, difference: Difference
) -> Iterator[Text]:
    """The lines of a difference."""
    yield Text(new["headline"], style="bold")
    yield Text(article["url"], style="dim")
    for version in (old, new):
        seen = f", seen {version['seen_at']:%Y-%m-%d %H:%M} UTC" if version.get("seen_at") else ""
        yield Text(f"version {version['revision']}{seen}")
    yield Text(f"changed: {_in_words(change)}")
    if old.get("is_other_article"):
        yield Text("another article: the address has come to show another text", style="bold yellow")
    if change.get("same_as"):
        yield Text(f"a return: the text is that of version {change['same_as']}", style="yellow")
        yield Text(f"returns to earlier versions so far: {article.get('returns') or 0}", style="yellow")
    if change.get("is_stealth"):
        yield Text("stealth edit: neither a later date nor a notice on the page tells of it", style="bold yellow")
    for name, pair in (("headline", difference.headline), ("lead", difference.lead)):
        if pair:
            yield Text()
            yield Text(name, style="bold")
            yield _changed(*pair)
    if difference.is_body_changed:
        yield Text()
        yield Text("body", style="bold")
        yield from _body(difference.paragraphs)


def _in_words(change: Document) -> str:
    counts = ", ".join(f"{n} {name}" for name, _ in _COUNTS if (n := change[f"paragraphs_{name}"]))
    fields = ", ".join(change["changed"]) or "nothing"
    return f"{fields}{f' (paragraphs: {counts})' if counts else ''}; {change['share']:.2%} of the words kept"


def _body(paragraphs: Iterable[Paragraph]) -> Iterator[Text]:
    for kind, run in groupby(paragraphs, key=lambda paragraph: paragraph.kind):
        if kind == "kept":
            number = len(list(run))
            yield Text(f"  … {number} paragraph{'s' if number > 1 else ''} unchanged", style=_STYLES[kind])
            continue
        for paragraph in run:
            if kind == "changed":
                yield _changed(paragraph.old, paragraph.new)
            else:
                yield Text(f"{_MARKS[kind]}{paragraph.new or paragraph.old}", style=_STYLES[kind])


def _changed(old: str | None, new: str | None) -> Text:
    line = Text("~ ")
    for kind, text in compare_words(old or "", new or ""):
        marks = {"removed": ("[-", "-]"), "added": ("{+", "+}")}.get(kind, ("", ""))
        line.append(f"{marks[0]}{text}{marks[1]}", style=_STYLES[kind] if kind != "kept" else "")
    return line
