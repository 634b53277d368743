"""The same sweep with made-up scores in this process, in workers, and on made-up shared GPUs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import pytest

from sweeps.executors.placement import SHARE, places_for
from sweeps.executors.processes import Processes
from sweeps.problem import Problem
from sweeps.reading import read_sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Outcome, Result
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer
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


@dataclass(frozen=True)
class Greedy(FakeTrainer):
    """Some of its fits need a whole GPU, and say so in the way of one library or another."""

    raises: bool = False

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        outcomes = super().train(pack, problem, progress)
        if pack.fits[0].trial.number % 3 or os.environ[SHARE] == "1":
            return outcomes
        if self.raises:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes")
        failure = Failure("out_of_memory", "ResourceExhaustedError: OOM when allocating tensor")
        return [Outcome(one.fit, {}, {}, one.seconds, error=failure) for one in outcomes]


@pytest.mark.parametrize("raises", [False, True])
def test_what_found_too_little_memory_beside_others_is_trained_once_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, raises: bool
) -> None:
    document = sweep(search={"backend": "random", "trials": 4, "batch": 4})
    inline = told(bench, document)
    bench.train_with(Greedy(raises=raises))
    shared = Processes(places_for(2, ["0"], 0.5), {})
    try:
        assert told(bench, document, executor=shared) == inline
    finally:
        shared.shutdown()


class Insatiable(FakeTrainer):
    """No GPU is large enough for its trial 1."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 1:
            raise MemoryError(f"{os.environ[SHARE]} of a GPU is too little")
        return super().train(pack, problem, progress)


def test_what_the_whole_device_is_too_small_for_fails_and_says_so(bench: Bench) -> None:
    bench.train_with(Insatiable())
    document = sweep(search={"backend": "random", "trials": 2, "batch": 2})
    shared = Processes(places_for(2, ["0"], 0.5), {})
    try:
        results = told(bench, document, executor=shared)
    finally:
        shared.shutdown()
    assert results[0].error is None
    error = results[1].error
    assert error is not None
    assert error.reason == "out_of_memory"
    assert error.message == "MemoryError: 1 of a GPU is too little"
