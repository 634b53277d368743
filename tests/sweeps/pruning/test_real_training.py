"""Networks and users' models that are ended early: the same wherever they are trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sweeps import coordinator
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.trial import Result
from tests.sweeps.fakes import MemoryTracker
from tests.sweeps.test_two_workers import essence

pytestmark = pytest.mark.slow

HALVING = {"successive_halving": {"min_resource": 1, "reduction_factor": 2}}
MODEL = """
    import keras

    def build(width, learning_rate):
        model = keras.Sequential([
            keras.Input((6,)),
            keras.layers.Dense(width, "relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3, "softmax"),
        ])
        adam = keras.optimizers.Adam(learning_rate)
        model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the user's model is."""
    folder = tmp_path_factory.mktemp("pruned")
    (folder / "mine_to_prune.py").write_text(dedent(MODEL))
    return folder


def document(trainer: str, trials: int, batch: int) -> dict[str, Any]:
    stopping = {"patience": 1, "monitor": "loss", "restore_best": True}
    network = {"early_stopping": stopping, "decay": {"cosine": {}}, "epochs": [4, 8]}
    own = trainer.startswith("model")
    return {
        "task": "penguins",
        "trainer": trainer.removeprefix("model-"),
        **({"model": "mine_to_prune:build"} if own else {}),
        "space": {
            "width": {"low": 4, "high": 64},
            "learning_rate": {"low": 0.0001, "high": 0.1, "log": True},
            **({"epochs": 4} if own else network),
        },
        "evaluate": {} if own else {"folds": 2},
        "search": {"backend": "random", "trials": trials, "batch": batch, "pruner": HALVING},
        "seed": 3,
    }


@pytest.fixture(scope="module")
def ran(folder: Path) -> Callable[..., list[Result]]:
    """The results of a sweep, run once each way."""

    @lru_cache
    def run(trainer: str, workers: int = 0, trials: int = 6, pruned: bool = True) -> list[Result]:
        described = document(trainer, trials, batch=trials // 2)
        if not pruned:
            del described["search"]["pruner"]
        store = Store.at(folder / "store")
        summary = coordinator.run(
            read_sweep(described, str(folder)), store=store, workers=workers, tracker=MemoryTracker
        )
        assert (summary.ending, summary.failed, summary.cause) == ("finished", 0, None)
        ledger = Ledger.open(store.ledger_url)
        try:
            return ledger.results(summary.sweep_id)
        finally:
            ledger.close()

    return run


@pytest.mark.parametrize(("trainer", "trials"), [("fused", 24), ("keras", 6), ("model-auto", 6)])
def test_survivors_are_as_good_as_never_stopped(
    ran: Callable[..., list[Result]], trainer: str, trials: int
) -> None:
    results = ran(trainer, 1, trials)
    whole = ran(trainer, 1, trials, pruned=False)
    survivors = [one for one in results if one.pruned is None]
    assert 0 < len(survivors) < trials
    for one in survivors:
        other = whole[one.trial.number]
        assert one.metrics.keys() == other.metrics.keys()
        assert one.metrics == pytest.approx(other.metrics, abs=1e-5)
        for name, values in other.history.items():
            assert one.history[name] == pytest.approx(values, abs=1e-5)
    for one in results:
        if one.pruned is not None:
            beginning = whole[one.trial.number].history
            for name, values in one.history.items():
                assert values == pytest.approx(beginning[name][: one.pruned.step], abs=1e-5)


@pytest.mark.parametrize(("trainer", "trials"), [("fused", 24), ("keras", 6)])
def test_two_workers_decide_as_one(
    ran: Callable[..., list[Result]], trainer: str, trials: int
) -> None:
    one, two = ran(trainer, 1, trials), ran(trainer, 2, trials)
    assert [essence(each) for each in two] == [essence(each) for each in one]
    assert [each.reported for each in two] == [each.reported for each in one]
    assert [each.pruned for each in two] == [each.pruned for each in one]


def test_this_process_decides_as_a_worker(ran: Callable[..., list[Result]]) -> None:
    here, there = ran("fused", 0, 24), ran("fused", 1, 24)
    assert [essence(each) for each in here] == [essence(each) for each in there]
