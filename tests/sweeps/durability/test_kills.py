"""Real training, killed at random instants: nothing lost, nothing done twice, nothing different."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.documents import SIXTY
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import run_to
from tests.sweeps.durability.strikes import Strikes

MOMENTS = {"fused": 0.4, "keras": 1.0}
"""Within so many seconds of a trial's end a kill comes."""

MOST = 0.8
"""Of the kills, that come before the sweep's end however fast the machine is."""


def unbroken(place: Place) -> int:
    """The sweep without a kill; how many trials it has."""
    run_to(0, place, "run", "sweep.yaml", workers=0)
    return len(place.results())


def check_killed(backends: Sequence[str], trainer: str, each: int, new_place: NewPlace) -> None:
    """Two sweeps at once, one after the other without and with kills."""
    documents = [f"{SIXTY[backend]}\ntrainer: {trainer}\n" for backend in backends]
    expected = [new_place(document) for document in documents]
    broken = [new_place(document) for document in documents]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(unbroken, expected))
        strikes = [
            Strikes(place, count, each, f"{backend} {trainer}", MOMENTS[trainer])
            for backend, place, count in zip(backends, broken, counts, strict=True)
        ]
        list(pool.map(Strikes.run, strikes))
    for whole, one in zip(expected, strikes, strict=True):
        print(one.place.folder.name, one.struck)
        assert min(one.struck.values()) >= MOST * each
        check_whole(one.place, whole)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fused_training_killed_five_times_and_five_times(server: None, new_place: NewPlace) -> None:
    check_killed(sorted(SIXTY), "fused", 5, new_place)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_keras_training_killed_five_times_and_five_times(server: None, new_place: NewPlace) -> None:
    check_killed(["random"], "keras", 5, new_place)


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("trainer", sorted(MOMENTS))
@pytest.mark.parametrize("backend", sorted(SIXTY))
def test_killed_thirty_times_and_thirty_times(
    backend: str, trainer: str, server: None, new_place: NewPlace
) -> None:
    check_killed([backend], trainer, 30, new_place)
