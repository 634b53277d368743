"""The API of a service, as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi

from sweeps.service.answering import answer_problems
from sweeps.service.best_kept import BestKept
from sweeps.service.desk import Desk
from sweeps.service.events import Streams
from sweeps.service.identity import Identities
from sweeps.service.metrics import Metrics
from sweeps.service.models import Problem
from sweeps.service.report_pages import ReportPages
from sweeps.service.routes import (
    about,
    events,
    health,
    links,
    orders,
    page,
    reports,
    service,
    sweeps,
    trials,
)
from sweeps.service.routes.answers import refuse_unknown_queries
from sweeps.service.settings import Settings

DESCRIPTION = """\
Hyperparameter sweeps for a team: submit sweep files, watch them run, control them.

Who may do what is decided by a token, sent as `Authorization: Bearer swp_…`: a viewer looks, a
submitter submits and controls what they submitted, an admin controls everything. A service that
only its own machine reaches, and that has no tokens, asks for none.

Errors are `application/problem+json` (RFC 9457): `detail` is what the command line would say, and
`exit_code` what it would end with. Where a sweep's id is asked for, any unique beginning of it
will do. Times are milliseconds since 1970.
"""

TAGS = [
    {"name": "sweeps", "description": "Submitted, listed, looked at."},
    {"name": "commands", "description": "For sweeps that run, wait, or have ended."},
    {"name": "results", "description": "What came of the trials of a sweep."},
    {"name": "service", "description": "The queue, the workers, and the service's health."},
]


SESSION = "/v1/session"
"""Where a token is shown, and forgotten: the one call below /v1 that needs none."""

GROUPS = (sweeps, orders, trials, about, events, reports, links, service)
OTHERS = (health, page)


def create_app(desk: Desk, settings: Settings) -> FastAPI:
    """The application that answers for this desk.

    Its state carries `desk`, `settings`, `identities`, `best`, `reports`, `metrics`, and `streams`,
    which are to be closed before the server waits for requests under way to end.
    """
    app = bare_app()
    app.state.desk = desk
    app.state.settings = settings
    app.state.identities = Identities(desk.ledger, auth=settings.auth)
    app.state.streams = Streams(desk)
    app.state.best = BestKept(desk)
    app.state.reports = ReportPages(desk.store)
    app.state.metrics = Metrics(desk, lambda: app.state.streams.open)
    app.add_middleware(app.state.metrics.measured)
    return app


def bare_app() -> FastAPI:
    """All routes, and nobody behind them: what there is to describe."""
    app = Api(
        title="keras-sweeps",
        version=version("keras-sweeps"),
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_living,
        generate_unique_id_function=lambda route: route.name,
    )
    for group in GROUPS:
        app.include_router(group.router, dependencies=[Depends(refuse_unknown_queries)])
    for other in OTHERS:
        app.include_router(other.router)
    answer_problems(app)
    return app


@asynccontextmanager
async def _living(app: FastAPI) -> AsyncIterator[None]:
    """What the application has begun ends with it."""
    yield
    app.state.streams.close()
    app.state.reports.close()


class Api(FastAPI):
    """FastAPI, with what its description would not say by itself."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            made = get_openapi(
                title=self.title,
                version=self.version,
                description=self.description,
                license_info=self.license_info,
                tags=self.openapi_tags,
                routes=self.routes,
            )
            for path, item in made["paths"].items():
                for call in item.values():
                    _in_own_words(call)
                    if (path.startswith("/v1/") and path != SESSION) or path == "/metrics":
                        call["security"] = [{"token": []}]
            components = made.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            self.openapi_schema = made
        return self.openapi_schema


def _in_own_words(call: dict[str, Any]) -> None:
    """The first line of what is said about a route sums it up."""
    first, _, rest = call.get("description", "").partition("\n")
    call["summary"] = first.rstrip(".")
    call["description"] = rest.strip()
    for parameter in call.get("parameters", ()):
        # What may be left out of an address or a header is never null.
        kinds = parameter["schema"].pop("anyOf", None)
        if kinds is not None:
            (kind,) = (one for one in kinds if one != {"type": "null"})
            parameter["schema"] |= kind
