"""Whether the service is well, for those who watch over it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from sweeps.errors import LedgerError
from sweeps.ledger import pages as ledger_pages
from sweeps.service.desk import Desk
from sweeps.service.metrics import Metrics
from sweeps.service.routes.answers import ALWAYS, AtDesk, Viewer, problems
from sweeps.service.service_models import Health

router = APIRouter(tags=["service"])


@router.get("/healthz", response_model=Health)
def healthz() -> Any:
    """Whether the service answers at all."""
    return {"status": "ok", "trouble": None}


@router.get(
    "/readyz",
    response_model=Health,
    responses={503: {"model": Health, "description": "Not now: `trouble` says why"}},
)
def readyz(desk: AtDesk, response: Response) -> Any:
    """Whether the ledger answers and the queue is looked after."""
    trouble = _trouble(desk)
    if trouble is None:
        return {"status": "ok", "trouble": None}
    response.status_code = 503
    return {"status": "not ready", "trouble": trouble}


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {
            "content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}},
            "description": "In the text format",
        },
        **problems(*ALWAYS),
    },
)
def metrics(request: Request, who: Viewer) -> Response:  # noqa: ARG001 - strangers are refused
    """Figures for Prometheus."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(), media_type=CONTENT_TYPE_LATEST)


def _trouble(desk: Desk) -> str | None:
    try:
        ledger_pages.answers(desk.ledger)
    except LedgerError as error:
        return str(error)
    if not desk.runner.alive:
        return "nobody looks after the queue"
    view = desk.runner.view()
    return view.trouble or ("the service is about to end" if view.draining else None)
