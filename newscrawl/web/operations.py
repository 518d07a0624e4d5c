"""`/api/v1/runs`, `/api/v1/statistics` and `/api/v1/schema`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from newscrawl.json_schema import article_schema
from newscrawl.store.runs import Ambiguous, Chosen, find_run, list_runs, samples_of, server_time, with_state
from newscrawl.store.statistics import statistics
from newscrawl.web import shapes
from newscrawl.web.articles import check_limit
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reading import DatabaseOf, Moment, ReaderOf, begin_of
from newscrawl.web.shapes import as_json, dumped, problems

router = APIRouter(prefix="/api/v1")


class RunsQuery(BaseModel):
    """The parameters of the list of runs."""

    model_config = ConfigDict(extra="forbid")

    site: str | None = Field(default=None, max_length=64, description="Of this site only.", examples=["unn"])
    outcome: Chosen | None = Field(default=None, description="How it ended, or that it goes on.")
    since: Moment | None = Field(default=None, description="Begun on this day or at this instant (UTC), or later.")
    limit: int = Field(default=20, ge=1, description="Most runs.")


@router.get(
    "/runs",
    tags=["runs"],
    summary="The newest runs",
    responses={200: {"model": shapes.RunList}, **problems(422, 503)},
)
async def get_runs(request: Request, database: DatabaseOf, asked: Annotated[RunsQuery, Query()]) -> Response:
    """Each crawl of a site: what was asked, what became of it, and its counts."""
    check_limit(request, asked.limit)
    since = begin_of(asked.since) if asked.since is not None else None
    runs = await list_runs(database, site=asked.site, outcome=asked.outcome, since=since, limit=asked.limit)
    return as_json({"runs": runs})


@router.get(
    "/runs/{name}",
    tags=["runs"],
    summary="One run",
    responses={200: {"model": shapes.OneRun}, **problems(404, 422, 503)},
)
async def get_run(
    database: DatabaseOf, name: Annotated[str, Path(min_length=1, max_length=150, examples=["latest"])]
) -> Response:
    """By its identity or the beginning of it, by `latest`, or by the name of its site: its newest one."""
    try:
        run = await find_run(database, name)
    except Ambiguous as error:
        raise wrong_parameters([("name", str(error))]) from None
    if run is None:
        raise Problem(404, "no-such-run", "There is no run of this name.")
    (shown,) = with_state([run], await server_time(database))
    return as_json({"run": shown, "samples": await samples_of(database, run["_id"])})


@router.get(
    "/statistics",
    tags=["statistics"],
    summary="What is stored, in figures",
    responses={200: {"model": shapes.Statistics}, **problems(422, 503)},
)
async def get_statistics(reader: ReaderOf, database: DatabaseOf) -> Response:
    """Totals, how far the order of news has come, and the publications of the last 24 hours."""
    return as_json({**await statistics(database, datetime.now(UTC)), "seq": reader.seq})


SCHEMA = dumped(article_schema())


@router.get("/schema", tags=["articles"], summary="The JSON Schema of an article", response_class=Response)
async def get_schema() -> Response:
    """Every field with its type, its unit and its meaning."""
    return Response(SCHEMA, media_type="application/schema+json")
