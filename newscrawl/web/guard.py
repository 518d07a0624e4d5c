"""The outermost layer: whatever happens inside, the answer is one, has the security headers, and leaks nothing."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

from pymongo.errors import AutoReconnect, ExecutionTimeout, NetworkTimeout, PyMongoError, ServerSelectionTimeoutError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newscrawl.store.connect import DatabaseDown
from newscrawl.web.headers import add_security, is_data
from newscrawl.web.problems import Problem

log = logging.getLogger(__name__)

LONGEST_QUERY = 8192  # bytes
AGAIN = {"Retry-After": "5"}
AWAY = (AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError, DatabaseDown)

_TOLD = {
    404: ("no-such-address", "There is nothing at this address; /openapi.json lists what there is."),
    405: ("method-not-allowed", "This address is only read: use GET."),
}


def of_http(error: HTTPException) -> Problem:
    """The problem of an error that the framework has raised."""
    code, detail = _TOLD.get(error.status_code, ("refused", "The request cannot be answered."))
    return Problem(error.status_code, code, detail, headers=error.headers)


def of_database(error: Exception) -> Problem:
    """The problem of an error of the database; what it says is for the log alone."""
    if isinstance(error, ExecutionTimeout):
        return Problem(503, "too-slow", "The database took too long; ask for less, or again later.", headers=AGAIN)
    if not isinstance(error, AWAY):
        log.error("the database refused a request: %s, code %s", type(error).__name__, getattr(error, "code", None))
    return Problem(503, "database-down", "The database does not answer; try again in a few seconds.", headers=AGAIN)


def of_unknown(error: Exception) -> Problem:
    """The problem of an error that nobody foresaw."""
    log.error("%s%s in the answer to a request", type(error).__name__, _place(error))
    log.debug("", exc_info=error)
    return Problem(500, "unexpected", "newscrawl met an error that it does not know; its log names it.")


def _place(error: Exception) -> str:
    """Where in newscrawl it was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "newscrawl" in frame.filename]
    return f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}," if frames else ""


def answer_to(scope: Scope, problem: Problem) -> Response:
    """A problem as an answer: a page where a browser asks for one, else JSON.

    The pages set `app.state.problem_page`: a call with scope and problem that gives the page.
    """
    page = getattr(scope["app"].state, "problem_page", None) if "app" in scope else None
    if page is not None and not is_data(scope["path"]) and "text/html" in Headers(scope=scope).get("accept", ""):
        answer: Response = page(scope, problem)
        return answer
    return problem.response()


class Guard:
    """ASGI middleware: security headers on every answer, an answer to every error."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # shared by the copies that inner layers make of the scope
        has_begun = False

        async def guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                add_security(scope, MutableHeaders(raw=message["headers"]))
            await send(message)

        try:
            if len(scope["query_string"]) > LONGEST_QUERY:
                raise Problem(400, "too-long", f"The query is longer than {LONGEST_QUERY} bytes.")
            await self.app(scope, receive, guarded)
        except Exception as error:
            if has_begun:
                log.error("%s while an answer was sent; it is cut off", type(error).__name__)
                return  # incomplete, so that the server closes the connection
            problem = _problem_of(error)
            await answer_to(scope, problem)(scope, receive, guarded)


def _problem_of(error: Any) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, PyMongoError | DatabaseDown):
        return of_database(error)
    return of_unknown(error)
