"""What routes share: who may ask, and how their answers are described and sent."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from sweeps.service.desk import Desk
from sweeps.service.identity import Who, needs
from sweeps.service.models import NOTHING_ODD
from sweeps.service.problems import ProblemError

Viewer = Annotated[Who, Depends(needs("viewer"))]
Submitter = Annotated[Who, Depends(needs("submitter"))]


def refuse_unknown_queries(request: Request) -> None:
    """Raise ProblemError for `?limt=5`: what nobody reads would go unnoticed."""
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in known:
            raise ProblemError(
                422, f"query.{name}: unknown; known here: {', '.join(known) or 'none'}"
            )


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
SweepId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=64,
        pattern=NOTHING_ODD,
        description="A sweep's id, or any unique beginning of it",
    ),
]

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

_SAID = {
    401: "No token, or not a good one",
    403: "Not for this token's role, not this user's sweep, or a foreign origin",
    404: "There is no such sweep or trial",
    409: "More than one sweep's id begins so, or the sweep is not in a state for that",
    413: "Too long",
    421: "For another host",
    422: "What was sent cannot be, for the reason given",
    429: "Too many requests, or too many sweeps: see Retry-After",
    503: "The ledger is away, or the service is about to end: see Retry-After",
}
OPEN = (400, 403, 421, 422, 429, 503)
ALWAYS = (*OPEN, 401)
OF_SWEEP = (*ALWAYS, 404, 409)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Descriptions of what else a route may answer."""
    return {
        status: {"description": _SAID.get(status, "Not a proper request"), "content": _PROBLEM}
        for status in sorted(statuses)
    }


def as_json(value: Any, status: int = 200) -> Response:
    """Plain data as it is: figures stay what they are in the ledger, bit for bit."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Response(text, status, media_type="application/json")


def shaped(model: type, said: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The description of an answer that `as_json` sends."""
    return {status: {"model": model, "description": said}}
