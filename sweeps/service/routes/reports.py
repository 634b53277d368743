"""The page about a sweep that `sweeps report` writes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from sweeps.service.guards.answer import REPORT_POLICY
from sweeps.service.report_pages import ReportPages
from sweeps.service.routes.answers import OF_SWEEP, AtDesk, SweepId, Viewer, problems

router = APIRouter(prefix="/v1/sweeps/{sweep}", tags=["results"])


@router.get(
    "/report",
    response_class=HTMLResponse,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The page"},
        **problems(*OF_SWEEP),
    },
)
def report(sweep: SweepId, request: Request, desk: AtDesk, who: Viewer) -> HTMLResponse:  # noqa: ARG001
    """The page with a sweep's pictures and tables, of what is known by now.

    404 where no trial has a score yet. While it is being drawn, which may take a while, 503 with
    Retry-After.
    """
    pages: ReportPages = request.app.state.reports
    page = pages.page(desk.find(sweep))
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})
