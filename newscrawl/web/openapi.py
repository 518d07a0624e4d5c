"""The OpenAPI document: what FastAPI finds, with the problems, examples and limits that it cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from newscrawl.web.examples import EXAMPLES
from newscrawl.web.problems import MEDIA_TYPE
from newscrawl.web.settings import WebSettings

ABOUT = """Read the articles that newscrawl has stored.

Every list takes the same filters; several values of one filter mean any of them. Answers carry an `ETag`: send it back
as `If-None-Match`, and what has not changed costs nothing (304). What goes wrong is told as
`application/problem+json` (RFC 9457) with a stable `code`.

`GET /api/v1/events` is a stream of server-sent events: each new or changed article with the same filters, `id` is its
`seq`, and `Last-Event-ID` goes on where a stream has ended. It has no end and so stands in no list of this document.
"""

_TOO_LONG = {"400": "The query is longer than it may be."}
_ANYWHERE = {
    "401": "No key, or one that does not hold.",
    "403": "The key has not the scope that the address takes.",
    "429": "Too many requests; `Retry-After` tells when to come again.",
}


def describe(app: FastAPI, settings: WebSettings) -> None:
    """Let the application give its document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, settings)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, settings: WebSettings) -> dict[str, Any]:
    made = get_openapi(title="newscrawl", version="1", description=ABOUT, routes=app.routes)
    schemas = made["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for path, methods in made["paths"].items():
        for operation in methods.values():
            _finish(operation, EXAMPLES.get(path), settings)
    if settings.needs_keys:
        made["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A key of `newscrawl keys add`."},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "password": {"type": "http", "scheme": "basic", "description": "Any name, and the key as the password."},
        }
        made["security"] = [{"bearer": []}, {"header": []}, {"password": []}]
    return made


def _finish(operation: dict[str, Any], example: Any, settings: WebSettings) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "limit":
            parameter["schema"]["maximum"] = settings.own.serve_page_limit
    responses = operation["responses"]
    always = _ANYWHERE if settings.needs_keys else {"429": _ANYWHERE["429"]} if settings.rate else {}
    for status, told in (_TOO_LONG | always).items():
        responses[status] = {"description": told}
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    if example is not None and "application/json" in responses["200"].get("content", {}):
        responses["200"]["content"]["application/json"]["example"] = example
    responses["304"] = {"description": "What `If-None-Match` names is still the answer."}
