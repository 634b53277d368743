"""The same sweep with made-up scores in this process, in workers, and on made-up shared GPUs."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.executors.environment import replaced
from sweeps.executors.executor import Slots, Terms
from sweeps.executors.inline import Inline
from sweeps.executors.placement import SHARE, Shared, places_for
from sweeps.executors.processes import Processes
from sweeps.reading.sweep import read_sweep
from sweeps.trainers.trainer import Pack
from sweeps.trial import Result
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.greedy import WHOLE, Greedy
from tests.sweeps.made_up import MadeUp

LEARNING: dict[str, Any] = {"search": {"backend": "optuna", "trials": 9, "batch": 3}}
FOLDS: dict[str, Any] = {"evaluate": {"folds": 3, "repeats": 2}}


def pruned(how: Any) -> dict[str, Any]:
    return {
        "space": {"width": {"low": 1, "high": 500}, "epochs": [7, 20]},
        "search": {"backend": "random", "trials": 9, "batch": 5, "pruner": how},
    }


MEDIAN = pruned({"median": {"n_startup_trials": 2}})
WILCOXON = pruned({"wilcoxon": {"p_threshold": 0.4}})


def sweep(**changes: Any) -> Any:
    return read_sweep({**DOCUMENT, "seed": 5, **changes})


def told(bench: Bench, document: Any, **options: Any) -> dict[int, Result]:
    """Results by their trials; which came first does not matter."""
    summary = bench.run(document, **options)
    assert summary.ending == "finished"
    return {result.trial.number: result for result in bench.results(summary.sweep_id)}


@pytest.mark.parametrize(
    ("trainer", "document"),
    [
        pytest.param(FakeTrainer(failing=frozenset({2})), sweep(**LEARNING, **FOLDS), id="folds"),
        pytest.param(MadeUp(), sweep(**MEDIAN), id="pruned"),
        pytest.param(
            MadeUp(),
            sweep(**WILCOXON, evaluate={"folds": 5}),
            id="pruned by folds",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_this_process_one_worker_and_two_bring_the_same_trial_by_trial(
    bench: Bench, trainer: FakeTrainer, document: Any
) -> None:
    bench.train_with(trainer)
    inline = told(bench, document, workers=0)
    assert len(inline) == 9
    assert any(result.error is not None for result in inline.values())
    assert told(bench, document, workers=1) == inline
    assert told(bench, document, workers=2) == inline


class Sharing(Inline):
    """Says that calls share devices, and counts those that have them to themselves."""

    def __init__(self, shared: Shared = "gpus") -> None:
        super().__init__({})
        self.shared = shared
        self.alone: list[int] = []

    def submit_on(  # type: ignore[override]
        self, terms: Terms, fn: Any, trainer: Any, pack: Pack, *others: Any
    ) -> Any:
        with replaced({SHARE: WHOLE if terms.alone else "0.5"}):
            self.alone += [fit.trial.number for fit in pack.fits if terms.alone]
            return super().submit_on(terms, fn, trainer, pack, *others)


FOUR = sweep(search={"backend": "random", "trials": 4, "batch": 4})


def check_greedy(bench: Bench, executor: Slots | Sharing) -> None:
    """Two trials of four needed a GPU alone, and one more than that."""
    made_up = told(bench, FOUR)
    bench.train_with(Greedy())
    results = told(bench, FOUR, executor=executor)
    error = results.pop(2).error
    assert error is not None
    assert (error.reason, error.message) == (
        "out_of_memory",
        "MemoryError: 1 of a GPU is too little",
    )
    assert results == {number: made_up[number] for number in (0, 1, 3)}


def test_what_found_too_little_memory_beside_others_is_trained_once_alone(bench: Bench) -> None:
    sharing = Sharing()
    check_greedy(bench, sharing)
    assert sorted(sharing.alone) == [0, 1, 2]


def test_who_is_refused_the_machines_memory_is_not_trained_again(bench: Bench) -> None:
    """Others beside it do not take it away: the kernel promises it to all."""
    sharing = Sharing("memory")
    bench.train_with(Greedy())
    results = told(bench, FOUR, executor=sharing)
    assert sharing.alone == []
    assert [number for number, result in results.items() if result.error is not None] == [0, 1, 2]


@pytest.mark.slow
def test_workers_that_share_a_gpu_do_so_as_well(bench: Bench) -> None:
    shared = Processes(places_for(2, ["0"], 0.5), {})
    try:
        check_greedy(bench, shared)
    finally:
        shared.shutdown()
