"""The tie set has the true best in it as often as it says, whatever the sweeps are like."""

from __future__ import annotations

import pytest

from tests.sweeps.trust.simulated import SCENARIOS, Scenario, coverage
from tests.sweeps.trust.whole_sweeps import other_rows, promise, same_rows

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
QUICK = ("all equal, 10 of 5", "real splits, 70 rows, 10 of 20")
MEASURED = (
    "all equal, 10 of 5",
    "the best is steadiest, 10 of 8",
    "69 rows, all 0.97, 10 of 10",
    "real folds, 120 rows, 10 of 4 x 5",
)
"""Of `SCENARIOS`, in which coverage is least; `python -m tests.benchmarks --only trust --full`
measures all of them."""


@pytest.mark.parametrize("name", QUICK)
def test_the_true_best_is_in_the_tie_set(name: str) -> None:
    found = coverage(BY_NAME[name], 30)
    assert found.covered >= 0.85
    assert found.pairs <= found.covered
    assert found.naive <= found.pairs


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MEASURED)
def test_the_true_best_is_in_the_tie_set_of_500_sweeps(name: str) -> None:
    found = coverage(BY_NAME[name], 500)
    assert found.covered >= 0.93
    assert found.pairs < 0.93


def test_what_is_clearly_best_is_found() -> None:
    found = coverage(BY_NAME["one clearly better, 10 of 20"], 20)
    assert found.covered == 1
    assert found.size < 3


def test_the_naive_winner_promises_too_much_and_the_gap_says_how_much() -> None:
    found = promise(30, other_rows)
    assert found.optimism > 0.05
    assert found.reported == pytest.approx(found.optimism, abs=0.01)
    assert found.held >= 0.85
    assert found.covered >= 0.85


@pytest.mark.slow
def test_splits_of_the_same_rows_tell_of_too_small_a_gap_and_the_test_rows_of_all() -> None:
    found = promise(100, same_rows)
    assert 0.05 < found.reported < found.optimism
    assert found.unseen == pytest.approx(found.optimism, abs=0.02)


def test_every_kind_of_sweep_can_be_simulated() -> None:
    assert len(BY_NAME) == len(SCENARIOS)
    for scenario in SCENARIOS:
        _runs(scenario)


def _runs(scenario: Scenario) -> None:
    found = coverage(scenario, 1)
    assert 1 <= found.size <= found.configurations
