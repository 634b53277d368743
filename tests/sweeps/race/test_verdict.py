import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from sweeps.race.verdict import friedman, verdict
from sweeps.race.wording import said

Draw = Callable[[np.random.Generator], npt.NDArray[np.float64]]
SPREADS = np.array([[0.1], [0.5], [1.0], [3.0]])


def normal(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return rng.normal(size=(4, 5))


def skewed(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return -rng.exponential(size=(4, 5))


def uneven(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return SPREADS * rng.normal(size=(4, 5))


@pytest.mark.parametrize("draw", [normal, skewed, uneven])
def test_equal_backends_are_told_apart_in_no_more_than_one_race_of_twenty(draw: Draw) -> None:
    rng = np.random.default_rng(1)
    races = 400
    wrong = 0
    for _ in range(races):
        table = rng.normal(size=5) + draw(rng)  # repeats differ for all alike
        found = verdict(dict(zip("abcd", table, strict=True)), maximize=True)
        wrong += bool(found.ahead_of)
    assert wrong / races <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / races)


def test_intervals_hold_the_true_leads_together() -> None:
    rng, races, held = np.random.default_rng(2), 400, 0
    truth = {"a": 0.3, "b": 0.0, "c": -1.0}
    for _ in range(races):
        found = verdict(
            {name: list(mean + 0.5 * rng.normal(size=5)) for name, mean in truth.items()},
            maximize=True,
        )
        leader = found.leader or ""
        held += all(
            lead.low <= truth[leader] - truth[lead.behind] <= lead.high for lead in found.leads
        )
    assert held / races >= 0.95 - 2 * math.sqrt(0.05 * 0.95 / races)


def test_a_clear_lead_is_said_with_its_interval() -> None:
    rng = np.random.default_rng(3)
    shared = rng.normal(size=5)
    scores = {"slow": list(shared), "fast": list(shared + 1.0 + 0.05 * rng.normal(size=5))}
    found = verdict(scores, maximize=True)
    assert found.leader == "fast"
    assert [lead.behind for lead in found.ahead_of] == ["slow"]
    assert found.leads[0].low < 1.0 < found.leads[0].high
    assert said(found).startswith("fast is ahead of slow by 1")


def test_a_lead_that_is_the_same_in_every_repeat_says_nothing_of_chance() -> None:
    found = verdict({"a": [0.91, 0.93], "b": [0.9, 0.92]}, maximize=True)
    assert found.ahead_of == ()
    assert said(found) == "a cannot be told from b (0.01 in every repeat)"


def test_scores_of_few_rows_are_told_apart_no_more_often_by_chance() -> None:
    rng, races = np.random.default_rng(5), 400
    wrong = 0
    for _ in range(races):
        right = rng.binomial(50, 0.95, size=(2, 2)) / 50
        wrong += bool(verdict({"a": right[0], "b": right[1]}, maximize=True).ahead_of)
    assert wrong / races <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / races)


def test_of_losses_the_smallest_leads_by_a_positive_number() -> None:
    found = verdict({"a": [0.5, 0.6, 0.7], "b": [0.1, 0.2, 0.31]}, maximize=False)
    assert found.leader == "b"
    assert found.leads[0].by == pytest.approx(0.3967, abs=1e-3)


def test_what_cannot_be_told_apart_is_said_so() -> None:
    found = verdict({"a": [0.5, 0.6, 0.7], "b": [0.6, 0.5, 0.69]}, maximize=True)
    assert said(found).startswith("a cannot be told from b (")


def test_a_repeat_without_a_figure_of_all_is_left_out() -> None:
    found = verdict({"a": [1.0, 2.0, 9.0], "b": [1.5, 2.4, math.nan]}, maximize=True)
    assert (found.leader, found.repeats) == ("b", 2)
    nothing = verdict({"a": [1.0, math.nan], "b": [1.5, 2.0]}, maximize=True)
    assert (nothing.leader, nothing.leads) == (None, ())
    assert "nothing can be said of 1 complete" in said(nothing)


def test_friedmans_test_knows_order_from_chance() -> None:
    ordered = np.array([[1.0] * 5, [2.0] * 5, [3.0] * 5, [4.0] * 5])
    assert friedman(ordered) < 0.001
    assert friedman(np.ones((4, 5))) == 1.0
    rng = np.random.default_rng(4)
    p_values = [friedman(rng.normal(size=(4, 5))) for _ in range(60)]
    assert 0.3 < float(np.mean(p_values)) < 0.7
