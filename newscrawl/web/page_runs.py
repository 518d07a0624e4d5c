"""*Runs*: what crawls did and why they lost what they lost, and the page of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from newscrawl.runs.run_words import MORE, dropped_first, ended_as, length_of
from newscrawl.store.run_days import Day, reasons, run_days
from newscrawl.store.runs import Ambiguous, find_run, list_runs, samples_of, server_time, with_state
from newscrawl.web.charts import Chart, Series, bars
from newscrawl.web.kept import kept_of
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.rendering import address, page
from newscrawl.web.site_files import SitesOf

router = APIRouter(include_in_schema=False)

DAYS = 14
A_PAGE = 50
MOST_REASONS = 12
OUTCOMES = ("ok", "degraded", "failed", "running", "crashed")
Outcome = Literal["ok", "degraded", "failed", "running", "crashed"]


@router.get("/runs")
async def runs_page(
    request: Request,
    database: DatabaseOf,
    sites: SitesOf,
    site: Annotated[str, Query(max_length=100)] = "",
    outcome: Annotated[Literal[""] | Outcome, Query()] = "",
) -> Response:
    """The newest runs, with the days before and the reasons of what was lost."""
    now = datetime.now(UTC)
    runs = await list_runs(database, site=site.strip() or None, outcome=outcome or None, limit=A_PAGE)
    kept = kept_of(request)
    days = await kept.get("run days", lambda: run_days(database, now, DAYS))
    why = await kept.get("reasons", lambda: reasons(database, now - timedelta(days=DAYS)))
    return page(
        request,
        "runs.html",
        runs=[(run, ended_as(run), length_of(run, now)) for run in runs],
        outcomes_chart=outcomes_chart(days),
        new_chart=new_chart(days),
        why=why,
        ended=most(why.ended),
        dropped=most({reason: number for reason, number in why.dropped.items() if reason not in MORE}),
        errors=most(why.errors),
        days=DAYS,
        site=site.strip(),
        outcome=outcome,
        outcomes=OUTCOMES,
        site_names=sorted(sites),
    )


@router.get("/runs/{name}")
async def run_page(request: Request, name: str, database: DatabaseOf) -> Response:
    """One run, by its identity, by its beginning, or by `latest`."""
    try:
        run = await find_run(database, name)
    except Ambiguous as error:
        raise wrong_parameters([("run", str(error))]) from None
    if run is None:
        raise Problem(404, "no-such-run", f"There is no run {name[:100]}.")
    if run["_id"] != name:
        return RedirectResponse(address(f"/runs/{run['_id']}"), 307, {"Cache-Control": "no-store"})
    now = await server_time(database)
    [run] = with_state([run], now)
    counts = {key: number for key, number in (run.get("counts") or {}).items() if number}
    return page(
        request,
        "run.html",
        run=run,
        ended=ended_as(run),
        took=length_of(run, now),
        links=links_told(counts, run.get("dropped") or {}),
        counts=sorted(counts.items()),
        codes=sorted((run.get("codes") or run.get("statuses") or {}).items()),
        dropped=dropped_first(run.get("dropped") or {}),
        errors=sorted((run.get("errors") or {}).items(), key=lambda one: (-one[1], one[0])),
        samples=await samples_of(database, run["_id"]),
        coverage=sorted((run.get("coverage") or {}).items(), key=lambda one: (-one[1], one[0])),
        options=sorted((run.get("options") or {}).items()),
        versions=(run.get("versions") or {"newscrawl": run.get("version")}).items(),
        highest=_highest(run),
    )


def links_told(counts: Mapping[str, int], dropped: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """What became of all links to articles: class that colours it, name and number; together they are all."""
    parts = (
        ("state-ok", "stored", counts.get("stored", 0)),
        ("state-unknown", "known before", counts.get("known", 0) + counts.get("known_visited", 0)),
        ("state-degraded", "not stored", sum(dropped.values())),
        ("state-silent", "still waiting", counts.get("waiting", 0)),
    )
    return [part for part in parts if part[2]]


def _highest(run: Mapping[str, Any]) -> dict[str, int]:
    """The highest number of each table, which its bars are measured by."""
    tables = {"codes": run.get("codes") or run.get("statuses"), "dropped": run.get("dropped")}
    return {name: max((table or {}).values(), default=1) or 1 for name, table in tables.items()}


def most(found: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent reasons."""
    return Counter(found).most_common(MOST_REASONS)


def outcomes_chart(days: Sequence[Day]) -> Chart | None:
    """How the runs of each day ended; None where there was none."""
    if not any(day.runs for day in days):
        return None
    total: Counter[str] = sum((day.outcomes for day in days), Counter())
    kinds = [kind for kind in ("ok", "degraded", "failed", "running") if total[kind] or kind == "ok"]
    series = [
        Series(kind, f"state-{'unknown' if kind == 'running' else kind}", [day.outcomes[kind] for day in days])
        for kind in kinds
    ]
    told = ", ".join(f"{total[kind]:,} {kind}" for kind in kinds)
    return bars("Runs a day", _labels(days), series, first="day (UTC)", summary=f"Runs of {len(days)} days: {told}.")


def new_chart(days: Sequence[Day]) -> Chart | None:
    """New articles a day; None where there was no run."""
    if not any(day.runs for day in days):
        return None
    new = [day.new for day in days]
    summary = f"{sum(new):,} new articles in {len(days)} days, {new[-1]:,} of them today."
    series = [Series("new", "series-plain", new)]
    return bars("New articles a day", _labels(days), series, first="day (UTC)", summary=summary)


def _labels(days: Sequence[Day]) -> list[str]:
    return [f"{day.day:%-d %b}" for day in days]
