"""*Sites*: how each is by its own history, and the page of one site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from newscrawl.normalize.completeness import Estimate
from newscrawl.runs.run_words import ended_as, length_of
from newscrawl.runs.site_states import site_states, zone_of
from newscrawl.runs.wording import expected_number, next_steps, sentence
from newscrawl.site import Site
from newscrawl.store.ledger import Ledger, read_ledger
from newscrawl.store.lookup import Database
from newscrawl.store.run_days import Day, last_coverage, run_days_of
from newscrawl.store.runs import list_runs
from newscrawl.store.unfiled import unfiled_sites
from newscrawl.verdicts import GRAVITY, Verdict
from newscrawl.web.charts import Chart, Series, bars
from newscrawl.web.kept import kept_of
from newscrawl.web.problems import Problem
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.rendering import address, page
from newscrawl.web.site_files import SitesOf

router = APIRouter(include_in_schema=False)

DAYS = 14
A_MONTH = 28
MOST_RUNS = 15
A_PAGE = 60  # sites
FATES = (
    ("stored", "stored"),
    ("failed", "failed, with a reason"),
    ("on-the-way", "on the way"),
    ("left-out", "left out as asked"),
    ("missing", "missing"),
)
"""What became of what was shown, and how the page calls it."""


class Bars(NamedTuple):
    """The last days of a site as a small drawing: one path for all bars of a colour."""

    width: int
    told: str
    """What it shows, in words."""
    paths: list[tuple[str, str]]
    """Class that colours it, and path."""


class Row(NamedTuple):
    """A site in the list."""

    name: str
    publisher: str
    country: str | None
    languages: tuple[str, ...]
    verdict: Verdict
    new: str | None
    bars: Bars
    coverage: float | None
    """Mean share of the fields of its articles."""
    wrong: tuple[str, ...]
    more: int
    """Further findings."""


@router.get("/sites")
async def sites_page(
    request: Request,
    database: DatabaseOf,
    filed: SitesOf,
    state: Annotated[Literal["", "ok", "degraded", "failed", "silent", "unknown"], Query()] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    part: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """The sites that were ever crawled, what is wrong first; `state=unknown`: those that were not."""
    now = datetime.now(UTC)
    sites = await _every(request, database, filed)
    states = await site_states(database, sites.values(), now)
    crawled = [name for name, verdict in states.items() if verdict.state != "unknown" or verdict.last_run]
    if state == "unknown":
        chosen = [name for name in states if name not in {*crawled}]
    else:
        chosen = [name for name in crawled if state in ("", states[name].state)]
    words = q.casefold().split()
    chosen = [name for name in chosen if _has_words(sites[name], words)]
    chosen.sort(key=lambda name: (GRAVITY.index(states[name].state), name))
    number, chosen = len(chosen), chosen[(part - 1) * A_PAGE : part * A_PAGE] if state != "unknown" else chosen
    history = {}
    if state != "unknown":
        key = ("days of sites", *chosen)
        history = await kept_of(request).get(key, lambda: run_days_of(database, chosen, now, DAYS))
    coverage = await last_coverage(database, chosen, now - timedelta(days=DAYS)) if history else {}
    rows = [_row(sites[name], states[name], history.get(name, []), coverage.get(name)) for name in chosen]
    counts = {name: sum(states[one].state == name for one in crawled) for name in GRAVITY[:4]}
    asked = {"q": q, "state": state}
    return page(
        request,
        "sites.html",
        rows=rows,
        state=state,
        q=q,
        counts=counts,
        crawled=len(crawled),
        never=len(states) - len(crawled),
        days=DAYS,
        earlier=address("/sites", {**asked, "part": part - 1}) if part > 1 else None,
        later=address("/sites", {**asked, "part": part + 1}) if part * A_PAGE < number and state != "unknown" else None,
    )


async def _every(request: Request, database: Database, filed: Mapping[str, Site]) -> Mapping[str, Site]:
    """The sites of the site files, and those that were crawled by a file that is not there any more."""
    others = await kept_of(request).get("unfiled sites", lambda: unfiled_sites(database, filed))
    return {**others, **filed}


def bars_of(name: str, history: Sequence[Day]) -> Bars:
    """One bar a day: its height is the number of new articles, its colour how the runs ended; a dot: there was none."""
    highest = max((day.new for day in history), default=0) or 1
    paths: dict[str, str] = {}
    for place, day in enumerate(history):
        left = 9 * place + 1
        if day.worst is None:
            look, drawn = "state-unknown", f"M{left + 2} 28v-2h3v2z"
        else:
            height = max(3, round(27 * day.new / highest))
            look, drawn = f"state-{day.worst}", f"M{left} 28v-{height}h7v{height}z"
        paths[look] = paths.get(look, "") + drawn
    new = sum(day.new for day in history)
    bad = sum(day.worst in ("degraded", "failed") for day in history)
    none = sum(day.worst is None for day in history)
    told = f"{name}, the last {len(history)} days: {new:,} new articles"
    told += f", runs were not well on {bad}" if bad else ""
    told += f", none took place on {none}" if none else ""
    return Bars(9 * len(history), told, [*paths.items()])


def _has_words(site: Site, words: Sequence[str]) -> bool:
    text = " ".join([site.name, site.publisher or "", site.country or "", *site.languages]).casefold()
    return all(word in text for word in words)


def _row(site: Site, verdict: Verdict, history: Sequence[Day], coverage: Mapping[str, float] | None) -> Row:
    sentences = [sentence(finding) for finding in verdict.findings]
    return Row(
        name=site.name,
        publisher=site.publisher or site.name,
        country=site.country,
        languages=site.languages,
        verdict=verdict,
        new=expected_number(verdict),
        bars=bars_of(site.publisher or site.name, history),
        coverage=sum(coverage.values()) / len(coverage) if coverage else None,
        wrong=tuple(sentences[:2]),
        more=max(0, len(sentences) - 2),
    )


@router.get("/sites/{name}")
async def site_page(request: Request, name: str, database: DatabaseOf, filed: SitesOf) -> Response:
    """One site."""
    sites = filed if name in filed else await _every(request, database, filed)
    site = sites.get(name)
    if site is None:
        raise Problem(404, "no-such-site", f"There is no site {name[:64]}; the page of all sites has their names.")
    now = datetime.now(UTC)
    verdict = (await site_states(database, [site], now, every=sites))[name]
    history = (await run_days_of(database, [name], now, A_MONTH))[name]
    coverage = (await last_coverage(database, [name], now - timedelta(days=A_MONTH))).get(name, {})
    ledger = await read_ledger(
        database, name, since=now - timedelta(hours=24), now=now, zone=zone_of(site), configured=site.sources
    )
    runs = await list_runs(database, site=name, limit=MOST_RUNS)
    return page(
        request,
        "site.html",
        site=site,
        verdict=verdict,
        findings=[(finding, sentence(finding)) for finding in verdict.findings],
        steps=next_steps(name, verdict) if verdict.findings else [],
        new=expected_number(verdict),
        chart=days_chart(history, f"New articles of {site.publisher or name} a day"),
        coverage=sorted(coverage.items(), key=lambda one: (-one[1], one[0])),
        ledger=ledger,
        fates=_fates(ledger),
        estimate=ledger.estimate if isinstance(ledger.estimate, Estimate) else None,
        runs=[(run, ended_as(run), length_of(run, now)) for run in runs],
    )


def _fates(ledger: Ledger) -> list[tuple[str, str, int]]:
    counts = ledger.fates
    return [(fate, told, counts[fate]) for fate, told in FATES if counts[fate] or fate in ("stored", "missing")]


def days_chart(history: Sequence[Day], title: str) -> Chart | None:
    """New articles a day, coloured by how the runs of the day ended; None where there was no run."""
    if not any(day.runs for day in history):
        return None
    labels = [f"{day.day:%-d %b}" for day in history]
    kinds = (("ok", "runs were well"), ("degraded", "runs were degraded"), ("failed", "runs failed"))
    series = [
        Series(told, f"state-{kind}", [day.new if day.worst == kind else 0 for day in history])
        for kind, told in kinds
        if kind == "ok" or any(day.worst == kind for day in history)
    ]
    new, bad = sum(day.new for day in history), sum(day.worst not in (None, "ok") for day in history)
    summary = f"{new:,} new articles in {len(history)} days" + (
        f"; on {bad} {'day' if bad == 1 else 'days'} runs were not well." if bad else "."
    )
    return bars(title, labels, series, first="day (UTC)", summary=summary)
