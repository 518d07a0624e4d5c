"""The application of `newscrawl serve`: its routes, what every request passes on its way to them, and its errors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from newscrawl.store.connect import Connection, open_connection
from newscrawl.web import articles, events, feeds, operations, pages, sites
from newscrawl.web.answers import Answers
from newscrawl.web.deliveries import delivering
from newscrawl.web.gate import Gate
from newscrawl.web.guard import Guard, answer_to, of_database, of_http
from newscrawl.web.metrics import Counted, HttpMetrics
from newscrawl.web.openapi import describe
from newscrawl.web.page_errors import problem_page
from newscrawl.web.problems import Problem, of_validation, wrong_parameters
from newscrawl.web.reader import Reader
from newscrawl.web.reading import refuse_unknown
from newscrawl.web.settings import WebSettings
from newscrawl.web.site_files import SiteFiles


def create_app(
    settings: WebSettings, connection: Connection | None = None, metrics: HttpMetrics | None = None
) -> FastAPI:
    """The application. `connection`: an open one, which stays its caller's; without, one is opened at start-up.
    `metrics`: what counts its answers, where somebody asks for that."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        reader = Reader(connection or await open_connection(settings.own))
        app.state.reader = reader
        if metrics is not None:
            metrics.reader = reader
        await reader.look()
        watch = asyncio.create_task(reader.watch())
        await pages.prepare(app)
        try:
            async with delivering(reader.database, is_wanted=settings.own.serve_webhooks):
                yield
        finally:
            reader.stopping.set()
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            if connection is None:
                await reader.close()

    counted = [Middleware(Counted, metrics=metrics)] if metrics is not None else []
    app = FastAPI(
        title="newscrawl",
        lifespan=lifespan,
        openapi_url="/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            Problem: _on_problem,
            RequestValidationError: _on_wrong_parameters,
            HTTPException: _on_http,
            PyMongoError: _on_database,
        },
        middleware=[
            *counted,
            Middleware(Guard),
            Middleware(Gate, settings=settings),
            Middleware(Answers, settings=settings),
        ],
    )
    app.state.settings = settings
    app.state.site_files = SiteFiles(settings.own)
    for router in (articles.router, sites.router, operations.router, feeds.router, events.router):
        app.include_router(router, dependencies=[Depends(refuse_unknown)])
    app.include_router(pages.router, dependencies=[Depends(refuse_unknown)])
    app.state.problem_page = problem_page
    describe(app, settings)
    return app


async def _on_problem(request: Request, error: Problem) -> Response:
    return answer_to(request.scope, error)


async def _on_wrong_parameters(request: Request, error: RequestValidationError) -> Response:
    return answer_to(request.scope, wrong_parameters(of_validation(error.errors())))


async def _on_http(request: Request, error: HTTPException) -> Response:
    return answer_to(request.scope, of_http(error))


async def _on_database(request: Request, error: PyMongoError) -> Response:
    return answer_to(request.scope, of_database(error))
