"""Sweeps: submitted, listed, and one by one."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.pages import Place, Wanted
from sweeps.service.models import Line, Submission, SweepInfo, SweepPage
from sweeps.service.routes.answers import (
    ALWAYS,
    OF_SWEEP,
    AtDesk,
    Submitter,
    SweepId,
    Viewer,
    problems,
)
from sweeps.service.submitting import submit

router = APIRouter(prefix="/v1/sweeps", tags=["sweeps"])

CURSOR = re.compile(r"([0-9]{1,15})-([a-z0-9]{1,16})")
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="What the client calls this submission: sent twice, it is taken once",
    ),
]


@router.post(
    "",
    status_code=201,
    response_model=SweepInfo,
    responses={
        200: {"model": SweepInfo, "description": "It was submitted before, under the same key"},
        **problems(*ALWAYS, 409, 413),
    },
)
def submit_sweep(
    asked: Submission, desk: AtDesk, who: Submitter, response: Response, idempotency_key: Key = None
) -> Any:
    """Put a sweep into the queue."""
    sweep_id, new = submit(desk, who, asked, idempotency_key)
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/v1/sweeps/{sweep_id}"
    return desk.info(desk.find(sweep_id))


@router.get("", response_model=SweepPage, responses=problems(*ALWAYS))
def list_sweeps(
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001 - asked for, so that strangers are refused
    state: Annotated[Line | None, Query(description="As shown, `crashed` included")] = None,
    owner: Annotated[Line | None, Query(description="Who submitted it")] = None,
    name: Line | None = None,
    task: Line | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[
        str | None, Query(pattern=f"^{CURSOR.pattern}$", description="`next` of the page before")
    ] = None,
) -> Any:
    """Sweeps, the newest first, a page at a time."""
    wanted = Wanted(state, owner, name, task)
    rows, after = ledger_pages.page(desk.ledger, wanted, _place(before), limit)
    return {"items": desk.infos(rows), "next": None if after is None else f"{after[0]}-{after[1]}"}


@router.get("/{sweep}", response_model=SweepInfo, responses=problems(*OF_SWEEP))
def one_sweep(sweep: SweepId, desk: AtDesk, who: Viewer) -> Any:  # noqa: ARG001
    """How a sweep stands."""
    return desk.info(desk.find(sweep))


def _place(before: str | None) -> Place | None:
    found = CURSOR.fullmatch(before or "")
    return None if found is None else (int(found[1]), found[2])
