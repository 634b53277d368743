"""From the service to where else a sweep can be looked at."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from sweeps.service.beside.run_links import RunLinks
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.routes.answers import OF_SWEEP, AtDesk, SweepId, Viewer, problems

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["results"])


@router.get(
    "/mlflow",
    status_code=302,
    response_class=RedirectResponse,
    responses={302: {"description": "The page of its run"}, **problems(*OF_SWEEP)},
)
def mlflow(sweep: SweepId, request: Request, desk: AtDesk, who: Viewer) -> RedirectResponse:  # noqa: ARG001
    """Lead to the sweep's run in MLflow; 404 while it has none, 503 while MLflow is not up."""
    row = desk.find(sweep)
    links: RunLinks | None = getattr(request.app.state, "run_links", None)
    if links is None:
        raise ProblemError(503, "this service shows no MLflow", FAILED)
    return RedirectResponse(links.of(row.sweep_id), 302)
