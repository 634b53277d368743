"""Commands for sweeps. 200: it has obeyed; 202: it will, as soon as it comes to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from sweeps.service import orders
from sweeps.service.desk import Desk
from sweeps.service.models import Extend, Retry, SweepInfo
from sweeps.service.routes.answers import OF_SWEEP, AtDesk, Submitter, SweepId, problems

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["commands"])

ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": SweepInfo, "description": "Heard as soon as whoever runs it comes to it"},
    **problems(*OF_SWEEP),
}


@router.post("/pause", response_model=SweepInfo, responses=ANSWERS)
def pause(sweep: SweepId, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """Begin nothing new until the sweep is resumed; what runs is finished."""
    return _answer(desk, sweep, response, orders.pause(desk, who, sweep))


@router.post("/resume", response_model=SweepInfo, responses=ANSWERS)
def resume(sweep: SweepId, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """Go on with a sweep that was paused, interrupted or left."""
    return _answer(desk, sweep, response, orders.resume(desk, who, sweep))


@router.post("/stop", response_model=SweepInfo, responses=ANSWERS)
def stop(sweep: SweepId, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """End a sweep for good, after what runs is finished."""
    return _answer(desk, sweep, response, orders.end(desk, who, sweep, "stop"))


@router.post("/cancel", response_model=SweepInfo, responses=ANSWERS)
def cancel(sweep: SweepId, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """End a sweep for good, at once: what runs is lost, results that exist are kept."""
    return _answer(desk, sweep, response, orders.end(desk, who, sweep, "cancel"))


@router.post("/retry", response_model=SweepInfo, responses=ANSWERS)
def retry(sweep: SweepId, asked: Retry, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """Run trials that failed once more, and go on with the sweep."""
    return _answer(desk, sweep, response, orders.retry(desk, who, sweep, asked.reasons))


@router.post("/extend", response_model=SweepInfo, responses=ANSWERS)
def extend(sweep: SweepId, asked: Extend, desk: AtDesk, who: Submitter, response: Response) -> Any:
    """Give a sweep more trials than it began with, and go on with it."""
    return _answer(desk, sweep, response, orders.extend(desk, who, sweep, asked.trials))


def _answer(desk: Desk, sweep: str, response: Response, obeyed: bool) -> dict[str, Any]:
    response.status_code = 200 if obeyed else 202
    return desk.info(desk.find(sweep))
