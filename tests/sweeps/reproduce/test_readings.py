from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.reproduce.readings import Reading, read
from sweeps.trial import Failure, Part, Result, Trial


def part(repeat: int, fold: int = 0, **history: tuple[float, ...]) -> Part:
    metrics = {name: values[-1] for name, values in history.items()}
    return Part(fold, repeat, metrics, history, 1.0)


def trial(*parts: Part, number: int = 0, **config: int | str) -> Result:
    return Result(Trial(number, config), 0.5, {}, {}, 1.0, parts)


CURVES = trial(
    part(0, val_accuracy=(0.7, 0.9, 0.8), val_loss=(3.0, 2.0, 2.5)),
    part(1, val_accuracy=(0.9, 0.8, 0.9), val_loss=(3.0, 2.0, 1.0)),
    epochs=3,
)


def numbers(reading: Reading, *results: Result, **baselines: dict[int, dict[str, float]]):
    return read(reading, {"curves": results}, baselines)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading("curves", final="val_accuracy"), {0: 0.8, 1: 0.9}),
        (Reading("curves", history="val_loss", epoch=2), {0: 2.0, 1: 2.0}),
        (Reading("curves", best_epoch="val_accuracy"), {0: 2.0, 1: 1.0}),
        (Reading("curves", best_epoch="val_loss"), {0: 2.0, 1: 3.0}),
        (Reading("curves", where={"epochs": 4}, final="val_accuracy"), {}),
        (Reading("elsewhere", final="val_accuracy"), {}),
    ],
)
def test_there_is_one_number_for_each_repeat(reading, expected):
    assert numbers(reading, CURVES) == expected


def test_an_epoch_that_a_training_did_not_come_to_is_left_out():
    shorter = trial(part(0, val_loss=(3.0, 2.0)), part(1, val_loss=(3.0, 2.0, 1.0)))
    assert numbers(Reading("curves", history="val_loss", epoch=3), shorter) == {1: 1.0}


def test_what_nobody_measured_is_a_wrong_study():
    with pytest.raises(KeyError, match="val_mae"):
        numbers(Reading("curves", final="val_mae"), CURVES)


def test_folds_are_averaged_or_picked():
    folds = trial(*(part(r, f, val_mae=(10.0 * r + f,)) for r in (0, 1) for f in range(4)))
    assert numbers(Reading("curves", final="val_mae"), folds) == {0: 1.5, 1: 11.5}
    assert numbers(Reading("curves", fold=2, final="val_mae"), folds) == {0: 2.0, 1: 12.0}


@pytest.mark.parametrize(
    ("name", "best"), [("val_mae", 2), ("loss", 2), ("val_accuracy", 1), ("auc", 1)]
)
def test_losses_and_errors_are_best_when_lowest(name, best):
    curve = trial(part(0, **{name: (0.9, 0.1, 0.5)}))
    assert numbers(Reading("curves", best_epoch=name), curve) == {0: best}


def test_a_repeat_with_a_failed_fold_is_left_out():
    broken = replace(part(0, 1, val_mae=(2.0,)), error=Failure("diverged", "nan"))
    folds = trial(part(0, 0, val_mae=(1.0,)), broken, part(1, 0, val_mae=(5.0,)))
    assert numbers(Reading("curves", final="val_mae"), folds) == {1: 5.0}


def test_readings_are_subtracted_repeat_by_repeat():
    other = trial(part(1, val_accuracy=(0.5,)), part(2, val_accuracy=(0.1,)), number=1, epochs=1)
    less = Reading("curves", where={"epochs": 1}, final="val_accuracy")
    reading = Reading("curves", where={"epochs": 3}, final="val_accuracy", less=less)
    assert numbers(reading, CURVES, other) == {1: pytest.approx(0.4)}


def test_a_gap_can_be_held_against_a_gap():
    far = trial(part(0, val_loss=(9.0,), loss=(4.0,)), number=1, epochs=1)
    near = trial(part(0, val_loss=(5.0,), loss=(3.0,)), number=0, epochs=3)
    gap = Reading("curves", where={"epochs": 1}, final="loss")
    gap = replace(gap, less=Reading("curves", where={"epochs": 1}, final="val_loss"))
    gap = Reading("curves", where={"epochs": 3}, final="loss", less=gap)
    reading = Reading("curves", where={"epochs": 3}, final="val_loss", less=gap)
    assert numbers(reading, near, far) == {0: (5.0 - 3.0) - (9.0 - 4.0)}


def test_baselines_are_read_by_split():
    reading = Reading(baseline="plain", final="test_accuracy")
    scores = {0: {"test_accuracy": 0.7}, 1: {"test_accuracy": 0.6}}
    assert numbers(reading, plain=scores) == {0: 0.7, 1: 0.6}
    own = Reading("curves", final="val_accuracy", less=reading)
    assert numbers(own, CURVES, plain=scores) == {0: pytest.approx(0.1), 1: pytest.approx(0.3)}


def test_the_best_value_of_a_parameter_is_found_in_each_repeat():
    trials = [
        trial(part(0, val_loss=(a,)), part(1, val_loss=(b,)), number=n, epochs=n)
        for n, a, b in ((1, 3.0, 1.0), (2, 2.0, 2.0), (3, 2.0, 3.0))
    ]
    assert numbers(Reading("curves", best="epochs", by="val_loss"), *trials) == {0: 2.0, 1: 1.0}
    assert numbers(Reading("curves", best="epochs", by="val_loss")) == {}
    with pytest.raises(TypeError, match="kind: 'a' is not a number"):
        numbers(
            Reading("curves", best="kind", by="val_loss"),
            trial(part(0, val_loss=(1.0,)), kind="a"),
        )


def test_readings_know_their_sources_and_whether_they_are_drawn():
    plain = Reading(baseline="plain", final="test_accuracy")
    mixed = Reading("curves", final="test_accuracy", less=plain)
    assert mixed.sources == ("curves", "plain")
    assert (plain.exact, mixed.exact, replace(plain, less=mixed).exact) == (True, False, False)
