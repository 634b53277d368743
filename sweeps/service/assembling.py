"""What a service is put together from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import any_there
from sweeps.service.admission.admit import admit
from sweeps.service.app import create_app
from sweeps.service.beside.access import access_words
from sweeps.service.beside.mlflow_server import MlflowBeside
from sweeps.service.beside.run_links import RunLinks
from sweeps.service.desk import Desk
from sweeps.service.events import Streams
from sweeps.service.exposure import check_exposure
from sweeps.service.guards.guard import guarded
from sweeps.service.identity import Identities
from sweeps.service.nodes import Nodes
from sweeps.service.only_one import ServingError
from sweeps.service.ray.launching_there import RayLauncher
from sweeps.service.running.launching import Launcher
from sweeps.service.running.launching_here import HereLauncher
from sweeps.service.running.runner import Runner
from sweeps.service.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

Say = Callable[[str], None]


@dataclass(frozen=True)
class Parts:
    """A service's parts, of which nothing has begun yet; whether it `asks` for tokens already."""

    app: ASGIApp
    runner: Runner
    mlflow: MlflowBeside
    streams: Streams
    asks: bool


@contextmanager
def assembled(settings: Settings, ledger: Ledger, say: Say) -> Iterator[Parts]:
    """Put them together; in the end they are closed, whatever has begun of them.

    Raises ServingError for settings that would let strangers in.
    """
    try:
        check_exposure(settings, tokens=any_there(ledger))
    except ValueError as error:
        raise ServingError(str(error), exit_code=2) from error
    with ExitStack() as stack:
        launcher = stack.enter_context(closing(launcher_for(settings, say)))
        runner = stack.enter_context(closing(Runner(settings, ledger, launcher, say)))
        nodes = stack.enter_context(closing(Nodes(settings.cluster)))
        desk = desk_of(settings, ledger, runner, nodes)
        app = create_app(desk, settings)
        identities: Identities = app.state.identities
        mlflow = MlflowBeside(
            settings,
            say,
            asks=lambda: identities.auth,
            access=lambda auth: access_words(settings, auth=auth),
        )
        stack.enter_context(closing(mlflow))
        app.state.run_links = RunLinks(settings.trials_at, lambda: mlflow.address)
        behind = guarded(app, settings, identities)
        yield Parts(behind, runner, mlflow, app.state.streams, identities.auth)


def launcher_for(settings: Settings, say: Say) -> Launcher:
    """What starts coordinators: on this machine, or as jobs of the Ray cluster."""
    if settings.cluster is not None and settings.cluster.coordinators:
        return RayLauncher(settings, say)
    return HereLauncher(settings)


def desk_of(settings: Settings, ledger: Ledger, runner: Runner, nodes: Nodes) -> Desk:
    """What all routes of the API share."""
    return Desk(settings, settings.store, ledger, runner, admit, nodes)
