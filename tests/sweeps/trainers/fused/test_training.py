"""Packs under way: what is compiled, and a member that diverges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from sweeps import checkpoints, cores
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.trainers import time_limit
from sweeps.trainers.fused import compiled
from sweeps.trainers.fused.bucket import Bucket, Sizes, bucket_of
from sweeps.trainers.fused.compiled import compilations
from sweeps.trainers.fused.courses import courses_of
from sweeps.trainers.fused.jax_import import load
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.packing import Lane, lanes_of, packs_of
from sweeps.trainers.fused_fit import FusedFit, sizes_of
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome
from tests.benchmarks.ours.work import EXPERIMENTS, Work, experiment
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on, same

MOST_PROGRAMS = 40
"""That all five experiments of the study may compile together."""


def train(fits: Sequence[Fit], problem: Problem | None = None) -> list[Outcome]:
    return FusedFit().train(Pack(tuple(fits)), problem or problem_on(), None)


def astray(fits: Sequence[Fit]) -> list[Outcome]:
    """On a regression, whose gradient grows with its error: a network cannot just die."""
    return train(fits, problem_on("val_loss", TinyTask(kind="regression")))


STOPPING = {"early_stopping.patience": 2, "early_stopping.restore_best": True}
ASTRAY = {
    **DEEP,
    "optimizer": "sgd",
    "learning_rate": 1e-3,
    "decay": "exponential",
    "decay.exponential.rate": 1e3,
    "decay.exponential.every_epochs": 1,
}
"""Well for a few epochs, while its rate rises and rises."""


@pytest.mark.parametrize(("width", "more"), [(60, {}), (90, STOPPING)], ids=["plain", "restoring"])
def test_a_second_pack_of_a_bucket_compiles_nothing(width: int, more: Mapping[str, Any]) -> None:
    """Whatever its weights, widths, rates, penalties, schedules, batch sizes and number."""
    first = {**DEEP, "width": width, "dropout": 0.1, "regularizers.kernel_l1": 0.01, **more}
    before = compilations()
    train([fit_of(first)])
    first_time = compilations() - before
    assert first_time == (3 if more else 2)
    others = [
        {
            **first,
            "width": width - seed if seed < 26 else width,
            "learning_rate": 0.001 * seed,
            "batch_size": 1 + seed % 8,
            "dropout": 0.02 * seed,
            "optimizer": "adamw" if seed % 2 else "adam",
            "decay": "cosine" if seed % 3 else "constant",
            "epochs": 1 + seed % 4,
        }
        for seed in range(1, 28)
    ]
    train([fit_of(config, seed=seed) for seed, config in enumerate(others)])
    assert compilations() - before == first_time


@pytest.mark.parametrize("depth", [2, 5])
@pytest.mark.parametrize("more", [{}, {"early_stopping.patience": 50}], ids=["late", "followed"])
def test_a_member_diverges_alone_with_its_epoch(depth: int, more: Mapping[str, Any]) -> None:
    """Its neighbours stay as they are to the last bit, early or late as it may be found out."""
    late = {**ASTRAY, "layer_count": depth, **more}
    plain = {**late, "decay.exponential.rate": 0.9}
    soon = {**plain, "learning_rate": 1e30}
    fits = [fit_of(one, seed=seed) for seed, one in enumerate((plain, soon, plain, late, plain))]
    outcomes = astray(fits)
    for place in (0, 2, 4):
        assert outcomes[place].error is None
        assert same(outcomes[place], astray([fits[place]])[0])
    for place in (1, 3):
        outcome = outcomes[place]
        assert outcome.error is not None
        assert outcome.error.reason == "diverged"
        epochs = int(outcome.metrics["epochs"])
        assert all(len(values) == epochs for values in outcome.history.values())
        assert outcome.error.message.endswith(f"in epoch {epochs + 1}")
        assert outcome.metrics.keys() == {"parameters", "epochs"}
    assert outcomes[1].metrics["epochs"] < outcomes[3].metrics["epochs"]
    assert outcomes[3].metrics["epochs"] > 0


def test_what_ended_before_the_divergence_is_well() -> None:
    """Fits that share a course: the short one is done when the long one goes astray."""
    long = astray([fit_of(ASTRAY)])[0]
    well = int(long.metrics["epochs"])
    assert 0 < well < 9
    short, whole = astray([fit_of(ASTRAY, budget=well), fit_of(ASTRAY)])
    assert short.error is None
    assert same(whole, long)


def test_a_neighbours_checkpoint_may_reveal_a_divergence(tmp_path: Path) -> None:
    """Results are fetched for the one that ends, and tell that the other went astray before."""
    plain = {**ASTRAY, "decay.exponential.rate": 0.9}
    short = fit_of(plain, seed=1, budget=3, save_to=str(tmp_path / "short.npz"))
    astray_soon = fit_of({**plain, "learning_rate": 1e30}, seed=2)
    kept, failed = astray([short, astray_soon])
    assert kept.error is None
    assert checkpoints.load(tmp_path / "short.npz") is not None
    assert same(failed, astray([astray_soon])[0])
    assert failed.error is not None


def test_what_could_not_be_compiled_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lack of memory fails the lane that met it, and no later one."""

    def no_memory(*_: object) -> None:
        raise MemoryError("none left")

    fit = fit_of({**DEEP, "width": 500})
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "_compile", no_memory)
        (failed,) = train([fit])
    assert failed.error is not None
    assert failed.error.reason == "out_of_memory"
    assert failed.error.message == "MemoryError: none left"
    assert "no_memory" in failed.error.traceback
    (well,) = train([fit])
    assert well.error is None


Refuses = Callable[[Lane], bool]


def with_little_memory(patch: pytest.MonkeyPatch, refuses: Refuses, error: str) -> list[Lane]:
    """Let XLA have no memory for some lanes; gives those that were tried, in that order."""
    start, tried = LaneTraining.start, []

    def short(lane: Lane, *rest: Any) -> LaneTraining:
        tried.append(lane)
        if refuses(lane):
            raise load().errors.JaxRuntimeError(error)
        return start(lane, *rest)

    patch.setattr(LaneTraining, "start", short)
    return tried


EXHAUSTED = "RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes."


def test_a_lane_without_memory_is_halved_until_it_has_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Among fits that the memory is enough for, one that it is not enough for even alone."""
    fits = [fit_of({**DEEP, "width": 9 + seed}, seed=seed) for seed in range(5)]
    expected = train(fits)

    def refuses(lane: Lane) -> bool:
        return lane.size > 2 or any(course.first == fits[3] for course in lane.courses)

    tried = with_little_memory(monkeypatch, refuses, EXHAUSTED)
    outcomes = train(fits)
    assert [outcome.fit for outcome in outcomes] == fits
    assert sum(lane.size <= 2 for lane in tried) == 5, "2 and 2, 1 and 1 of the second, and 1"
    for outcome, whole in zip(outcomes, expected, strict=True):
        if outcome.fit == fits[3]:
            assert outcome.error is not None
            assert outcome.error.reason == "out_of_memory"
            assert outcome.error.message == f"JaxRuntimeError: {EXHAUSTED}"
            assert outcome.seconds > 0
        else:
            assert outcome.metrics == pytest.approx(whole.metrics, rel=1e-4)


def test_a_lane_is_tried_again_as_it_is_when_others_had_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its outcomes are then those of another day to the last bit."""
    fits = [fit_of({**DEEP, "width": width}) for width in (9, 99)]
    expected = train(fits)
    refused: list[Lane] = []

    def refuses(lane: Lane) -> bool:
        first_time = lane.courses[0].first == fits[1] and not refused
        refused.extend([lane] if first_time else [])
        return first_time

    with_little_memory(monkeypatch, refuses, EXHAUSTED)
    outcomes = train(fits)
    assert len(refused) == 1
    assert all(same(one, other) for one, other in zip(outcomes, expected, strict=True))


def test_a_breakdown_that_is_not_about_memory_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = with_little_memory(monkeypatch, lambda lane: True, "INTERNAL: no such kernel")
    (outcome,) = train([fit_of(DEEP)])
    assert outcome.error is not None
    assert outcome.error.reason == "crashed"
    assert outcome.error.message == "JaxRuntimeError: INTERNAL: no such kernel"
    assert "in short" in outcome.error.traceback
    assert len(tried) == 1


@pytest.mark.parametrize("metric", ["val_accuracy", "train_loss"])
def test_time_to_compile_is_not_counted(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all three programs: to train with, to judge with and to choose the best weights with."""
    clock = Clock()

    def slowly(*arguments: Any) -> Any:
        clock.now += 100.0
        return compile_(*arguments)

    compile_ = compiled._compile
    monkeypatch.setattr(compiled, "_PROGRAMS", {})
    monkeypatch.setattr(compiled, "_compile", slowly)
    monkeypatch.setattr(time_limit, "clock", clock)
    fit = fit_of({**DEEP, **STOPPING, "early_stopping.patience": 9}, seconds=4.5)
    (outcome,) = FusedFit().train(Pack((fit,)), problem_on(metric), clock.epoch)
    assert clock.now > 200.0
    assert outcome.error is not None
    assert outcome.error.message == "took longer than 4.5 s; 5 of 9 epochs were trained"


def test_of_fits_that_share_a_course_the_short_ones_are_done_when_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One run of 9 epochs serves them all; its third is told to the two that still want it."""
    clock = Clock()
    monkeypatch.setattr(time_limit, "clock", clock)
    fits = [fit_of(DEEP, budget=budget, seconds=2.5) for budget in (2, 5, 9)]
    short, *cut = FusedFit().train(Pack(tuple(fits)), problem_on(), clock.epoch)
    assert same(short, train([fits[0]])[0])
    said = [outcome.error.message for outcome in cut if outcome.error is not None]
    together = "3 fits trained together took longer than 7.5 s"
    assert said == [f"{together}; {epochs} epochs were trained" for epochs in ("3 of 5", "3 of 9")]


def test_what_ends_a_pack_ends_its_other_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in a notebook, say: lanes under way end after their epoch, others do not begin."""
    short = fit_of({**DEEP, "width": 9}, budget=1)
    long = fit_of({**DEEP, "width": 99, "epochs": 20_000})
    begun = Event()
    told: list[int] = []

    def progress(fit: Fit, epoch: int, values: Mapping[str, float]) -> None:
        if fit == short:
            begun.wait()
            raise KeyboardInterrupt
        told.append(epoch)
        begun.set()

    monkeypatch.setenv(cores.THREADS, "2")
    with pytest.raises(KeyboardInterrupt):
        FusedFit().train(Pack((short, long)), problem_on(), progress)
    assert 1 <= len(told) < 20_000


def programs_of(work: Work) -> set[tuple[Bucket, int]]:
    """Buckets and sizes of the lanes that the work is cut into; each has two programs."""
    fits = [(fit, Recipe.read(fit.trial.config)) for fit in work.fits]
    sizes = sizes_of(work.problem)
    assert isinstance(sizes, Sizes)
    bucketed = [
        (bucket_of(course.recipe, sizes), course) for course in courses_of(fits, resplit=False)
    ]
    return {
        (lane.bucket, lane.size)
        for pack in packs_of(bucketed)
        for lane in lanes_of(bucket_of(pack[0].recipe, sizes), pack, on_cpu=True)
    }


@pytest.mark.slow
def test_the_five_experiments_compile_forty_programs_at_most(
    record_property: Callable[[str, object], None],
) -> None:
    """Counted by their lanes, which is held against what one of them really compiles."""
    works = {name: experiment(name, repeats=1) for name in EXPERIMENTS}
    programs = set().union(*(programs_of(work) for work in works.values()))
    record_property("programs", 2 * len(programs))
    assert 2 * len(programs) <= MOST_PROGRAMS
    ratio = works["ratio"]
    before = compilations()
    for pack in FusedFit().pack(ratio.fits, ratio.problem):
        FusedFit().train(pack, ratio.problem, None)
    assert compilations() - before == 2 * len(programs_of(ratio))
