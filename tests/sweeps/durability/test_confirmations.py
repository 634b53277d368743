"""Killed while the best are confirmed: the same trials, the same results, and no rule broken."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.documents import SMALL
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import begin_or_resume, run_to

pytestmark = pytest.mark.slow

EVALUATE = "evaluate: {confirm_top: 4, repeats: 3}\n"

KILLS = [
    ("begin:kill:4", "begin:kill:1"),
    ("dispatch:kill:15", "dispatch:kill:2"),
    ("commit:kill:13", "commit:kill:2"),
    ("after_commit:kill:14", "commit:kill:1"),
]
"""Of sweeps that search twelve trials in three portions, a fit each, and then confirm four of them:
in the first session, and in the one after it."""


def broken(place: Place, orders: tuple[str, ...]) -> Place:
    for points in orders:
        arguments = begin_or_resume(place)
        run_to(-signal.SIGKILL, place, *arguments, points=points, made_up=0.0)
    run_to(0, place, *begin_or_resume(place), made_up=0.0)
    return place


@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_killed_in_the_middle_of_confirming(
    backend: str, server: None, new_place: NewPlace
) -> None:
    document = SMALL[backend] + EVALUATE
    whole = new_place(document)
    run_to(0, whole, "run", "sweep.yaml", made_up=0.0)
    results = whole.results()
    assert [result.trial.confirms is not None for result in results] == [False] * 12 + [True] * 4
    places = [new_place(document) for _ in KILLS]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(broken, places, KILLS))
    for orders, place in zip(KILLS, found, strict=True):
        print(orders, place.folder.name)
        check_whole(place, whole)


def test_killed_while_hyperband_is_confirmed(server: None, new_place: NewPlace) -> None:
    document = SMALL["hyperband"] + EVALUATE
    whole = new_place(document)
    run_to(0, whole, "run", "sweep.yaml", made_up=0.0)
    searched = sum(result.trial.confirms is None for result in whole.results())
    assert len(whole.results()) > searched
    place = new_place(document)
    check_whole(broken(place, (f"commit:kill:{searched + 2}", "dispatch:kill:1")), whole)
