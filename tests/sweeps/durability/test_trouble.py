"""An error, or slowness, at every place where it could lose or double something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from sweeps import coordinator, lease, parts
from sweeps.reading.sweep_file import load_sweep
from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.fakes import RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tests.sweeps.tiny_task import TinyTask
from tracking import failure_points
from tracking.failure_points import NAMES, VARIABLE

SAID_BY = {
    "lease": "the ledger could not be reached: the failure point 'lease' was asked to raise",
    "run_creation": "the failure point 'run_creation' was asked to raise",
    "batch": "the failure point 'batch' was asked to raise",
    "terminate": "the failure point 'terminate' was asked to raise",
}
"""What passes by itself, and the line that tells of it."""

PASSES = {*SAID_BY, "checkpoint"}
"""Points whose errors do not end the session. A fit without its checkpoint is trained again."""

HEARTBEAT_MS = 3000
LONG_ENOUGH = 0.15
"""Seconds that a fit takes, so that a heartbeat comes before the sweep's end."""


def backend_of(point: str) -> str:
    """Checkpoints are kept under Hyperband alone."""
    return "hyperband" if point == "checkpoint" else "random"


@pytest.fixture
def train_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Made-up scores; gives a way to make training take its time."""

    def train(seconds: float) -> None:
        monkeypatch.setattr(parts, "trainer_for", lambda *_: MadeUp(seconds))

    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
    monkeypatch.delenv(VARIABLE, raising=False)
    failure_points._reached.clear()
    train(0.0)
    yield train
    failure_points._reached.clear()


def run(place: Place) -> RecordingWatcher:
    """The next session."""
    watcher = RecordingWatcher()
    sweep_id, sweep = place.sweep_id, load_sweep(place.folder / "sweep.yaml")
    if sweep_id is None:
        coordinator.run(sweep, store=place.store, watcher=watcher, tracking_uri=place.uri)
    else:
        coordinator.resume(sweep_id, store=place.store, watcher=watcher, tracking_uri=place.uri)
    return watcher


@pytest.fixture(scope="session")
def whole(empty_store: Path) -> Callable[[str], Place]:
    """A backend's small sweep without any trouble; made-up scores must be switched on."""

    @lru_cache
    def of(backend: str) -> Place:
        place = Place.made(empty_store / f"whole-{backend}", SMALL[backend])
        run(place)
        return place

    return of


@pytest.mark.parametrize("point", NAMES)
def test_an_error_ends_the_session_in_order_or_passes(
    point: str,
    train_for: Callable[[float], None],
    whole: Callable[[str], Place],
    empty_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = whole(backend_of(point))
    place = Place.made(empty_store / f"error-{point}", SMALL[backend_of(point)])
    failure_points._reached.clear()
    monkeypatch.setenv(VARIABLE, f"{point}:raise:{1 if point == 'lease' else 2}")
    if point == "lease":
        monkeypatch.setattr(lease, "LEASE_MS", HEARTBEAT_MS)
        train_for(LONG_ENOUGH)
    if point in PASSES:
        lines = run(place).lines
        assert any(SAID_BY.get(point, "") in line for line in lines) or point == "checkpoint"
    else:
        with pytest.raises(OSError, match=f"the failure point '{point}' was asked to raise"):
            run(place)
        left = place.row
        assert left is not None
        assert (left.state, left.holder) == ("failed", None)
        assert left.cause == f"OSError: the failure point '{point}' was asked to raise"
        run(place)
    assert failure_points._reached[point] >= 2 or point == "lease"
    check_whole(place, expected)


@pytest.mark.parametrize("point", NAMES)
def test_slowness_changes_nothing(
    point: str,
    train_for: Callable[[float], None],
    whole: Callable[[str], Place],
    empty_store: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = whole(backend_of(point))
    place = Place.made(empty_store / f"slow-{point}", SMALL[backend_of(point)])
    failure_points._reached.clear()
    monkeypatch.setenv(VARIABLE, f"{point}:delay=0.03")
    if point == "lease":
        monkeypatch.setattr(lease, "LEASE_MS", HEARTBEAT_MS)
        train_for(LONG_ENOUGH)
    run(place)
    assert failure_points._reached[point]
    check_whole(place, expected)
