from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from sweeps.cli.trust_lines import trust_lines
from sweeps.trust.rows import Confirmed, Missing, Optimism, Rival
from sweeps.trust.trust import Trust
from tests.sweeps.cli.conftest import Command
from tests.sweeps.fakes import FakeTrainer

ROWS = (
    Confirmed(
        22, 25, {"width": 17, "depth": 2}, 0.9927, 0.9945, (0.99,), (-0.022, 0.017), True, 479
    ),
    Confirmed(13, 27, {"width": 8, "depth": 2}, 0.9927, 0.9836, (0.98,), (-0.035, 0.012), True, 83),
    Confirmed(7, 26, {"width": 9, "depth": 2}, 0.9964, 0.95, (0.95,), (-0.06, 0.0), False, 183),
)
TRUST = Trust(
    metric="val_accuracy",
    goal="maximize",
    confidence=0.95,
    winner=7,
    winner_score=0.9964,
    rows=ROWS,
    parts=20,
    fresh="fresh seeds and folds",
    recommended=13,
    by="parameters",
    optimism=Optimism(7, 0.9964, 0.95, 0.0464, (0.01, 0.08), 0.96),
    baseline=Rival("logistic regression", 0.9855, 0.9873, (-0.027, 0.02), False, 21),
)
SAID = """\
its best trained again on fresh seeds and folds, 20 scores of each:
   trial  search  confirmed    vs best other  tied  parameters
      22  0.9927     0.9945  -0.022 to 0.017   yes         479
    width 17
    > 13  0.9927     0.9836  -0.035 to 0.012   yes          83
    width 8
       7  0.9964       0.95       -0.06 to 0    no         183
    width 9
baseline  0.9855     0.9873                -     -          21
    logistic regression
tie set: 2 of 3 confirmed configurations: 22, 13
  the true best of them is in it with 95%, and all intervals hold together
recommended: trial 13, which has the fewest parameters of the tie set
  width  8
  depth  2
optimism: the search's best, trial 7, had val_accuracy 0.9964
  and has 0.95 when trained again: promised 0.0464 too much (0.01 to 0.08)
  and 0.96 on the test rows, by which nothing was chosen
baseline: logistic regression, val_accuracy 0.9873
  what is recommended, 0.9836, does NOT beat it: from 0.027 worse to 0.02 better"""


def test_what_can_be_trusted() -> None:
    assert "\n".join(trust_lines(TRUST)) == SAID
    assert max(map(len, SAID.splitlines())) <= 80


def test_what_beats_the_baseline() -> None:
    rival = Rival("ridge regression", 0.9, 0.9, (0.05, 0.12), True)
    said = "\n".join(trust_lines(replace(TRUST, baseline=rival)))
    assert "what is recommended, 0.9836, beats it by 0.05 to 0.12" in said


def test_one_configuration_alone_is_not_called_best() -> None:
    said = list(trust_lines(replace(TRUST, rows=ROWS[1:2])))
    assert "only trial 13 was confirmed: there is none to compare it with" in said
    assert not any(line.startswith("tie set") for line in said)


def test_who_asked_for_confirmations_that_failed_is_not_told_to_ask() -> None:
    failed = replace(TRUST, rows=(), recommended=None, optimism=None, missing=(Missing(4, "late"),))
    assert not any("to know more" in line for line in trust_lines(failed))


def test_seeds_alone_and_what_is_missing() -> None:
    missing = (Missing(4, "diverged"),)
    said = "\n".join(trust_lines(replace(TRUST, same_rows=True, missing=missing)))
    assert "only seeds were fresh: that holds for these rows, not for others" in said
    assert "not confirmed: trial 4, diverged" in said


@pytest.mark.parametrize("beaten", [True, False])
def test_without_a_confirmation(beaten: bool) -> None:
    rival = Rival("logistic regression", 0.9855, None, None, beaten, 21)
    trust = replace(TRUST, rows=(), recommended=None, by=None, optimism=None, baseline=rival)
    said = list(trust_lines(trust))
    assert said[0] == "baseline: logistic regression, val_accuracy 0.9855"
    assert ("  no trial beats it: the search's best has 0.9964" in said) is not beaten
    assert said[-1] == "  evaluate: {confirm_top: 10, repeats: 20}"
    assert not any("tie set" in line for line in said)


def test_best_of_a_confirmed_sweep(
    sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    confirm = ("--set", "evaluate={confirm_top: 2, repeats: 3}")
    done = sweeps("run", file, *confirm)
    assert done.exit_code == 0, done.output
    shown = sweeps("best")
    assert shown.exit_code == 0
    assert "of 2 confirmed configurations" in shown.output
    assert "fresh seeds and validation rows, 3 scores of each" in shown.output
    assert "baseline: logistic regression, val_accuracy 0." in shown.output
    trust = json.loads(sweeps("best", "--json").stdout)["trust"]
    assert len(trust["rows"]) == 2
    assert trust["recommended"] in trust["tie_set"]
    assert trust["baseline"]["name"] == "logistic regression"


def test_best_of_a_search_alone(
    sweeps: Command, file: str, trainer: Callable[[FakeTrainer], None]
) -> None:
    assert sweeps("run", file).exit_code == 0
    shown = sweeps("best").output
    assert "these are the search's own scores" in shown
    assert "baseline: logistic regression" in shown
    assert json.loads(sweeps("best", "--json").stdout)["trust"]["rows"] == []
