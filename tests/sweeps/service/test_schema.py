"""Every endpoint against its own description: what is sent, and what may come back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from sweeps.ledger import tokens as ledger_tokens
from sweeps.service.app import bare_app
from sweeps.service.beside.run_links import RunLinks
from sweeps.service.guards.guard import guarded
from sweeps.service.report_pages import ReportPages
from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.service.api import Service, result, service

load_all_checks()


class Fuzzed:
    """A service with sweeps in every state, for whoever sends it anything."""

    def __init__(self, api: Service, token: str) -> None:
        self.api = api
        self.headers = {"Authorization": f"Bearer {token}"}
        api.app.state.reports = ReportPages(api.store, self._drawn)
        api.app.state.run_links = RunLinks("", lambda: "http://mlflow", lambda *_: "http://run")
        self._makers = cycle((self._ended, self._running, self._waiting, self._interrupted))

    def call(self, case: schemathesis.Case[Any]) -> None:
        """Send it, and hold what comes back against the description."""
        unsure: Any = [positive_data_acceptance] if _may_be_refused(case) else None
        case.call_and_validate(headers=self.headers, excluded_checks=unsure)

    def sweep_for(self, path: str) -> str:
        """One that is there; of those that are followed, one whose stream ends."""
        return self._ended() if path.endswith("/events") else next(self._makers)()

    def _ended(self) -> str:
        return self.api.ended([result(0), result(1, None)], owner="ann")

    def _interrupted(self) -> str:
        return self.api.ended([result(0), result(1, None)], "interrupted", owner="ann")

    def _waiting(self) -> str:
        return self.api.submitted(owner="ann")

    def _running(self) -> str:
        sweep_id = self.api.submitted(owner="ann")
        self.api.begun(sweep_id, [result(0), result(1, None)], running=1)
        return sweep_id

    def _drawn(self, sweep_id: str, folder: Path) -> bool:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_text("<!doctype html>")
        return True


def _may_be_refused(case: schemathesis.Case[Any]) -> bool:
    """Whether what its description allows may still be wrong: a file's text, a sweep's state."""
    return case.method == "POST"


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    store = Store.at(tmp_path_factory.mktemp("service") / "store")
    limits = Limits(requests=1e6, burst=1_000_000, queued=1_000_000)
    api = service(store, auth=True, hosts=(asgi.HOST,), limits=limits)
    _, token = ledger_tokens.create(api.ledger, "ann", "admin", None)
    DOOR.app = guarded(api.app, api.desk.settings, api.app.state.identities)
    yield Fuzzed(api, token)
    api.app.state.reports.close()
    api.ledger.close()


class Door:
    """Leads to the service of this module, which is not there yet when tests are collected.

    The service lives as long as the module's fixture, and not for one test.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)
            return
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})


DOOR = Door()
schema = schemathesis.openapi.from_dict(bare_app().openapi())
schema.app = DOOR
OPERATIONS = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

Operation = APIOperation[Any, Any, Any, Any]
Way = tuple[Operation, GenerationMode]


def ways() -> Iterator[Any]:
    """Every operation, asked properly and improperly, where there is anything to get wrong."""
    for operation in OPERATIONS:
        for mode in MODES:
            if mode is GenerationMode.POSITIVE or _asks_for_anything(operation):
                yield pytest.param((operation, mode), id=f"{operation.label}-{mode.value}")


def _asks_for_anything(operation: Operation) -> bool:
    return any(True for _ in operation.iter_parameters()) or bool(operation.body)


def capped(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def tried(fuzzed: Fuzzed, way: Way, examples: int, *, there: bool) -> None:
    """Send so many requests; with `there`, about sweeps that are."""
    operation, mode = way

    @capped(examples)
    @given(operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case[Any]) -> None:
        if there:
            case.path_parameters["sweep"] = fuzzed.sweep_for(case.path)
            if "number" in case.path_parameters:
                case.path_parameters["number"] = 1
        fuzzed.call(case)

    send()


WAYS = list(ways())
ABOUT_ONE = [
    pytest.param((one, GenerationMode.POSITIVE), id=one.label)
    for one in OPERATIONS
    if "{sweep}" in one.path
]


def test_every_route_is_described() -> None:
    described = {(one.method.upper(), one.path) for one in OPERATIONS}
    assert len(described) == sum(len(item) for item in schema.raw_schema["paths"].values())
    assert {("POST", "/v1/sweeps"), ("GET", "/v1/sweeps/{sweep}/events")} <= described


@pytest.mark.parametrize("way", WAYS)
def test_anything_is_answered_as_described(fuzzed: Fuzzed, way: Way) -> None:
    tried(fuzzed, way, 2, there=False)


@pytest.mark.parametrize("way", ABOUT_ONE)
def test_sweeps_that_are_there_are_told_of_as_described(fuzzed: Fuzzed, way: Way) -> None:
    tried(fuzzed, way, 2, there=True)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_much_of_anything_is_answered_as_described(fuzzed: Fuzzed, way: Way) -> None:
    tried(fuzzed, way, 20, there=False)
