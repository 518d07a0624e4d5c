"""`/api/v1/sites` and `/api/v1/health`: the sites, what came of them, and how they are by their own history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from newscrawl.runs.site_states import site_states
from newscrawl.runs.wording import next_steps, sentence
from newscrawl.selection import Selection
from newscrawl.site import Site
from newscrawl.store.lookup import Database
from newscrawl.store.select import select
from newscrawl.store.site_days import site_days
from newscrawl.verdicts import Verdict
from newscrawl.web import shapes
from newscrawl.web.problems import Problem
from newscrawl.web.reading import DatabaseOf
from newscrawl.web.shapes import SUMMARY, as_json, problems
from newscrawl.web.site_files import SitesOf

router = APIRouter(prefix="/api/v1", tags=["sites"])

SITE_NAME = r"^[a-z0-9_-]{1,64}$"
Country = Annotated[str | None, Query(max_length=10, description="ISO 3166-1 code.", examples=["UA"])]
Language = Annotated[str | None, Query(max_length=40, description="BCP 47 code.", examples=["uk"])]


@router.get("/sites", summary="Every site", responses={200: {"model": shapes.SiteList}, **problems(422, 503)})
async def list_sites(
    database: DatabaseOf, sites: SitesOf, country: Country = None, language: Language = None
) -> Response:
    """The sites that can be crawled, each with how it was when it was last judged."""
    judged = database["health"].find({}, {"site": 1, "at": 1, "verdict.state": 1}).max_time_ms(5000)
    known = {health["site"]: health async for health in judged}
    chosen = [site for site in sites.values() if _is_of(site, country, language)]
    return as_json({"sites": [_summary(site, known.get(site.name)) for site in chosen]})


def _is_of(site: Site, country: str | None, language: str | None) -> bool:
    """A language names its variants, too."""
    codes = [f"{code}-".lower() for code in site.languages]
    return (not country or (site.country or "").lower() == country.lower()) and (
        not language or any(code.startswith(f"{language.lower()}-") for code in codes)
    )


def _summary(site: Site, health: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "name": site.name,
        "publisher": site.publisher,
        "home": site.home,
        "country": site.country,
        "languages": site.languages,
        "state": health["verdict"]["state"] if health else None,
        "state_at": health["at"] if health else None,
    }


@router.get("/sites/{name}", summary="One site", responses={200: {"model": shapes.OneSite}, **problems(404, 422, 503)})
async def get_site(
    database: DatabaseOf,
    sites: SitesOf,
    name: Annotated[str, Path(pattern=SITE_NAME, examples=["unn"])],
    days: Annotated[int, Query(ge=1, le=366, description="So many days back.")] = 30,
) -> Response:
    """Its definition, how it is, what its runs have stored day by day, and its newest articles."""
    now = datetime.now(UTC)
    site = sites.get(name)
    newest = (await select(database, Selection(sites=(name,)), limit=10, fields=SUMMARY)).articles
    if site is None and not newest:
        raise Problem(404, "no-such-site", "There is no site of this name; /api/v1/sites lists them.")
    verdict = (await site_states(database, [site], now, every=sites))[name] if site else None
    return as_json(
        {
            "site": site.model_dump(mode="json") | {"languages": site.languages} if site else {"name": name},
            "health": told(name, verdict) if verdict else None,
            "days": await site_days(database, name, now - timedelta(days=days)),
            "newest": newest,
        }
    )


@router.get("/health", summary="How sites are", responses={200: {"model": shapes.HealthList}, **problems(422, 503)})
async def list_health(database: DatabaseOf, sites: SitesOf) -> Response:
    """Every site that was ever crawled: `ok`, `degraded`, `failed` or `silent`, by its own history, and why."""
    return as_json({"sites": await health_of(database, sites)})


async def health_of(database: Database, sites: Any) -> list[dict[str, Any]]:
    """The verdict on each site that was ever crawled, with sentences for people, by name."""
    states = await site_states(database, sites.values(), datetime.now(UTC), every=sites)
    return [told(name, verdict) for name, verdict in sorted(states.items()) if verdict.state != "unknown"]


def told(name: str, verdict: Verdict) -> dict[str, Any]:
    """A verdict with sentences for people."""
    findings = [finding.model_dump() | {"sentence": sentence(finding)} for finding in verdict.findings]
    return {
        "site": name,
        **verdict.model_dump(exclude={"findings"}),
        "findings": findings,
        "next": next_steps(name, verdict) if verdict.findings else [],
    }
