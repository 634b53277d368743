"""What is compiled, how often, and at whose expense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sweeps.recipe import Recipe
from sweeps.trainers import time_limit
from sweeps.trainers.fused import compiled
from sweeps.trainers.fused.bucket import Bucket, Sizes, bucket_of
from sweeps.trainers.fused.compiled import compilations
from sweeps.trainers.fused.courses import courses_of
from sweeps.trainers.fused.packing import lanes_of, packs_of
from sweeps.trainers.fused_fit import FusedFit, sizes_of
from sweeps.trainers.trainer import Pack, Progress
from tests.benchmarks.ours.work import EXPERIMENTS, Work, experiment
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on
from tests.sweeps.trainers.fused.one_pack import train

MOST_PROGRAMS = 40
"""That all five experiments of the study may compile together."""


STOPPING = {"early_stopping.patience": 2, "early_stopping.restore_best": True}


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
    (outcome,) = FusedFit().train(Pack((fit,)), problem_on(metric), Progress(clock.epoch))
    assert clock.now > 200.0
    assert outcome.error is not None
    assert outcome.error.message == "took longer than 4.5 s; 5 of 9 epochs were trained"


def programs_of(work: Work) -> set[tuple[Bucket, int]]:
    """Buckets and sizes of the lanes that the work is cut into; each has two programs."""
    fits = [(fit, Recipe.read(fit.trial.config)) for fit in work.fits]
    sizes = sizes_of(work.problem)
    assert isinstance(sizes, Sizes)
    bucketed = [
        (bucket_of(course.recipe, sizes), course) for course in courses_of(fits, lambda _: 0)
    ]
    return {
        (lane.bucket, lane.size)
        for pack in packs_of(bucketed)
        for lane in lanes_of(bucket_of(pack[0].recipe, sizes), pack, on_cpu=True)
    }


@pytest.mark.slow
def test_the_five_experiments_compile_forty_programs_at_most(
    record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by their lanes, which is held against what one of them really compiles."""
    works = {name: experiment(name, repeats=1) for name in EXPERIMENTS}
    programs = set().union(*(programs_of(work) for work in works.values()))
    record_property("programs", 2 * len(programs))
    assert 2 * len(programs) <= MOST_PROGRAMS
    ratio = works["ratio"]
    # Tests before this one may have trained the same networks in this process.
    monkeypatch.setattr(compiled, "_PROGRAMS", {})
    before = compilations()
    for pack in FusedFit().pack(ratio.fits, ratio.problem):
        FusedFit().train(pack, ratio.problem, None)
    assert compilations() - before == 2 * len(programs_of(ratio))
