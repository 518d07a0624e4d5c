"""What the shipped site files do on real pages of their publishers: `make bench-publishers`.

Every page in the folder that `NEWSCRAWL_SHARED` names whose address belongs to a shipped site is read twice, by the
general extraction alone and with the site's file, and both readings are held against the page's labels. Exits with 1
where a file makes a page worse, is not the first owner of a page's address, or takes it for no article; with 2 where
there is nothing to measure.
"""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any

from accuracy_sets import READ_AT, Bench, body_scores, labelled_pages, lines, prediction
from rich.console import Console
from rich.table import Table
from shared_folder import shared_folder

from newscrawl import extract
from newscrawl.article import NotAnArticle
from newscrawl.normalize.urls import fetchable_url
from newscrawl.site import Site, load_sites, site_of

ROOT = Path(__file__).resolve().parent.parent
SETS = ("fundus_td", "aed", "traf", "newspaper4k", "htmldate_def")
FIELDS = ("headline", "body", "published", "authors", "section", "tags", "images", "language", "views")
TOLERANCE = 0.05  # points of a body's F1: rounding

_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")

Scores = dict[str, float]
"""Points by label: title, authors, day, 60 s, body. A label that the page does not have is left out."""


@dataclass
class PageReport:
    """One page of a shipped site, read without and with its file."""

    site: str
    identity: str
    url: str
    is_article: bool | None
    without: Scores
    with_site: Scores
    fields: frozenset[str] = field(default_factory=frozenset)
    """Fields that the site's reading has."""

    @property
    def worse(self) -> list[str]:
        """Labels that the site's file makes worse."""
        return [label for label, points in self.without.items() if self.with_site[label] < points - TOLERANCE]

    @property
    def better(self) -> list[str]:
        """Labels that the site's file mends."""
        return [label for label, points in self.without.items() if self.with_site[label] > points + TOLERANCE]


def reports(shared: Path, sites: dict[str, Site]) -> Iterator[PageReport]:
    """Every labelled page whose address belongs to one of the sites."""
    bench = Bench(shared, shared, peers=False)
    for name in SETS:
        for row, html in labelled_pages(bench, shared / "data/bench" / name):
            url = str(row.get("url"))
            site = site_of(url, sites.values()) if url.startswith("http") else None
            if site is None:
                continue
            address = fetchable_url(url) or url
            without, _fields = _read(html, address, Site.generic(address), row, shared)
            with_site, fields = _read(html, address, site, row, shared)
            yield PageReport(site.name, row["id"], url, site.is_article(address), without, with_site, fields)


def _read(html: str, url: str, site: Site, row: dict[str, Any], shared: Path) -> tuple[Scores, frozenset[str]]:
    try:
        article = extract(html, url, site=site, fetched_at=READ_AT)
    except NotAnArticle:
        return scores(row, {}, shared), frozenset()
    return scores(row, prediction(article), shared), frozenset(name for name in FIELDS if getattr(article, name))


@lru_cache(maxsize=1)
def _scorer(shared: Path) -> dict[str, Any]:
    return runpy.run_path(str(shared / "data/bench/score.py"))


def scores(row: dict[str, Any], predicted: dict[str, Any], shared: Path) -> Scores:
    """How a reading agrees with the page's labels, by the rules of `score.py`."""
    score = _scorer(shared)
    found: Scores = {}
    if row.get("title"):
        found["title"] = 100.0 * (score["norm"](row["title"]) == score["norm"](predicted.get("title")))
    if row.get("authors"):
        truth, own = score["names"](row["authors"]), score["names"](predicted.get("authors"))
        found["authors"] = 200.0 * len(truth & own) / (len(truth) + len(own) or 1)
    if label := score["day"](row.get("published")):
        found["day"] = 100.0 * (score["day"](predicted.get("published")) == label)
    if label := score["instant"](row.get("published_time")):
        own_time = score["instant"](predicted.get("published"))
        if own_time is not None and not _ZONE.search(row["published_time"]):  # what the page prints, in its own zone
            own_time = own_time.replace(tzinfo=UTC)
        found["60 s"] = 100.0 * (own_time is not None and abs((own_time - label).total_seconds()) <= 60)
    body = predicted.get("body") or ""
    if row.get("body"):
        found |= {"body": body_scores({"page": {"sh": list(score["shingle"](row["body"], body))}})["page"]}
    elif row.get("with"):
        text = score["ws"](body)
        right, false = (sum(score["ws"](s) in text for s in row.get(k) or ()) for k in ("with", "without"))
        found |= {"body": body_scores({"page": {"sn": [right, len(row["with"]), false]}})["page"]}
    return found


def home_page_links(shared: Path, sites: dict[str, Site]) -> list[tuple[Site, str, bool]]:
    """Labelled links of home pages that stand on a shipped site, with whether each leads to a story."""
    rows = lines(shared / "data/bench/links/truth.jsonl")
    owned = ((site_of(row["url"], sites.values()), row) for row in rows if row["url"].startswith("http"))
    return [(site, row["url"], row["is_story"]) for site, row in owned if site]


def mean(values: Iterator[float]) -> str:
    """Their mean, in points."""
    known = list(values)
    return f"{sum(known) / len(known):.1f}" if known else "–"


def table_of(pages: list[PageReport]) -> Table:
    """One row a site: its pages, the share of each field, and each label without and with the file."""
    labels = ("title", "authors", "day", "60 s", "body")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("site", "pages", "articles", *labels, "fields missing"):
        table.add_column(column, no_wrap=column == "site")
    for name in sorted({page.site for page in pages}):
        own = [page for page in pages if page.site == name]
        cells = []
        for label in labels:
            before = mean(page.without[label] for page in own if label in page.without)
            after = mean(page.with_site[label] for page in own if label in page.with_site)
            cells.append(after if before == after else f"{before} → {after}")
        missing = [f for f in FIELDS[:-1] if not all(f in page.fields for page in own)]
        recognised = sum(page.is_article is not False for page in own)
        table.add_row(name, str(len(own)), str(recognised), *cells, " ".join(missing))
    return table


def main() -> int:
    """Print the table and every page that is worse."""
    shared = shared_folder("data/bench")
    console = Console(width=160)
    sites = load_sites()
    pages = list(reports(shared, sites))
    console.print(table_of(pages))
    wrong = [page for page in pages if page.worse or page.is_article is False]
    mended = [page for page in pages if page.better]
    console.print(f"{len(pages)} pages of {len({page.site for page in pages})} of {len(sites)} shipped sites")
    for page in mended:
        console.print(f"better  {page.site}, {page.identity}: {', '.join(page.better)}")
    for page in wrong:
        console.print(f"WORSE  {page.site}, {page.url}: {', '.join(page.worse) or 'is taken for no article'}")
    for site, url, is_story in home_page_links(shared, sites):
        if site.is_article(url) is (not is_story):
            console.print(f"link  {site.name}, {url}: labelled as {'a story' if is_story else 'no story'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
