"""From the service to where else a sweep can be looked at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from sweeps.service.desk import Desk
from sweeps.service.identity import Who, needs
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.run_links import RunLinks

router = APIRouter(prefix="/v1", tags=["reading"])


@router.get(
    "/sweeps/{sweep_id}/mlflow",
    status_code=302,
    response_class=RedirectResponse,
    summary="The sweep's run in MLflow",
)
def mlflow(
    sweep_id: str, request: Request, _: Annotated[Who, Depends(needs("viewer"))]
) -> RedirectResponse:
    """Leads to the page of the sweep's run; 404 while it has none, 503 while MLflow is not up."""
    desk: Desk = request.app.state.desk
    row = desk.find(sweep_id)
    links: RunLinks | None = getattr(request.app.state, "run_links", None)
    if links is None:
        raise ProblemError(503, "this service shows no MLflow", FAILED)
    return RedirectResponse(links.of(row.sweep_id), 302)
