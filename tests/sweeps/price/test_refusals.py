from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.price.figures import Disk, Price
from sweeps.price.refusals import above
from sweeps.sweep import Budget

PRICE = Price(
    trials=200,
    fits=600,
    epochs=12_000,
    seconds=3120.0,
    training=3000.0,
    core_seconds=12.3 * 3600,
    gpu_seconds=1.5 * 3600,
    memory=2.5e9,
    disk=Disk(ledger=1e9, mlflow=2e9, artifacts=0.5e9, checkpoints=0.5e9),
    rows={"runs": 201, "metrics": 1, "params": 1, "tags": 1},
)
FEWER = "fewer trials, folds, repeats or epochs, or a larger budget"


def test_what_is_within_the_budget_is_not_refused() -> None:
    wide = Budget(
        minutes=53,
        epochs=12_000,
        core_hours=12.4,
        gpu_hours=1.5,
        memory_gb=2.5,
        disk_gb=4.0,
    )
    assert above(PRICE, wide) == []
    assert above(PRICE, Budget()) == []


@pytest.mark.parametrize(
    ("budget", "line"),
    [
        (Budget(core_hours=5), f"12.3 core-hours are above budget.core_hours 5: {FEWER}"),
        (Budget(gpu_hours=1), f"1.5 GPU-hours are above budget.gpu_hours 1: {FEWER}"),
        (
            Budget(memory_gb=2),
            "2.5 GB of memory is above budget.memory_gb 2: fewer workers, smaller batches or "
            "networks, or a larger budget",
        ),
        (
            Budget(disk_gb=1.5),
            "4 GB of disk is above budget.disk_gb 1.5: fewer trials or epochs, which MLflow keeps "
            "the history of, or a larger budget",
        ),
        (Budget(minutes=30), f"52 minutes are above budget.minutes 30: {FEWER}"),
        (Budget(epochs=5000), f"12,000 epochs are above budget.epochs 5,000: {FEWER}"),
    ],
)
def test_each_limit_has_a_line_of_its_own(budget: Budget, line: str) -> None:
    assert above(PRICE, budget) == [line]


def test_what_is_above_several_limits_has_a_line_for_each() -> None:
    lines = above(PRICE, Budget(core_hours=1, disk_gb=1))
    assert [line.partition(" above ")[2].partition(" ")[0] for line in lines] == [
        "budget.core_hours",
        "budget.disk_gb",
    ]


def test_how_many_trials_fit_is_said_of_time_and_epochs() -> None:
    price = replace(PRICE, fitting=80, at_most=True)
    minutes, cores = above(price, Budget(minutes=20, core_hours=1))
    assert minutes.startswith("up to 52 minutes are above budget.minutes 20, into which about 80 ")
    assert "of 200 trials fit: fewer" in minutes
    assert "fit:" not in cores
