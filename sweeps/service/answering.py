"""From what went wrong to the answer: problem+json, with the words of the command line."""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from search_spaces import SpaceError
from sweeps.coordinator import FinalError
from sweeps.errors import LedgerAwayError, LedgerError, SweepFileError, printable
from sweeps.lease import LeaseError
from sweeps.ledger.jobs import KeyTakenError
from sweeps.redaction import redacted
from sweeps.service.problems import FAILED, ProblemError
from sweeps.user_code.user_code import UserCodeError

MEDIA_TYPE = "application/problem+json"
AWAY_SECONDS = "5"
"""After how many seconds a ledger that is away is worth asking again."""

log = logging.getLogger(__name__)


def answer_problems(app: FastAPI) -> None:
    """Whatever is raised while a request is answered becomes a problem."""
    app.add_exception_handler(ProblemError, lambda _, error: problem_of(error))
    app.add_exception_handler(RequestValidationError, lambda _, error: problem_of(error))
    app.add_exception_handler(HTTPException, _nothing_there)
    for kind in (
        SweepFileError,
        SpaceError,
        UserCodeError,
        LeaseError,
        LedgerError,
        FinalError,
        KeyTakenError,
    ):
        app.add_exception_handler(kind, lambda _, error: problem_of(error))
    app.add_exception_handler(Exception, _unexpected)


def problem_of(error: Exception) -> JSONResponse:
    """The answer to an error that is expected."""
    return problem(told(error))


def told(error: Exception) -> ProblemError:
    """The error as a problem."""
    match error:
        case ProblemError():
            return error
        case RequestValidationError():
            return ProblemError(422, _in_words(error.errors()))
        case HTTPException():
            return ProblemError(error.status_code, error.detail, headers=error.headers or {})
        case SweepFileError() | SpaceError() | UserCodeError():
            return ProblemError(422, str(error), lines=getattr(error, "lines", ""))
        case LeaseError():
            return ProblemError(409, str(error), FAILED)
        case FinalError() | KeyTakenError():
            return ProblemError(409, str(error))
        case LedgerAwayError():
            return ProblemError(503, str(error), FAILED, headers={"Retry-After": AWAY_SECONDS})
        case _:
            return ProblemError(503, str(error), FAILED)


def problem(error: ProblemError) -> JSONResponse:
    """A problem as it is sent."""
    content = {
        "type": "about:blank",
        "title": http.HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": redacted(printable(error.detail)),
        "exit_code": error.exit_code,
        "lines": redacted(error.lines),
    }
    return JSONResponse(content, error.status, dict(error.headers), media_type=MEDIA_TYPE)


def _nothing_there(request: Request, error: Exception) -> JSONResponse:
    """What the router says, with what was looked for."""
    asked = told(error)
    what = f"{request.method} {request.url.path}"
    if asked.status == 404:
        return problem(replace(asked, detail=f"there is nothing for {what}"))
    if asked.status == 405:
        # The router names the methods of one route alone, of those with this path.
        allowed = _methods(request) or asked.headers.get("Allow", "")
        detail = f"there is nothing for {what}, but for {allowed}"
        return problem(replace(asked, detail=detail, headers={"Allow": allowed}))
    return problem(asked)


def _methods(request: Request) -> str:
    """Those of the path, as the API's description has them."""
    for template, item in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(request.url.path):
            return ", ".join(method.upper() for method in item)
    return ""


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = f"the service failed unexpectedly: {type(error).__name__}; its log says where"
    return problem(ProblemError(500, detail, FAILED))


def _in_words(errors: Sequence[Mapping[str, Any]]) -> str:
    """`body.priority: Input should be a valid integer`, and so on for each."""
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in errors
    )
