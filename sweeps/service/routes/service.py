"""The service itself: its queue, its workers, and who one is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.jobs import jobs
from sweeps.live.at_work_file import read_at_work
from sweeps.queue_place import place_of
from sweeps.service.desk import Desk
from sweeps.service.identity import COOKIE, Identities
from sweeps.service.models import SignIn
from sweeps.service.routes.answers import ALWAYS, OPEN, AtDesk, Viewer, problems
from sweeps.service.service_models import Me, Queue, Workers

router = APIRouter(tags=["service"])

MOST_QUEUED = 1_000
"""Jobs that are listed."""


@router.get("/v1/queue", response_model=Queue, responses=problems(*ALWAYS))
def queue(desk: AtDesk, who: Viewer) -> Any:  # noqa: ARG001
    """How busy the service is, and what waits: the first thousand, then some that are held."""
    view = desk.runner.view()
    return {
        "slots": view.slots,
        "used": view.used,
        "gpus": view.gpus,
        "draining": view.draining,
        "trouble": view.trouble,
        "jobs": _queued(desk),
    }


@router.get("/v1/workers", response_model=Workers, responses=problems(*ALWAYS))
def workers(desk: AtDesk, who: Viewer) -> Any:  # noqa: ARG001
    """Who trains what for longer than some seconds, and on which machines."""
    running = jobs(desk.ledger, ["running"])
    names = ledger_pages.names(desk.ledger, [job.sweep_id for job in running])
    seen = desk.nodes.view()
    return {
        "workers": [
            {"sweep_id": sweep_id, "name": name, **asdict(one)}
            for sweep_id, name in names.items()
            for one in read_at_work(desk.store.at_work(sweep_id))
        ],
        "nodes": [asdict(node) for node in seen.nodes],
        "cluster": None if seen.cluster is None else asdict(seen.cluster),
    }


@router.get("/v1/me", response_model=Me, responses=problems(*ALWAYS))
def me(request: Request, who: Viewer) -> Any:
    """Whom the service takes one for."""
    identities: Identities = request.app.state.identities
    return {"name": who.name, "role": who.role, "auth": identities.auth}


@router.post("/v1/session", response_model=Me, responses=problems(*ALWAYS))
def sign_in(asked: SignIn, request: Request, response: Response, desk: AtDesk) -> Any:
    """Let a browser carry the token from now on, where no script can read it."""
    identities: Identities = request.app.state.identities
    who = identities.bearer(asked.token)
    response.set_cookie(
        COOKIE, asked.token, httponly=True, samesite="strict", secure=_over_tls(desk), path="/"
    )
    return {"name": who.name, "role": who.role, "auth": identities.auth}


@router.delete("/v1/session", status_code=204, responses=problems(*OPEN))
def sign_out(response: Response, desk: AtDesk) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(
        COOKIE, httponly=True, samesite="strict", secure=_over_tls(desk), path="/"
    )


def _queued(desk: Desk) -> list[dict[str, Any]]:
    order = desk.runner.view().order[:MOST_QUEUED]
    held = [job.sweep_id for job in jobs(desk.ledger, ["held"])][:MOST_QUEUED]
    ids = [*order, *held]
    found, names = ledger_pages.jobs_of(desk.ledger, ids), ledger_pages.names(desk.ledger, ids)
    places = {sweep_id: place for place, sweep_id in enumerate(order, 1)}
    return [
        {
            "sweep_id": sweep_id,
            "name": names[sweep_id],
            **vars(place_of(found[sweep_id], places.get(sweep_id))),
        }
        for sweep_id in ids
        # One that was removed in this instant has no name any more.
        if sweep_id in names and sweep_id in found and found[sweep_id].state in ("waiting", "held")
    ]


def _over_tls(desk: Desk) -> bool:
    return desk.settings.tls is not None or desk.settings.behind_tls
