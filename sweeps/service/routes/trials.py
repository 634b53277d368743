"""What came of a sweep's trials."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from sweeps import wire
from sweeps.ledger import pages as ledger_pages
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.service.best_kept import BestKept
from sweeps.service.problems import ProblemError
from sweeps.service.result_models import PassedInfo, TrialInfo, TrialPage
from sweeps.service.routes.answers import (
    OF_SWEEP,
    AtDesk,
    SweepId,
    Viewer,
    as_json,
    problems,
    shaped,
)
from sweeps.service.routes.streamed import Row, Rows, as_list, as_page

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["results"])

HIGHEST = 2**31 - 1
State = Literal["running", "done", "failed", "pruned", "cancelled"]

AT_ONCE = {"brief": 200, "whole": 20}
COURSE_AT_ONCE = 1_000
"""Trials that are in memory together, for each answer under way."""


@router.get("/trials", responses={**shaped(TrialPage, "Trials by number"), **problems(*OF_SWEEP)})
def trials(
    sweep: SweepId,
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001 - asked for, so that strangers are refused
    detail: Literal["brief", "whole"] = "brief",
    state: State | None = None,
    after: Annotated[int, Query(ge=-1, le=HIGHEST, description="`next` of the page before")] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """A sweep's trials by number, a page at a time."""
    sweep_id = desk.id_of(sweep)
    read = brief_from_json if detail == "brief" else result_from_json
    states = None if state is None else (state,)

    def rows(later: int, most: int) -> list[Row]:
        found = ledger_pages.trials_after(desk.ledger, sweep_id, later, most, states, read)
        return [wire.begun_fields(one) for one in found]

    return as_page(Rows(rows, partial(desk.id_of, sweep_id), after, limit, AT_ONCE[detail]))


@router.get("/trials/{number}", responses={**shaped(TrialInfo, "It"), **problems(*OF_SWEEP)})
def trial(
    sweep: SweepId,
    number: Annotated[int, Path(ge=0, le=HIGHEST)],
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001
) -> Response:
    """One trial, its result whole."""
    sweep_id = desk.id_of(sweep)
    try:
        return as_json(wire.begun_fields(desk.ledger.trial(sweep_id, number)))
    except LookupError as error:
        raise ProblemError(404, str(error.args[0])) from error


@router.get("/course", responses={**shaped(list[PassedInfo], "Every trial"), **problems(*OF_SWEEP)})
def course(
    sweep: SweepId,
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001
    after: Annotated[
        int, Query(ge=-1, le=HIGHEST, description="The number of the last one that is known")
    ] = -1,
    limit: Annotated[
        int, Query(ge=1, le=HIGHEST, description="Of so many trials at most; of all when left out")
    ] = HIGHEST,
) -> Response:
    """When each trial that was begun began and ended, and what it came to, by number."""
    sweep_id = desk.id_of(sweep)

    def rows(later: int, most: int) -> list[Row]:
        found = ledger_pages.course_after(desk.ledger, sweep_id, later, most)
        return [wire.passed_fields(one) for one in found]

    return as_list(Rows(rows, partial(desk.id_of, sweep_id), after, limit, COURSE_AT_ONCE))


@router.get("/reasons", response_model=dict[str, int], responses=problems(*OF_SWEEP))
def reasons(
    sweep: SweepId,
    desk: AtDesk,
    who: Viewer,  # noqa: ARG001
    confirmations: Annotated[bool, Query(description="Count those of confirmations, too")] = True,
) -> Any:
    """How many trials failed for which reason, the most frequent first."""
    sweep_id = desk.id_of(sweep)
    return desk.ledger.reasons(sweep_id, confirmations=confirmations)


@router.get("/best", response_model=dict[str, Any] | None, responses=problems(*OF_SWEEP))
def best(sweep: SweepId, request: Request, desk: AtDesk, who: Viewer) -> Response:  # noqa: ARG001
    """The best trial and what of it can be trusted, or the front of several objectives.

    As `sweeps best --json` prints it: null when no trial has a score. Of a sweep that runs and has
    many trials it may be some moments old.
    """
    kept: BestKept = request.app.state.best
    return as_json(kept.of(desk.find(sweep)))
