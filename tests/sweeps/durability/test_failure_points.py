"""Killed at every place where a crash could lose or double something, once and twice in a row."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from tests.sweeps.durability.conftest import NewPlace, Unbroken
from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import begin_or_resume, run_to
from tracking.failure_points import NAMES

pytestmark = pytest.mark.slow

AT_ONCE = 2
"""Sweeps that are broken side by side."""

FIRST = {"begin": 2, "dispatch": 7, "run_creation": 4, "batch": 5, "lease": 1}
"""On which time a point kills the first session, where that is not the third."""

SECOND = {"begin": 1, "lease": 1, "checkpoint": 1}
"""On which time it kills the second one, where that is not the second."""

LEASE = {"made_up": 0.2, "lease_ms": 2400}
"""A heartbeat comes every 0.8 seconds, while a dozen trials take three times as long."""


def kills(point: str, backend: str, times: int) -> list[str]:
    """What each session is told."""
    first = FIRST.get(point, 3)
    if (point, backend) == ("begin", "hyperband"):
        first = 1  # it asks for a whole rung at once, and again only when that is over
    return [f"{point}:kill:{n}" for n in (first, SECOND.get(point, 2))[:times]]


def points_of(backend: str) -> list[str]:
    """Checkpoints are kept where trials go on: under Hyperband, and between stages."""
    goes_on = backend in ("hyperband", "pruned")
    return [name for name in NAMES if name != "checkpoint" or goes_on]


def broken(place: Place, orders: Sequence[str]) -> Place:
    """A sweep whose first sessions are killed, and whose last one ends it."""
    options = LEASE if orders[0].startswith("lease") else {"made_up": 0.0}
    for points in orders:
        arguments = begin_or_resume(place)
        run_to(-signal.SIGKILL, place, *arguments, points=points, **options)
    run_to(0, place, *begin_or_resume(place), made_up=0.0)
    return place


CASES = [
    *product(sorted(set(SMALL) - {"pruned"}), [1, 2]),
    ("pruned", 2),  # which is killed once on its way there
]


@pytest.mark.parametrize(("backend", "times"), CASES)
def test_killed(backend: str, times: int, new_place: NewPlace, unbroken: Unbroken) -> None:
    whole = unbroken(backend)
    assert any(result.pruned for result in whole.results()) == (backend == "pruned")
    points = points_of(backend)
    places = [new_place(SMALL[backend]) for _ in points]
    orders = [kills(point, backend, times) for point in points]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(broken, places, orders))
    for point, place in zip(points, found, strict=True):
        print(point, place.folder.name)
        check_whole(place, whole)
