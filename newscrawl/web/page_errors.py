"""Errors as pages for people: what happened, to which parameter, and what to do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from newscrawl.web.problems import Problem
from newscrawl.web.rendering import page

TITLES = {
    401: "A key is needed",
    403: "This key may not see that",
    404: "There is nothing here",
    405: "This page can only be read",
    414: "The address is too long",
    421: "The server has another name",
    422: "This address cannot be answered",
    429: "Too many requests",
    500: "Something went wrong",
    503: "The database does not answer",
}
_BY_CODE = {"too-slow": "That takes too long", "too-broad": "That takes too long", "no-site-files": "No site files"}


def problem_page(scope: Scope, problem: Problem) -> Response:
    """The page of a problem, with its status."""
    title = _BY_CODE.get(problem.code) or TITLES.get(problem.status, problem.title)
    answer = page(Request(scope), "error.html", status=problem.status, title=title, problem=problem)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer
