from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import EMPTY, Place
from tests.sweeps.durability.sessions import run_to, start_server
from tracking.mlflow_tracker import MlflowTracker

NewPlace = Callable[[str], Place]
Unbroken = Callable[[str], Place]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which places are made."""
    folder = tmp_path_factory.mktemp("durability")
    MlflowTracker(f"sqlite:///{folder / EMPTY}").close()
    return folder


@pytest.fixture(scope="session")
def server() -> None:
    """The process that sessions are forked from."""
    start_server()


@pytest.fixture
def new_place(empty_store: Path, request: pytest.FixtureRequest) -> NewPlace:
    """Makes places for the sweep with a document; each has a number of its own."""
    numbers = iter(range(1_000_000))

    def make(document: str) -> Place:
        name = "".join(c if c.isalnum() else "-" for c in request.node.name)
        return Place.made(empty_store / f"{name}-{next(numbers)}", document)

    return make


@pytest.fixture(scope="session")
def unbroken(empty_store: Path, server: None) -> Unbroken:
    """The small sweep of a backend with made-up scores, run through."""

    @lru_cache
    def run(backend: str) -> Place:
        place = Place.made(empty_store / f"unbroken-{backend}", SMALL[backend])
        run_to(0, place, "run", "sweep.yaml", made_up=0.0)
        return place

    return run
