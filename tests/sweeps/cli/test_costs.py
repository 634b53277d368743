"""What a sweep and its trials cost, as the command tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweeps.cli.costs import facts, hours
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep_file import load_sweep
from sweeps.trial import Cost, Failure, Pruned, Result, Trial
from tests.sweeps.cli.conftest import Command

CHEAP = Cost(1800.0, 0.0, 512.0, "cpu", 12_000)
DEAR = Cost(3600.0, 900.0, 3 * 1024.0, "NVIDIA H200", 4_000)


@pytest.fixture
def priced(ledger: Ledger, file: str) -> str:
    """A sweep of which two trials say what they cost, a third does not, and a fourth was pruned."""
    claim = ledger.create(load_sweep(Path(file)), {})
    trials = [Trial(number, {"width": 16 + number}) for number in range(4)]
    ledger.begin(claim, trials, {})
    pruned = Failure("pruned", "behind the median")
    results = [
        Result(trials[0], 0.5, {"val_accuracy": 0.5}, {}, 2.0, cost=CHEAP),
        Result(trials[1], 0.7, {"val_accuracy": 0.7}, {}, 4.0, cost=DEAR),
        Result(trials[2], 0.6, {"val_accuracy": 0.6}, {}, 1.0),
        Result(trials[3], None, {}, {}, 1.0, error=pruned, cost=CHEAP, pruned=Pruned(1, 0.1)),
    ]
    ledger.commit(claim, [(result, 1) for result in results], {}, 9.0)
    ledger.end(claim, "finished", 9.0)
    ledger.end_shipped(claim)
    ledger.release(claim)
    return claim.sweep_id


def test_status_says_what_the_sweep_cost(sweeps: Command, priced: str) -> None:
    said = sweeps("status").output
    assert "  cost     2 core-hours, 0.25 GPU-hours\n" in said
    assert "3 done, 1 pruned, 0 failed, 0 begun, of 4\n" in said
    found = json.loads(sweeps("status", "--json").stdout)
    assert (found["core_seconds"], found["gpu_seconds"]) == (7200.0, 900.0)
    assert found["best"]["cost"]["device"] == "NVIDIA H200"
    listed = json.loads(sweeps("ls", "--json").stdout)
    assert [row["core_seconds"] for row in listed] == [7200.0]


def test_logs_say_what_a_trial_took(sweeps: Command, priced: str) -> None:
    said = sweeps("logs", f"{priced}/1").output
    for line in (
        "  device    NVIDIA H200\n",
        "  memory    3.0 GB at most\n",
        "  cost      1 core-hour, 0.25 GPU-hours\n",
        "  pace      1,000 examples/s\n",
    ):
        assert line in said
    found = json.loads(sweeps("logs", f"{priced}/1", "--json").stdout)
    assert found["cost"]["examples"] == 4_000


def test_nothing_is_said_of_costs_that_nobody_measured(sweeps: Command, priced: str) -> None:
    said = sweeps("logs", f"{priced}/2").output
    assert "cost" not in said
    assert "device" not in said
    assert json.loads(sweeps("logs", f"{priced}/2", "--json").stdout)["cost"] is None


@pytest.mark.parametrize(
    ("core", "gpu", "said"),
    [
        (0.0, 0.0, None),
        (36.0, 0.0, "0.01 core-hours"),
        (0.0, 7200.0, "2 GPU-hours"),
        (3_600_000.0, 1.0, "1,000 core-hours, 0.000278 GPU-hours"),
    ],
)
def test_hours(core: float, gpu: float, said: str | None) -> None:
    assert hours(core, gpu) == said


def test_a_trial_without_epochs_has_no_pace() -> None:
    cost = Cost(0.0, 0.0, 100.4, "cpu", 0)
    assert facts(cost, 1.0) == {"device": "cpu", "memory": "100 MB at most"}
