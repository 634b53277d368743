from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sweeps import evaluation
from sweeps.problem import Problem
from sweeps.sweep import CheckpointChoice, Evaluate, Objective
from sweeps.trial import Cost, Defined, Failure, Fit, Keeping, Outcome, Pruned, Span, Trial
from tests.sweeps.tiny_task import TinyTask

OBJECTIVE = Objective("val_accuracy")
TRIAL = Trial(4, {"width": 8, "epochs": 9})


def problem(evaluate: Evaluate = Evaluate(), objective: Objective = OBJECTIVE) -> Problem:
    return Problem(TinyTask(), evaluate, objective, seed=3)


def outcome(
    fit: Fit, accuracy: float, losses: tuple[float, ...] = (0.5,), error: Failure | None = None
) -> Outcome:
    metrics = {"val_accuracy": accuracy, "train_loss": 2 * accuracy}
    return Outcome(fit, metrics, {"loss": losses}, 1.0, {}, error)


def fits(count: int) -> list[Fit]:
    return evaluation.fits_of(TRIAL, problem(Evaluate(repeats=count)), Path("kept"))


def test_a_trial_becomes_a_fit_per_fold_and_repeat() -> None:
    made = evaluation.fits_of(TRIAL, problem(Evaluate(folds=3, repeats=2)), Path("kept"))
    assert [(fit.repeat, fit.fold) for fit in made] == [
        (repeat, fold) for repeat in range(2) for fold in range(3)
    ]
    assert len({fit.seed for fit in made}) == 6
    assert {fit.budget for fit in made} == {9}


def test_a_trials_time_is_split_evenly_among_its_fits() -> None:
    six = problem(Evaluate(folds=3, repeats=2))
    assert {fit.seconds for fit in evaluation.fits_of(TRIAL, six, Path(), 30.0)} == {5.0}
    assert [fit.seconds for fit in evaluation.fits_of(TRIAL, problem(), Path(), 30.0)] == [30.0]
    assert {fit.seconds for fit in evaluation.fits_of(TRIAL, six, Path())} == {None}


def test_a_fit_is_seeded_by_its_recipe_without_the_epochs() -> None:
    def seed(**config: int) -> int:
        return evaluation.fits_of(Trial(0, config), problem(), Path())[0].seed

    assert seed(width=8, epochs=3) == seed(width=8, epochs=30)
    assert seed(width=8, epochs=3) != seed(width=9, epochs=3)


def test_a_rung_keeps_its_end_and_a_promoted_trial_goes_on_from_its_parents() -> None:
    rung = evaluation.fits_of(Trial(4, TRIAL.config, budget=3), problem(), Path("kept"))[0]
    top = evaluation.fits_of(Trial(7, TRIAL.config, budget=9, parent=4), problem(), Path("kept"))[0]
    assert (rung.budget, rung.resume_from, rung.save_to) == (3, None, "kept/4-0-0.npz")
    assert (top.budget, top.resume_from, top.save_to) == (9, "kept/4-0-0.npz", None)
    assert rung.seed == top.seed


def test_fits_are_kept_as_often_as_the_sweep_says() -> None:
    keep = CheckpointChoice(every_epochs=5, every_minutes=2.0)
    made = evaluation.fits_of(
        Trial(4, TRIAL.config, budget=3), problem(Evaluate(repeats=2)), Path("kept"), keep=keep
    )
    paths = [f"kept/4-{repeat}-0-under-way.npz" for repeat in range(2)]
    assert [fit.keeping for fit in made] == [Keeping(path, 5, 120.0) for path in paths]
    assert made[0].save_to != paths[0]
    assert {fit.keeping for fit in fits(2)} == {None}


def test_a_configuration_that_is_no_recipe_raises() -> None:
    with pytest.raises(ValueError, match="widht"):
        evaluation.fits_of(Trial(0, {"widht": 8}), problem(), Path())


def test_the_score_is_the_mean_and_every_part_is_kept() -> None:
    first, second = fits(2)
    result = evaluation.result_of(
        TRIAL, [outcome(first, 0.5, (0.9, 0.7)), outcome(second, 0.75, (0.5,))], OBJECTIVE
    )
    assert result.score == 0.625
    assert result.metrics == {"val_accuracy": 0.625, "train_loss": 1.25}
    assert [part.metrics["val_accuracy"] for part in result.parts] == [0.5, 0.75]
    assert result.history == {"loss": (0.7,)}, "a mean only where every part has a value"
    assert result.seconds == 2.0


def test_one_failed_part_fails_the_trial_with_its_reason() -> None:
    first, second = fits(2)
    diverged = Failure("diverged", "loss became nan in epoch 2")
    result = evaluation.result_of(
        TRIAL, [outcome(first, 0.5), outcome(second, 0.1, error=diverged)], OBJECTIVE
    )
    assert (result.score, result.error) == (None, diverged)
    assert len(result.parts) == 2


def test_an_objective_that_nobody_measured_fails_by_name() -> None:
    (fit,) = fits(1)
    result = evaluation.result_of(TRIAL, [outcome(fit, 0.5)], Objective("test_gini"))
    assert result.error is not None
    assert result.error.message == "nothing measured test_gini; measured: train_loss, val_accuracy"


def test_where_and_for_want_of_what_is_said_as_well() -> None:
    first, second = (outcome(fit, 0.5) for fit in fits(2))
    first = replace(first, metrics={**first.metrics, "val_auc": 0.7})
    result = evaluation.result_of(TRIAL, [first, second], Objective("val_auc"))
    assert result.error is not None
    assert result.error.message == (
        "nothing measured val_auc on fold 0 of repeat 1, which needs two classes among the rows; "
        "measured: train_loss, val_accuracy"
    )


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_a_divergence(score: float) -> None:
    (fit,) = fits(1)
    silent = outcome(fit, score)
    counted = replace(silent, metrics={**silent.metrics, "epochs": 9.0})
    for one, after in ((silent, ""), (counted, " after 9 epochs")):
        result = evaluation.result_of(TRIAL, [one], OBJECTIVE)
        assert result.score is None
        assert result.error == Failure("diverged", f"val_accuracy is {score}{after}")


def test_a_result_says_who_trained_it_where_anybody_did() -> None:
    first, second = (outcome(fit, 0.5) for fit in fits(2))
    both = [first, replace(second, trainer="fused")]
    assert evaluation.result_of(TRIAL, both, OBJECTIVE).trainer == "fused"
    assert evaluation.result_of(TRIAL, [first, second], OBJECTIVE).trainer is None


def test_of_what_outcomes_note_the_first_of_each_word_is_kept() -> None:
    first, second = (outcome(fit, 0.5) for fit in fits(2))
    both = [replace(first, notes={"a": "1"}), replace(second, notes={"a": "2", "b": "3"})]
    assert evaluation.result_of(TRIAL, both, OBJECTIVE).notes == {"a": "1", "b": "3"}


def cost(seconds: float, peak: float, device: str = "cpu") -> Cost:
    return Cost(seconds, 0.5 * seconds, peak, device, examples=int(100 * seconds))


def test_a_trial_costs_what_its_parts_cost() -> None:
    first, second, third = (outcome(fit, 0.5) for fit in fits(3))
    parts = [
        replace(first, cost=cost(1.0, 200.0), epoch_ms={1: 10, 2: 20}),
        replace(second, cost=cost(2.0, 300.0, "another"), epoch_ms={1: 15, 2: 18, 3: 30}),
    ]
    found = evaluation.result_of(TRIAL, parts, OBJECTIVE)
    assert found.cost == Cost(3.0, 1.5, 300.0, "cpu", 300)
    assert found.epoch_ms == {1: 15, 2: 20}
    assert evaluation.result_of(TRIAL, [third], OBJECTIVE).cost is None
    assert evaluation.result_of(TRIAL, [third, *parts], OBJECTIVE).cost == found.cost


def test_a_trial_was_trained_when_its_parts_were() -> None:
    spans = [Span("b", 2_000, 2_500), Span("a", 0, 1_000), Span("a", 1_080, 2_000)]
    parts = [
        replace(outcome(fit, 0.5), cost=replace(cost(1.0, 200.0), spans=(span,)))
        for fit, span in zip(fits(3), spans, strict=True)
    ]
    parts.append(
        replace(parts[0], cost=replace(cost(1.0, 200.0), spans=(Span("b", 9_000, 9_001),)))
    )
    found = evaluation.result_of(TRIAL, parts, OBJECTIVE)
    assert found.cost is not None
    assert found.cost.spans == (
        Span("a", 0, 2_000),
        Span("b", 2_000, 2_500),
        Span("b", 9_000, 9_001),
    )


def test_a_fit_that_goes_on_adds_up() -> None:
    fit = fits(1)[0]
    before = replace(
        outcome(fit, 0.3, (0.5, 0.4)),
        cost=cost(1.0, 200.0),
        epoch_ms={1: 10},
        notes={"not_fused": "too wide", "left": "a checkpoint"},
    )
    after = replace(
        outcome(replace(fit, budget=12), 0.7, (0.5, 0.4, 0.3)),
        cost=cost(2.0, 100.0),
        epoch_ms={3: 30},
        notes={"left": "another"},
    )
    found = evaluation.gone_on(before, after)
    assert found == replace(after, seconds=2.0, notes={"not_fused": "too wide", "left": "another"})
    assert found.cost == Cost(3.0, 1.5, 200.0, "cpu", 300)
    assert found.epoch_ms == {1: 10, 3: 30}
    crashed = Outcome(fit, {}, {}, 0.0, error=Failure("crashed", "it fell"))
    assert evaluation.gone_on(before, crashed).history == before.history


def test_where_an_objective_gave_up_by_itself() -> None:
    fit = fits(1)[0]
    said = Failure("pruned", "pruned at step 4 with 0.2")
    defined = Defined({"x": 1}, {}, None, ((2, 0.1), (4, 0.2)))
    ended = replace(outcome(fit, 0.2, error=said), defined=defined)
    assert evaluation.result_of(TRIAL, [ended], OBJECTIVE).pruned == Pruned(4, 0.2)
    silent = replace(ended, defined=replace(defined, reported=()))
    assert evaluation.result_of(TRIAL, [silent], OBJECTIVE).pruned is None
    fallen = replace(ended, error=Failure("user_error", "it fell"))
    assert evaluation.result_of(TRIAL, [fallen], OBJECTIVE).pruned is None
