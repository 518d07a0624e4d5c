"""The sets of real pages that `accuracy.py` measures on, and how each is read and scored.

Predictions go to a folder of the caller's; the scorers are those beside the sets.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import logging
import os
import re
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl import extract
from newscrawl.article import Article, NotAnArticle
from newscrawl.extract.cards import xpath_of
from newscrawl.extract.feed import NotAFeed, read_feed
from newscrawl.extract.links import is_story
from newscrawl.extract.listing import next_page
from newscrawl.extract.page import Page
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.dates import parse_date
from newscrawl.normalize.views import parse_views
from newscrawl.site import Site

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)  # later than every page, and fixed: no figure changes with the calendar

PEERS = {
    "trafilatura": "trafilatura",
    "trafilatura_fast": "trafilatura",
    "trafilatura_precision": "trafilatura",
    "newspaper4k": "newspaper",
    "news_please": "newsplease",
    "readability": "readability html_text",
    "goose3": "goose3",
    "justext": "justext",
    "htmldate": "htmldate",
    "extruct_rules": "extruct",
}
"""Peers as `peers.py` names them, and the modules that each needs."""

COLUMNS = {
    "shF1": "body",  # F1 of shingles
    "snF1": "segments",  # F1
    "tAcc": "title",
    "aF1": "authors",  # F1
    "dAcc": "day",
    "dAcc*": "day*",  # without the labels that look wrong
    "dt60": "60 s",  # published, within a minute
    "iAcc": "image",
    "gF1": "tags",  # F1
    "ms": "ms",
}
"""The metrics shown, by their names in `score.py -h`: points, and milliseconds of CPU a page."""

Figures = dict[str, float]
Rows = dict[str, Figures]
"""By extractor: newscrawl first."""


class Measured(NamedTuple):
    """A set's figures, and newscrawl's score of each page where pages have one."""

    rows: Rows
    pages: dict[str, float]


class Bench(NamedTuple):
    """Where the sets are, where predictions go, and whether peers are asked."""

    shared: Path
    folder: Path
    peers: bool

    def run(self, script: str, *arguments: str | Path) -> str:
        """What a shared script prints. It leaves no compiled modules beside itself."""
        command = [sys.executable, self.shared / "data/bench" / script, *arguments]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, env=environment, check=True, text=True, stdout=subprocess.PIPE).stdout

    def write(self, name: str, predictions: Iterator[dict[str, Any]]) -> Path:
        """Keep predictions for a scorer, one a line."""
        path = self.folder / name / "newscrawl.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in predictions), encoding="utf-8")
        return path


# --- whole pages ------------------------------------------------------------------------------


def labelled_pages(bench: Bench, folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The truth and the text of each page, decoded as for the peers."""
    decode = runpy.run_path(str(bench.shared / "data/bench/peers.py"))["decode"]
    logging.disable(logging.NOTSET)  # the script silences the log of whoever runs it
    for row in lines(folder / "truth.jsonl"):
        yield row, decode(gzip.decompress((folder / "pages" / f"{row['id']}.html.gz").read_bytes()))


def read_pages(bench: Bench, folder: Path) -> Iterator[dict[str, Any]]:
    """What newscrawl makes of each page of a set, with the CPU seconds that it took."""
    warm = False
    for row, html in labelled_pages(bench, folder):
        url = row["url"] if str(row.get("url")).startswith("http") else "https://example.com/news/story.html"
        if not warm:  # tables that are made once are not the first page's cost
            read_page(html, url)
            warm = True
        began = time.process_time()
        article = read_page(html, url)
        seconds = time.process_time() - began
        yield {"id": row["id"], **(prediction(article) if article else {"error": "no article"}), "sec": seconds}


def read_page(html: str, url: str) -> Article | None:
    """The general extraction alone."""
    try:
        return extract(html, url, site=Site.generic(url), fetched_at=READ_AT)
    except NotAnArticle:
        return None


def prediction(article: Article) -> dict[str, Any]:
    """An article in the form that the scorers read: the date as printed, in the zone of the page."""
    published = None
    if article.published and article.published.at:
        zone = timezone(timedelta(minutes=article.published.offset or 0))
        published = article.published.at.astimezone(zone).isoformat()
        if article.published.precision == "day":
            published = published[:10]
    return {
        "title": article.headline,
        "body": article.body,
        "published": published,
        "authors": [author.name for author in article.authors],
        "tags": article.tags,
        "image": article.images[0].url if article.images else None,
        "description": article.lead,
        "views": article.views.count if article.views else None,
    }


def pages(bench: Bench, folder: Path) -> Measured:
    """A set of whole pages, by `score.py`."""
    predictions = [bench.write(folder.name, read_pages(bench, folder))]
    for peer, modules in PEERS.items() if bench.peers else ():
        if installed(modules):
            predictions.append(predictions[0].with_name(f"{peer}.jsonl"))
            bench.run("peers.py", peer, folder.name, "-o", predictions[-1])
    scores, each = predictions[0].with_name("scores.json"), predictions[0].with_name("pages.json")
    bench.run("score.py", folder.name, *predictions, "--no-rouge", "--json", scores, "--per-doc", each)
    rows = {
        name: {
            column: figures[key] if key == "ms" else figures[key] * 100
            for key, column in COLUMNS.items()
            # A peer that gives no body at all does not read bodies badly.
            if figures.get(key) is not None and (figures[key] or key not in {"shF1", "snF1"})
        }
        for name, figures in json.loads(scores.read_text()).items()
    }
    return Measured(rows, body_scores(json.loads(each.read_text())["newscrawl"]))


def body_scores(documents: dict[str, dict[str, list[float]]]) -> dict[str, float]:
    """F1 of the body of each page, in points, by shingles or by segments, as the set is labelled."""
    found = {}
    for identity, scores in documents.items():
        if shingles := scores.get("sh"):
            right, false, missing = shingles
        elif segments := scores.get("sn"):
            right, wanted, false = segments
            missing = wanted - right
        else:
            continue
        found[identity] = 200 * right / (2 * right + false + missing) if right else 0.0
    return found


# --- one thing at a time ----------------------------------------------------------------------

_LINE = re.compile(r"(\w+) (.+?) +(?=det |exact |P \d|[\w-]+: merged )(.*)")
_FIGURE = re.compile(r"\b(P|R|F1|Acc|place|city|agency|date) ([\d.]+)")
_VIEWS = re.compile(r"exact (\d+)/(\d+) .* without (\d+)/(\d+)")
_PAIRS = re.compile(r"\bALL: merged (\d+)/(\d+) false (\d+)/(\d+)")


def printed_figures(printed: str, kind: str) -> Rows:
    """The figures of one kind among the lines that `score_extra.py` prints."""
    rows = {}
    for name, rest in ((m[2], m[3]) for line in printed.splitlines() if (m := _LINE.match(line)) and m[1] == kind):
        if counts := _VIEWS.match(rest):
            rows[name] = {"exact": share(counts[1], counts[2]), "refused": 100 - share(counts[3], counts[4])}
        elif counts := _PAIRS.search(rest):
            rows[name] = {"merged": share(counts[1], counts[2]), "kept apart": 100 - share(counts[3], counts[4])}
        else:
            rows[name] = {metric: float(value) for metric, value in _FIGURE.findall(rest)}
    return rows


def share(part: str, whole: str) -> float:
    """Points."""
    return 100 * int(part) / int(whole)


def extra(bench: Bench, path: Path, kind: str, predict: Callable[[Bench, Path], Iterator[dict[str, Any]]]) -> Measured:
    """A set that `score_extra.py` scores from predictions."""
    printed = bench.run("score_extra.py", kind, bench.write(kind, predict(bench, path)))
    return with_baselines(bench, kind, printed)


def addresses(bench: Bench, path: Path) -> Measured:
    """Pairs of addresses: those of one page merged, those of two kept apart."""
    return with_baselines(
        bench, "urlnorm", bench.run("score_extra.py", "urlnorm", "newscrawl.normalize.urls:canonical_url")
    )


def with_baselines(bench: Bench, kind: str, printed: str) -> Measured:
    """newscrawl's line, and those of the peers and floors that the scorer itself knows."""
    (own,) = printed_figures(printed, kind).values()
    return Measured({"newscrawl": own, **(printed_figures(baselines(bench), kind) if bench.peers else {})}, {})


@lru_cache(maxsize=1)
def baselines(bench: Bench) -> str:
    """Lines of every kind, printed in one go."""
    return bench.run("score_extra.py", "baselines")


def told_links(bench: Bench, path: Path) -> Iterator[dict[str, Any]]:
    """Links of home pages, told apart by text and address."""
    return ({"id": row["id"], "is_story": is_story(row["text"], row["url"])} for row in lines(path))


def read_datelines(bench: Bench, path: Path) -> Iterator[dict[str, Any]]:
    """First lines of articles."""
    for row in lines(path):
        found = parse_dateline(row["text"], language=row["lang"])
        yield {"id": row["id"], **{part: getattr(found, part, None) for part in ("place", "agency", "date")}}


def labelled_datelines(bench: Bench, folder: Path) -> Measured:
    """Printed datelines to be read whole, and traps to be refused."""
    right = [
        (found := parse_dateline(row["text"], language=row["lang"])) is not None
        and (found.place, found.agency, found.date) == (row["place"], row["agency"], row["date"])
        for row in lines(folder / "positive.jsonl")
    ]
    refused = [
        parse_dateline(row["text"], language=row.get("lang")) is None for row in lines(folder / "negative.jsonl")
    ]
    return alone(read=right, refused=refused)


def labelled_views(bench: Bench, folder: Path) -> Measured:
    """Printed counters to be read exactly, and traps to be refused."""
    positive, negative = (
        [parse_views(row["text"], language=row["lang"]) == row["count"] for row in lines(folder / name)]
        for name in ("positive.jsonl", "negative.jsonl")
    )
    return alone(read=positive, refused=negative)


def date_strings(bench: Bench, path: Path) -> Measured:
    """Printed dates without any hint of language or country, to the minute; the peer is the project they come from."""
    now = datetime(2012, 11, 13)  # that of the other project's tests; later readings know no future to be refused
    rows = [(row["text"], datetime.fromisoformat(row["dt"])) for row in lines(path)]
    references = [now.replace(tzinfo=UTC) if wanted.year <= now.year else None for _, wanted in rows]
    found = [parse_date(text, reference=reference) for (text, _), reference in zip(rows, references, strict=True)]
    readings = {"newscrawl": [moment.at if moment else None for moment in found]}
    if bench.peers and installed("dateparser"):
        from dateparser import parse

        readings["dateparser"] = [parse(text, settings={"RELATIVE_BASE": now}) for text, _ in rows]
    minutes = [wanted.isoformat()[:16] for _, wanted in rows]  # without zones: the truth has none
    return Measured(
        {
            name: points(
                read=[at is not None and at.isoformat()[:16] == m for at, m in zip(given, minutes, strict=True)]
            )
            for name, given in readings.items()
        },
        {},
    )


def feeds(bench: Bench, folder: Path) -> Measured:
    """Items of feeds, each to be given by headline or address: a redirector's may be replaced by the real one."""
    found = []
    for expected in sorted(folder.glob("*.expected.json")):
        items = json.loads(expected.read_text(encoding="utf-8", errors="replace"))["feed"]["items"]
        try:
            body = expected.with_name(expected.name.removesuffix(".expected.json")).read_bytes()
            cards = read_feed(body, "https://example.com/feed").cards
        except NotAFeed:
            cards = []
        given = {text for card in cards for text in (card.url, card.headline)}
        found += [not given.isdisjoint({item["link"].strip(), item.get("title")}) for item in items if item.get("link")]
    return alone(items=found)


def listings(bench: Bench, folder: Path) -> Measured:
    """The next page of listings whose label leads to one."""
    found = []
    for row, html in labelled_pages(bench, folder):
        if selector := row.get("pagination", {}).get("next"):
            page = Page(html, row["url"])
            wanted = {
                page.absolute(link) for label in page.tree.xpath(xpath_of(selector)) for link in label.xpath(".//@href")
            }
            if wanted:
                found.append(next_page(page, Site.generic(row["url"])) in wanted)
    return alone(next_page=found)


def points(**answers: list[bool]) -> Figures:
    """The share of right answers by metric."""
    return {name.replace("_", " "): 100 * sum(right) / len(right) for name, right in answers.items()}


def alone(**answers: list[bool]) -> Measured:
    """A set that no peer reads."""
    return Measured({"newscrawl": points(**answers)}, {})


# --- which sets there are ---------------------------------------------------------------------

Measure = Callable[[Bench, Path], Measured]
OTHERS: dict[str, Measure] = {
    "bench/views_datelines/views": partial(extra, kind="views", predict=read_pages),
    "bench/views_datelines/datelines.jsonl": partial(extra, kind="datelines", predict=read_datelines),
    "bench/links/truth.jsonl": partial(extra, kind="links", predict=told_links),
    "bench/urlnorm/pairs.jsonl": addresses,
    "bench/dates_strings/pairs.jsonl": date_strings,
    "bench/feeds": feeds,
    "bench/listing": listings,
    "datelines": labelled_datelines,
    "views": labelled_views,
}
"""Sets that are no articles to be read whole, by their place below the folder of data."""


def sets_in(shared: Path) -> dict[str, tuple[Path, Measure]]:
    """The sets that are there, by name: every folder of articles with their truth, and the others."""
    data = shared / "data"
    found: dict[str, tuple[Path, Measure]] = {
        truth.parent.name: (truth.parent, pages)
        for truth in sorted((data / "bench").glob("*/truth.jsonl"))
        if (truth.parent / "pages").is_dir() and f"bench/{truth.parent.name}" not in OTHERS
    }
    for place, measure in OTHERS.items():
        name = re.sub(r"^bench/|/(?:truth|pairs)\.jsonl$|\.jsonl$", "", place)
        if (data / place).exists():
            found[name] = (data / place, measure)
    return found


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def installed(modules: str) -> bool:
    """Whether this Python has all the modules."""
    return all(importlib.util.find_spec(module) for module in modules.split())
