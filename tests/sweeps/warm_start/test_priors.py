from __future__ import annotations

import math
from typing import Any

import pytest

from sweeps.backends.prior import Prior
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Defined
from sweeps.warm_start.beginning import told_line
from sweeps.warm_start.earlier import Earlier, Tried
from sweeps.warm_start.priors import fitted, kept_text, priors_in


def sweep_of(space: dict[str, Any], **values: Any) -> Sweep:
    search = {"backend": "optuna", "trials": 3}
    return read_sweep({"task": "penguins", "search": search, "space": space, **values})


SWEEP = sweep_of(
    {
        "layer_count": {"low": 1, "high": 4},
        "width": {"low": 8, "high": 64},
        "ratio": {"low": 0.5, "high": 1.0, "when": {"layer_count": [2, 3, 4]}},
        "epochs": 5,
    },
    constraints={"small": "layer_count * width <= 100"},
)
GOOD = {"layer_count": 2, "width": 16, "ratio": 0.75, "epochs": 5}


def told(sweep: Sweep, *tried: Tried) -> str:
    return told_line(fitted(Earlier("abc234", tried), sweep))


def test_a_configuration_of_the_space_is_told_smaller_is_better() -> None:
    fits = fitted(Earlier("abc234", (Tried(GOOD, (0.9,)),)), SWEEP)
    assert fits.priors == (Prior(GOOD, (-0.9,)),)
    assert priors_in(kept_text([fits])) == fits.priors


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"width": 300}, "width: 300 is not a whole number from 8 to 64"),
        ({"width": 60}, "this configuration is refused by small"),
        ({"dropout": 0.5}, "dropout: no parameter of this space"),
        ({"layer_count": 1}, "ratio: "),
        ({"ratio": None}, "ratio: "),
        ({"epochs": 7}, "epochs: 7 is given, but the space makes it 5"),
    ],
)
def test_one_outside_the_space_is_left_out_and_why_is_said(change: Any, why: str) -> None:
    line = told(SWEEP, Tried({**GOOD, **change}, (0.5,)), Tried(GOOD, (0.5,)))
    assert line.startswith(f"told of 1 trial of abc234, 1 left out: {why}")


def test_what_the_space_adds_was_not_there_before() -> None:
    without = {name: value for name, value in GOOD.items() if name != "epochs"}
    assert "1 left out: epochs: the space has it" in told(SWEEP, Tried(without, (0.5,)))
    study = Tried(without, (0.5,), complete=False)
    assert fitted(Earlier("mine", (study,)), SWEEP).priors == (Prior(GOOD, (-0.5,)),)


def test_many_reasons_are_one_example_and_a_count() -> None:
    wide = [Tried({**GOOD, "width": width}, (0.5,)) for width in (300, 400, 500)]
    cut = Tried(GOOD, (0.5,), unfit="trained for 1 of 5 epochs")
    assert told(SWEEP, *wide, cut, Tried(GOOD, (math.nan,))) == (
        "told of 0 trials of abc234, 5 left out: width: 300 is not a whole number from 8 to 64 "
        "and the like, 2 for other reasons"
    )


def test_a_choice_keeps_true_apart_from_one() -> None:
    document = {"function": "m:f", "space": {"x": [True, 1]}, "search": "grid"}
    sweep = read_sweep({**document, "objective": {"metric": "value", "goal": "minimize"}})
    (prior,) = fitted(Earlier("a", (Tried({"x": True}, (1.0,)),)), sweep).priors
    assert prior.config["x"] is True
    assert prior.scores == (1.0,)


def test_an_objective_that_defines_its_space_must_know_what_was_chosen_from() -> None:
    function = {"path": "m:f", "takes": "trial"}
    search = {"backend": "optuna", "trials": 3}
    objective = {"metric": "value", "goal": "minimize"}
    sweep = read_sweep({"function": function, "search": search, "objective": objective})
    defined = Defined({"x": 0.5}, {"x": "{}"}, 2.0, ((1, 3.0),), (2.0, 4.0))
    known = Tried({"x": 0.5}, (2.0,), defined=defined)
    fits = fitted(Earlier("a", (known, Tried({"x": 0.1}, (1.0,)))), sweep)
    assert fits.priors == (Prior({"x": 0.5}, (2.0,), defined),)
    assert sum(fits.left_out.values()) == 1
    assert priors_in(kept_text([fits])) == fits.priors
