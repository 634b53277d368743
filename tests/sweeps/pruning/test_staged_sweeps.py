"""Sweeps whose trials are ended early, from end to end with made-up scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import optuna
import pytest

from sweeps import coordinator
from sweeps.backends.optuna_quiet import quiet
from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.doctor.violation import together
from sweeps.problem import Problem
from sweeps.pruning.choose import steps_for
from sweeps.pruning.making import pruner_of
from sweeps.pruning.study import NAME
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Result
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import Threads
from tests.sweeps.made_up import MadeUp
from tests.sweeps.pruning.staged import HALT, PRUNERS, Halting, sweep_of

KINDS = [
    pytest.param(pruner, id=name, marks=() if name in ("median", "wilcoxon") else pytest.mark.slow)
    for name, pruner in PRUNERS.items()
]


@pytest.fixture(autouse=True)
def made_up(bench: Bench) -> None:
    bench.train_with(MadeUp())


@pytest.fixture
def threads() -> Iterator[Threads]:
    executor = Threads(3)
    yield executor
    executor.shutdown()


def pruned(results: Sequence[Result]) -> list[Result]:
    return [one for one in results if one.pruned is not None]


def in_full(result: Result) -> Result:
    """Without what only a trial has that was trained a stage at a time."""
    parts = tuple(replace(part, seconds=0.0) for part in result.parts)
    return replace(result, reported=(), seconds=0.0, parts=parts)


@pytest.mark.parametrize("pruner", KINDS)
def test_who_is_not_pruned_has_the_result_of_a_sweep_without_a_pruner(
    bench: Bench, pruner: Any
) -> None:
    summary = bench.run(sweep_of(pruner))
    results = bench.results(summary.sweep_id)
    evaluate = {"evaluate": {"folds": 5}} if pruner == PRUNERS["wilcoxon"] else {}
    whole = bench.results(bench.run(sweep_of(None, **evaluate)).sweep_id)
    ended = {one.trial.number for one in pruned(results)}
    assert 0 < len(ended) < 16
    assert (summary.done, summary.pruned, summary.failed) == (16 - len(ended), len(ended), 0)
    survivors = [one for one in results if one.trial.number not in ended]
    assert [in_full(one) for one in survivors] == [
        in_full(one) for one in whole if one.trial.number not in ended
    ]


def test_a_pruned_trial_says_where_and_by_how_much(bench: Bench) -> None:
    results = bench.results(bench.run(sweep_of(PRUNERS["median"])).sweep_id)
    for one in pruned(results):
        assert one.pruned is not None
        assert one.error is not None
        assert one.score is None
        assert one.pruned.margin is not None
        assert one.pruned.margin > 0
        assert one.reported[-1] == (one.pruned.step, one.pruned.value)
        assert len(one.history["loss"]) == one.pruned.step < int(str(one.trial.config["epochs"]))
        assert one.error.reason == "pruned"
        assert one.error.message.startswith(f"pruned at epoch {one.pruned.step} with val_accuracy")


@pytest.mark.parametrize("pruner", KINDS)
@pytest.mark.parametrize("backend", [pytest.param("grid", marks=pytest.mark.slow), "optuna"])
def test_threads_decide_as_one_alone(
    bench: Bench, threads: Threads, backend: str, pruner: Any
) -> None:
    search = {"backend": backend, "trials": 12, "batch": 4}
    sweep = sweep_of(pruner, search=search)
    alone = bench.results(bench.run(sweep).sweep_id)
    assert bench.results(bench.run(sweep, executor=threads).sweep_id) == alone
    assert pruned(alone)


def around(*cases: tuple[str, int, bool], slow: bool = False) -> list[Any]:
    return [pytest.param(*case, marks=pytest.mark.slow if slow else ()) for case in cases]


@pytest.mark.parametrize(
    ("name", "at", "kept"),
    [
        *around(("median", 3, True), ("median", 8, False), ("hyperband", 8, True)),
        *around(("wilcoxon", 5, True)),
        *around(*product(["median", "hyperband"], [0, 5, 11], [True, False]), slow=True),
        *around(*product(["wilcoxon"], [0, 3], [True, False]), slow=True),
    ],
)
def test_a_sweep_broken_off_between_stages_decides_as_an_unbroken_one(
    bench: Bench, name: str, at: int, kept: bool
) -> None:
    backend = "optuna" if name == "median" else "random"
    sweep = sweep_of(PRUNERS[name], search={"backend": backend})
    expected = bench.results(bench.run(sweep).sweep_id)
    assert pruned(expected)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError, match=HALT):
        Halting(patch, at, kept=kept)
        bench.run(sweep)
    ledger = bench.ledger()
    broken = ledger.sweeps()[-1].sweep_id
    stages = [one.stages for one in ledger.trials(broken) if one.state == "running"]
    ledger.close()
    assert any(stages) == (at > 0 or kept) or not stages
    assert together(look_at_ledger(bench.store, broken).faults) == ()
    bench.resume(broken)
    assert together(look_at_ledger(bench.store, broken).faults) == ()
    assert [in_full(one) for one in bench.results(broken)] == [in_full(one) for one in expected]
    assert [one.reported for one in bench.results(broken)] == [one.reported for one in expected]


def test_nothing_is_trained_twice(bench: Bench) -> None:
    """Every stage goes on from the checkpoint of the one before."""
    bench.train_with(Noting())
    NOTED.clear()
    results = bench.results(bench.run(sweep_of("hyperband")).sweep_id)
    trained = sum(fit.budget - begun for fit, begun in NOTED)
    assert trained == sum(len(one.history["loss"]) for one in results)


NOTED: list[tuple[Fit, int]] = []


@dataclass(frozen=True)
class Noting(MadeUp):
    """Notes what it is given, with the epoch that it begins at."""

    packs: list[int] = field(default_factory=list)
    kept: list[list[str]] = field(default_factory=list)
    folder: Path = Path()

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        for fit in fits:
            begun = 0 if fit.resume_from is None else int(Path(fit.resume_from).stem.split("-")[-1])
            NOTED.append((fit, begun))
        self.packs.append(len(fits))
        self.kept.append(sorted(path.stem for path in self.folder.rglob("*.npz")))
        return super().pack(fits, problem)


def test_survivors_are_packed_anew_together(bench: Bench) -> None:
    trainer = Noting()
    bench.train_with(trainer)
    sweep = sweep_of({"successive_halving": {"reduction_factor": 3}}, search={"batch": 16})
    bench.run(sweep)
    assert trainer.packs[0] == 16
    assert sorted(trainer.packs, reverse=True) == trainer.packs
    assert trainer.packs[-1] < 8


def test_only_the_newest_checkpoints_are_kept(bench: Bench) -> None:
    trainer = Noting(folder=bench.store.folder)
    bench.train_with(trainer)
    bench.run(sweep_of(PRUNERS["median"]))
    trials = [[name.rsplit("-", 1)[0] for name in names] for names in trainer.kept]
    assert max(map(len, trials)) == 5
    assert all(len(set(names)) == len(names) for names in trials)
    assert not list(bench.store.folder.rglob("*.npz"))


@pytest.mark.parametrize("name", ["median", pytest.param("wilcoxon", marks=pytest.mark.slow)])
def test_a_pruned_trial_that_is_retried_is_trained_to_its_end(bench: Bench, name: str) -> None:
    summary = bench.run(sweep_of(PRUNERS[name]))
    before = bench.results(summary.sweep_id)
    around: dict[str, Any] = {"store": bench.store, "tracker": lambda: bench.tracker}
    with pytest.raises(ValueError, match=r"no trial of sweep .* has failed"):
        coordinator.retry(summary.sweep_id, None, **around)
    again = coordinator.retry(summary.sweep_id, ["pruned"], **around)
    assert (again.done, again.pruned, again.failed) == (16, 0, 0)
    after = bench.results(summary.sweep_id)
    evaluate = {"evaluate": {"folds": 5}} if name == "wilcoxon" else {}
    whole = bench.results(bench.run(sweep_of(None, **evaluate)).sweep_id)
    assert [in_full(one) for one in after] == [in_full(one) for one in whole]
    kept = [one for one in before if one.pruned is None]
    assert [after[one.trial.number] for one in kept] == kept


def in_lockstep(sweep: Sweep, whole: Sequence[Result], wave: int) -> dict[int, int]:
    """By trial the epoch at which a study of Optuna's own ends it, given its values in full."""
    steps, ended = steps_for(sweep), dict[int, int]()
    assert steps is not None
    with quiet():
        study = optuna.create_study(
            study_name=NAME, direction=sweep.objective.goal, pruner=pruner_of(steps.filled)
        )
        ends = [steps.finished_before + at for at in range(0, len(whole), wave)]
        for first, end in pairwise(
            sorted({0, *(min(end, len(whole)) for end in ends), len(whole)})
        ):
            open_now = [(study.ask(), one) for one in whole[first:end]]
            for stage in range(steps.most):
                for trial, one in [each for each in open_now if each[0].number not in ended]:
                    looks = steps.until(len(one.history["loss"]))
                    if stage >= len(looks):
                        continue
                    trial.report(one.history["loss"][looks[stage] - 1], looks[stage])
                    if stage == len(looks) - 1:
                        study.tell(trial, one.score)
                    elif trial.should_prune():
                        ended[trial.number] = looks[stage]
                        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    return ended


@pytest.mark.parametrize("name", ["median", "successive_halving", "hyperband", "patient"])
def test_a_sweep_ends_the_trials_that_optuna_would_end(bench: Bench, name: str) -> None:
    sweep = sweep_of(PRUNERS[name])
    results = bench.results(bench.run(sweep).sweep_id)
    whole = bench.results(bench.run(sweep_of(None)).sweep_id)
    found = {one.trial.number: one.pruned.step for one in results if one.pruned is not None}
    assert found == in_lockstep(sweep, whole, wave=5)


@pytest.mark.parametrize("pruner", ["median", "percentile", "successive_halving"])
def test_a_grid_of_sixty_is_pruned_with_nothing_set(bench: Bench, pruner: str) -> None:
    """Though all of it would fit into one wave, which a median has nothing to compare with."""
    space = {"width": {"low": 4, "high": 63}, "epochs": 20}
    search = {"backend": "grid", "pruner": pruner}
    sweep = read_sweep({"task": "penguins", "space": space, "search": search})
    summary = bench.run(sweep)
    assert (summary.done + summary.pruned, summary.failed) == (60, 0)
    assert summary.pruned > 20
