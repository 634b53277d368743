"""Long trials that are killed between two checkpoints: they go on, and come to the same."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from sweeps import checkpoints
from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.places import Place, check_whole
from tests.sweeps.durability.sessions import Running, run_to, started, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

COUNTED = """
import keras


class Counted(keras.Sequential):
    def fit(self, *args, **kwargs):
        with open("fits.txt", "a") as file:
            print(kwargs["initial_epoch"], kwargs["epochs"], file=file)
        return super().fit(*args, **kwargs)


def build(width, learning_rate):
    layers = [keras.layers.Dense(width, "relu"), keras.layers.Dropout(0.2)]
    model = Counted([keras.Input((6,)), *layers, keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model
"""
DOCUMENT = """
task: penguins
seed: 11
search: grid
space: {width: 12, learning_rate: 0.01, epochs: %d}
checkpoint: {every_epochs: %d}
"""
TRIALS = 8
PRUNED = f"""
task: penguins
seed: 11
search:
  backend: random
  trials: {TRIALS}
  batch: {TRIALS}
  pruner: {{successive_halving: {{min_resource: 4, reduction_factor: 2}}}}
space: {{width: {{low: 4, high: 40}}, learning_rate: {{low: 0.0001, high: 0.1}}, epochs: 20}}
checkpoint: {{every_epochs: 2}}
trainer: fused
"""
SUBJECTS = {
    "fused": "trainer: fused\n",
    "keras": "trainer: keras\n",
    "model": "model: counted:build\n",
}


def place_for(subject: str, epochs: int, every: int, new_place: NewPlace) -> Place:
    document = DOCUMENT % (epochs, every) + SUBJECTS[subject]
    place = new_place(document)
    (place.folder / "counted.py").write_text(COUNTED)
    return place


def kept(place: Place) -> list[Path]:
    return list(place.folder.glob("store/**/*-under-way.npz"))


def state_of(path: Path) -> Mapping[str, Any]:
    state = checkpoints.state(path)
    assert state is not None
    return state


def fits_of(place: Place) -> list[str]:
    """From which epoch to which Keras has trained, each time."""
    return (place.folder / "fits.txt").read_text().splitlines()


@pytest.mark.parametrize("subject", ["fused", "keras"])
def test_a_sweep_goes_on_where_its_trial_was_kept(
    subject: str, server: None, new_place: NewPlace
) -> None:
    """Killed while the third checkpoint is written: the second one stands."""
    whole, broken = (place_for(subject, 20, 4, new_place) for _ in range(2))
    run_to(0, whole, "run", "sweep.yaml")
    run_to(-signal.SIGKILL, broken, "run", "sweep.yaml", points="checkpoint:kill:3")
    assert [state_of(path)["epoch"] for path in kept(broken)] == [8]
    assert broken.sweep_id is not None
    run_to(0, broken, "resume", broken.sweep_id)
    check_whole(broken, whole)
    costs = [place.results()[0].cost for place in (broken, whole)]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0].examples * 20 == costs[1].examples * 12
    assert kept(broken) == []


def test_a_pruned_sweep_goes_on_in_the_middle_of_a_stage(server: None, new_place: NewPlace) -> None:
    """The first ends after 4 epochs, the second after 8; each trial is kept once on the way."""
    whole, broken = (new_place(PRUNED) for _ in range(2))
    run_to(0, whole, "run", "sweep.yaml")
    errors = [result.error for result in whole.results()]
    assert any(error is not None and error.reason == "pruned" for error in errors)
    kill = f"checkpoint:kill:{2 * TRIALS + 2}"
    run_to(-signal.SIGKILL, broken, "run", "sweep.yaml", points=kill)
    assert [state_of(path)["epoch"] for path in kept(broken)] == [6]
    assert broken.sweep_id is not None
    run_to(0, broken, "resume", broken.sweep_id)
    check_whole(broken, whole)
    assert kept(broken) == []


def test_a_worker_that_is_killed_costs_the_epochs_since_then(
    server: None, new_place: NewPlace
) -> None:
    whole, broken = (place_for("model", 150, 5, new_place) for _ in range(2))
    run_to(0, whole, "run", "sweep.yaml", workers=1)
    with started(broken, "run", "sweep.yaml", workers=1) as running:
        until(lambda: bool(kept(broken)) or not running.alive, "a checkpoint")
        end_the_worker(running)
        assert running.ended() == 0, running.said[-3000:]
    check_whole(broken, whole)
    first, second = fits_of(broken)
    assert first == "0 150"
    began, end = map(int, second.split())
    assert end == 150
    assert began >= 5
    assert began % 5 == 0


def end_the_worker(running: Running) -> None:
    (worker,) = running.workers()
    with suppress(psutil.NoSuchProcess):
        worker.kill()
