"""The API of a service, as one ASGI application."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from sweeps.service.answering import answer_problems
from sweeps.service.desk import Desk
from sweeps.service.identity import Identities
from sweeps.service.settings import Settings

DESCRIPTION = """
Hyperparameter sweeps for a team: submit sweep files, watch them run, control them.

Errors are `application/problem+json` (RFC 9457): `detail` is what the command line would say, and
`exit_code` what it would end with. The id of a sweep may be any unique beginning of it.
"""


def create_app(desk: Desk, settings: Settings) -> FastAPI:
    """The application that answers for this desk.

    Its state carries `desk`, `settings` and `identities`.
    """
    app = FastAPI(
        title="keras-sweeps",
        version=version("keras-sweeps"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.desk = desk
    app.state.settings = settings
    app.state.identities = Identities(desk.ledger, auth=settings.auth)
    answer_problems(app)
    return app
