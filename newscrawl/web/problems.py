"""Answers to what cannot be answered: `application/problem+json` of RFC 9457, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
LONGEST_DETAIL = 1000  # characters
MOST_MISTAKES = 20


class Mistake(BaseModel):
    """What is wrong with one parameter."""

    parameter: str = Field(description="Its name.", examples=["limit"])
    message: str = Field(description="What is wrong.", examples=["Input should be greater than or equal to 1"])


class ProblemDetails(BaseModel):
    """Why a request has no other answer (RFC 9457)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    code: str = Field(description="A stable code of the problem.", examples=["no-such-article"])
    detail: str = Field(description="What happened and what to do.", examples=["No article has this identity."])
    errors: list[Mistake] = Field(default_factory=list, description="The parameters that are wrong.")


class Problem(Exception):
    """Raised by whatever cannot answer; the server makes the answer of it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail[:LONGEST_DETAIL]
        self.errors = list(errors)[:MOST_MISTAKES]
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def as_json(self) -> dict[str, Any]:
        """The members of the answer."""
        told: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status, "code": self.code}
        told["detail"] = self.detail
        told["errors"] = [{"parameter": name, "message": message} for name, message in self.errors]
        return told

    def response(self) -> Response:
        """The answer for programs."""
        return Response(
            orjson.dumps(self.as_json()),
            self.status,
            {"Cache-Control": "no-store", **self.headers},
            media_type=MEDIA_TYPE,
        )


def wrong_parameters(errors: Sequence[tuple[str, str]]) -> Problem:
    """The problem of parameters that are wrong: name and what is wrong of each."""
    told = "; ".join(f"{name}: {message}" for name, message in errors[:MOST_MISTAKES])
    return Problem(422, "wrong-parameter", told, errors=errors)


def of_validation(errors: Sequence[Any], names: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Pydantic's errors as name and message, without what was given. `names`: field to parameter."""
    told = []
    for error in errors:
        place = [str(part) for part in error["loc"] if part not in ("query", "path", "header")]
        name = (names or {}).get(place[0], place[0]) if place else "query"
        told.append((name[:100], str(error["msg"]).removeprefix("Value error, ")[:300]))
    return told


def of_model(error: ValidationError, names: Mapping[str, str]) -> Problem:
    """The problem that a model has with values that came from parameters."""
    return wrong_parameters(of_validation(error.errors(include_url=False, include_context=False), names))
