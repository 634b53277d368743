"""What is said of sweeps that are compared, and when their scores are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sweeps.comparing.comparison import compared, refusal
from sweeps.comparing.settings import Row, differences
from sweeps.comparing.side import Side, side_of
from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import DOCUMENT, Bench


def ran(bench: Bench, **keys: Any) -> Side:
    summary = bench.run(read_sweep({**DOCUMENT, **keys}))
    ledger = bench.ledger()
    try:
        return side_of(ledger, summary.sweep_id)
    finally:
        ledger.close()


def test_files_are_compared_key_by_key() -> None:
    one = {"name": "a", "space": {"width": {"low": 1, "high": 5}}, "seed": 0}
    other = {"name": "b", "space": {"width": [1, 2]}, "seed": 0, "trainer": "keras"}
    assert differences([one, other]) == [
        Row("space.width.low", ("1", None)),
        Row("space.width.high", ("5", None)),
        Row("space.width", (None, "[1, 2]")),
        Row("trainer", (None, "keras")),
    ]


def test_two_sweeps_of_the_same_configurations_are_paired(bench: Bench) -> None:
    found = compared([ran(bench), ran(bench, trainer="keras")])
    assert found.refused is None
    assert found.settings == [Row("trainer", (None, "keras"))]
    assert found.surroundings == []
    (held,) = found.contests
    assert (held.kind, held.count, held.effect) == ("paired", 10, 0.0)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"objective": {"metric": "val_loss", "goal": "minimize"}}, "different metrics (val_acc"),
        ({"evaluate": {"folds": 3}}, "split into training and validation"),
        ({"seed": 4}, "split into training and validation"),
    ],
)
def test_scores_of_another_kind_are_not_compared(
    bench: Bench, keys: dict[str, Any], said: str
) -> None:
    found = compared([ran(bench), ran(bench, **keys)])
    assert found.refused is not None
    assert said in found.refused
    assert found.contests == ()
    assert found.settings, "the files are compared all the same"


def test_other_rows_are_told_from_their_digest(bench: Bench) -> None:
    side = ran(bench)
    assert side.provenance is not None
    other = replace(side, provenance=replace(side.provenance, rows="other"))
    assert refusal([side, side]) is None
    assert refusal([side, other]) == "they had different rows of the task"


def test_of_old_sweeps_the_file_must_do(bench: Bench) -> None:
    side = ran(bench)
    old = replace(side, provenance=None)
    assert refusal([side, old]) is None
    assert refusal([old, replace(ran(bench, seed=2), provenance=None)]) is not None


def test_repeats_do_not_make_other_rows(bench: Bench) -> None:
    assert refusal([ran(bench), ran(bench, evaluate={"repeats": 2})]) is None


def test_the_winner_is_the_best_of_what_was_confirmed(bench: Bench) -> None:
    plain, sure = ran(bench), ran(bench, evaluate={"confirm_top": 3, "repeats": 2})
    assert plain.winner == plain.best
    assert sure.confirmed is not None
    assert sure.winner == sure.confirmed
    assert len(sure.scored) == 10, "confirmations are no trials of the search"
    assert compared([plain, sure]).contests[0].effect == 0.0


def test_trials_of_lower_rungs_are_left_out(bench: Bench) -> None:
    side = ran(bench)
    short = [
        replace(one, trial=replace(one.trial, config={**one.trial.config, "epochs": 9}, budget=3))
        for one in side.found.results[:4]
    ]
    trials = [
        replace(begun, result=one) for begun, one in zip(side.found.trials, short, strict=False)
    ]
    assert len(side.scored) == 10
    mixed = replace(side.found, trials=(*trials, *side.found.trials[4:]))
    assert len(Side(mixed, None).scored) == 6


def test_trials_that_depend_on_each_other_are_too_few_for_the_test(bench: Bench) -> None:
    keys = {"space": {"width": {"low": 1, "high": 10_000}}, "objective": "val_accuracy"}
    fixed, other = ({"search": {"backend": "random", "trials": 8}, **keys} for _ in range(2))
    adaptive = {"search": {"backend": "optuna", "trials": 8}, **keys}
    independent = compared([ran(bench, **fixed), ran(bench, **other, trainer="keras")])
    assert [one.kind for one in independent.contests] == ["paired"]
    assert independent.caveat is None
    found = compared([ran(bench, **fixed), ran(bench, **adaptive)])
    assert [one.kind for one in found.contests] == ["unpaired"]
    assert (found.caveat or "").startswith("optuna chose trials by what came before")
