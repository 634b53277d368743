"""What else there is to know of a sweep: its description, its beginnings, what it does and says."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from sweeps.live.at_work_file import read_at_work
from sweeps.service.described import readable
from sweeps.service.result_models import Facts
from sweeps.service.routes.answers import (
    OF_SWEEP,
    AtDesk,
    SweepId,
    Viewer,
    as_json,
    problems,
    shaped,
)
from sweeps.service.running.session_log import log_file
from sweeps.service.running.session_said import tail
from sweeps.service.service_models import AtWorkInfo

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["results"])


@router.get(
    "/document",
    responses={**shaped(dict[str, Any], "As in a sweep file"), **problems(*OF_SWEEP)},
)
def document(sweep: SweepId, desk: AtDesk, who: Viewer) -> Response:  # noqa: ARG001
    """The description that the sweep was started with, without addresses that may be secrets."""
    return as_json(readable(desk.ledger.document(desk.id_of(sweep))))


@router.get("/facts", responses={**shaped(Facts, "As JSON"), **problems(*OF_SWEEP)})
def facts(sweep: SweepId, desk: AtDesk, who: Viewer) -> Response:  # noqa: ARG001
    """A simple model's figures, earlier searches, what the sweep began with, and its race."""
    sweep_id, ledger = desk.id_of(sweep), desk.ledger
    kept = {
        "baseline": ledger.baseline(sweep_id),
        "priors": ledger.priors(sweep_id),
        "provenance": ledger.provenance(sweep_id),
        "race": ledger.race(sweep_id),
    }
    return as_json(
        {name: None if text is None else json.loads(text) for name, text in kept.items()}
    )


@router.get("/at-work", response_model=list[AtWorkInfo], responses=problems(*OF_SWEEP))
def at_work(sweep: SweepId, desk: AtDesk, who: Viewer) -> Any:  # noqa: ARG001
    """What its workers train at the moment, for longer than some seconds already."""
    row = desk.find(sweep)
    found = read_at_work(desk.store.at_work(row.sweep_id)) if row.holder is not None else []
    return [asdict(one) for one in found]


@router.get(
    "/log",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Lines"},
        **problems(*OF_SWEEP),
    },
)
def log(
    sweep: SweepId,
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001
    tail_: Annotated[
        int | None, Query(alias="tail", ge=0, le=1_000_000, description="The last lines only")
    ] = None,
) -> PlainTextResponse:
    """What the process that runs the sweep has said, the last megabyte at most."""
    return PlainTextResponse(tail(log_file(desk.store, desk.id_of(sweep)), tail_))
