"""The objective and the evaluation, as a sweep file says them."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Evaluate, Objective, Sweep

NETWORK: dict[str, Any] = {"task": "penguins", "space": {"width": [16, 32]}}
MODEL: dict[str, Any] = {"task": "penguins", "model": "own:build", "space": {"units": [16, 32]}}
ESTIMATOR: dict[str, Any] = {"task": "penguins", "estimator": "own:make", "space": {"C": [1, 2]}}
FUNCTION: dict[str, Any] = {"function": "own:objective", "space": {"x": [1, 2]}}


def read(base: dict[str, Any] = NETWORK, **changes: Any) -> Sweep:
    return read_sweep({**base, **changes})


def refusal(base: dict[str, Any] = NETWORK, **changes: Any) -> tuple[tuple[str | int, ...], str]:
    with pytest.raises(SpaceError) as caught:
        read(base, **changes)
    return caught.value.path, caught.value.message


@pytest.mark.parametrize("base", [NETWORK, MODEL, ESTIMATOR])
@pytest.mark.parametrize(
    ("metric", "goal"),
    [
        ("val_f1", "maximize"),
        ("test_rmse", "minimize"),
        ("train_auc", "maximize"),
        ("val_F1Score", "maximize"),
        ("val_top_k_categorical_accuracy", "maximize"),
        ("val_hinge", "minimize"),
    ],
)
def test_an_objective_brings_its_own_metric(base: dict[str, Any], metric: str, goal: str) -> None:
    sweep = read(base, objective=metric)
    assert sweep.objective == Objective(metric, goal)  # type: ignore[arg-type]
    assert sweep.evaluate.metrics == (metric.partition("_")[2],)


def test_but_once() -> None:
    sweep = read(objective="val_f1", evaluate={"metrics": ["auc", "f1", "F1Score"]})
    assert sweep.evaluate.metrics == ("auc", "f1", "F1Score")
    sweep = read(objective="val_f1", evaluate={"metrics": ["auc"]})
    assert sweep.evaluate.metrics == ("auc", "f1")


@pytest.mark.parametrize("metric", ["val_loss", "val_accuracy", "test_mae"])
def test_what_networks_measure_anyway_is_not_asked_for(metric: str) -> None:
    assert read(objective=metric).evaluate.metrics == ()


@pytest.mark.parametrize("base", [MODEL, ESTIMATOR])
def test_code_of_the_users_measures_what_it_likes(base: dict[str, Any]) -> None:
    assert read(base).objective == Objective("val_accuracy", "maximize")
    assert read(base).evaluate.metrics == ("accuracy",)
    assert read(base, objective="val_mae").evaluate.metrics == ("mae",)
    assert read(base, objective="val_loss").evaluate.metrics == ()


def test_a_function_of_the_user_s_is_an_objective_with_a_goal() -> None:
    sweep = read(
        objective={"metric": "val_my_score", "goal": "minimize"},
        evaluate={"metrics": ["my_metrics:my_score"]},
    )
    assert sweep.objective == Objective("val_my_score", "minimize")
    assert sweep.evaluate.metrics == ("my_metrics:my_score",)
    assert sweep.folder
    without = refusal(objective="val_my_score", evaluate={"metrics": ["my_metrics:my_score"]})
    message = "say which way val_my_score is better: {metric: val_my_score, goal: maximize}"
    assert without == (("objective",), message)


def test_a_function_may_bear_the_name_of_a_metric_of_ours() -> None:
    sweep = read(
        objective={"metric": "val_f1", "goal": "minimize"}, evaluate={"metrics": ["my_metrics:f1"]}
    )
    assert sweep.objective.goal == "minimize"
    assert sweep.evaluate.metrics == ("my_metrics:f1",)


def test_a_function_has_figures_of_its_own() -> None:
    objective = {"metric": "latency", "goal": "minimize"}
    assert read(FUNCTION, objective=objective).objective == Objective("latency", "minimize")
    assert read(FUNCTION, objective={"goal": "maximize"}).objective == Objective("value")
    assert read(FUNCTION, objective="val_f1").evaluate == Evaluate()
    assert refusal(FUNCTION)[0] == ("objective",)
    path, message = refusal(FUNCTION, objective=objective, evaluate={"metrics": ["f1"]})
    assert path == ("evaluate", "metrics")
    assert "a function returns its own figures" in message


def test_a_compiled_model_has_metrics_of_its_own() -> None:
    sweep = read(MODEL, objective={"metric": "val_my_top_3", "goal": "maximize"})
    assert sweep.objective == Objective("val_my_top_3", "maximize")
    assert sweep.evaluate.metrics == ()
    path, message = refusal(MODEL, objective="val_my_top_3")
    assert path == ("objective", "metric")
    assert message.endswith(
        "a metric that the model is compiled with needs `goal: maximize` or `minimize`"
    )


@pytest.mark.parametrize(
    ("objective", "path", "message"),
    [
        ("val_fl1", ("objective", "metric"), "unknown value 'val_fl1'; did you mean 'val_f1'?; "),
        ("val_F1Scor", ("objective", "metric"), "did you mean 'val_F1Score'?"),
        ("f1", ("objective", "metric"), "did you mean 'val_f1'?"),
        ("val_qqqqq", ("objective", "metric"), "known here: val_loss, val_accuracy, val_mae,"),
        ("", ("objective", "metric"), "'' is not a name"),
        (
            {"metric": "val_score", "goal": "maximize"},
            ("objective", "metric"),
            "a function of your own stands under `evaluate: {metrics: [my_metrics:name]}`",
        ),
        (
            {"metric": "val_f1", "goal": "minimize"},
            ("objective", "goal"),
            "'minimize' finds the worst network, judged by val_f1: "
            "write `goal: maximize` or leave it out",
        ),
        (
            {"metric": "val_Hinge", "goal": "maximize"},
            ("objective", "goal"),
            "'maximize' finds the worst network, judged by val_Hinge: "
            "write `goal: minimize` or leave it out",
        ),
        (
            {"metric": "val_f1", "goal": "max"},
            ("objective", "goal"),
            "known here: maximize, minimize",
        ),
        ({"metrics": "val_f1"}, ("objective", "metrics"), "did you mean 'metric'?"),
        ([], ("objective",), "0 in a list: 2 to 4 objectives are searched together"),
    ],
)
def test_objectives_that_are_none(objective: Any, path: tuple[str, ...], message: str) -> None:
    found = refusal(objective=objective)
    assert found[0] == path
    assert message in found[1]
    assert len(found[1]) < 400


@pytest.mark.parametrize(
    ("metrics", "place", "message"),
    [
        ("f1", (), "'f1' is not a list of at most 50 metrics"),
        ({"f1": 1}, (), "is not a list of at most 50 metrics"),
        ([f"m:f{number}" for number in range(51)], (), "is not a list of at most 50 metrics"),
        (["f1", 3], (1,), "3 is not the name of a metric"),
        (["f1", None], (1,), "null is not the name of a metric"),
        ([["f1"]], (0,), "is not the name of a metric"),
        (["f1", "auc", "f1"], (2,), "f1 is given twice"),
        (["f1", "my_metrics:f1"], (1,), "f1 is given twice"),
        (["f1_scor"], (0,), "'f1_scor' is no metric; did you mean 'F1Score'?; "),
        (["MeanIoU"], (0,), "a function of your own is `my_metrics:name`"),
        ([""], (0,), "'' is no metric; known here: loss, accuracy, mae, f1,"),
        (["my_metrics:"], (0,), "is not of the form `module:name`"),
        (["my metrics:f1"], (0,), "is not of the form `module:name`"),
        (
            ["my_metrics:accuracy"],
            (0,),
            "my_metrics:accuracy would be logged as accuracy, which trainers measure themselves: "
            "give the function another name",
        ),
    ],
)
def test_metrics_that_are_none(metrics: Any, place: tuple[int, ...], message: str) -> None:
    path, found = refusal(evaluate={"metrics": metrics})
    assert path == ("evaluate", "metrics", *place)
    assert message in found


def test_a_share_of_the_rows_is_held_out_or_the_first_of_them() -> None:
    assert read(evaluate={"validation": 0.3}).evaluate == Evaluate(validation=0.3)
    assert read(evaluate={"validation": {"first": 10_000}}).evaluate == Evaluate(first=10_000)


def test_folds_may_be_stratified_or_in_the_rows_order() -> None:
    found = read(evaluate={"folds": 4, "repeats": 2, "stratified": False, "shuffle": False})
    assert found.evaluate == Evaluate(folds=4, repeats=2, stratified=False, shuffle=False)
    assert read(evaluate={"stratified": True}).evaluate == Evaluate(stratified=True)


@pytest.mark.parametrize(
    ("evaluate", "path", "message"),
    [
        (
            {"stratified": True, "shuffle": False},
            ("shuffle",),
            "false contradicts stratified: leave one of them out",
        ),
        (
            {"stratified": True, "validation": {"first": 9}},
            ("stratified",),
            "true contradicts validation: its first rows are not drawn",
        ),
        ({"stratified": True, "groups": "who"}, ("stratified",), "set `folds`"),
        ({"shuffle": False}, ("shuffle",), "false needs folds"),
        ({"stratified": 1}, ("stratified",), "1 is neither true nor false"),
        ({"shuffle": "no"}, ("shuffle",), "'no' is neither true nor false"),
        ({"validation": {}}, ("validation",), "'first' is missing: add `first: 10000`"),
        ({"validation": {"frist": 3}}, ("validation", "frist"), "did you mean 'first'?"),
        ({"validation": {"first": 0}}, ("validation", "first"), "0 is not a whole number from 1"),
        ({"validation": {"first": 0.5}}, ("validation", "first"), "0.5 is not a whole number"),
        (
            {"folds": 3, "validation": {"first": 9}},
            ("validation",),
            "has no effect: 3 folds carve the validation rows themselves; leave it out",
        ),
        ({"metric": ["f1"]}, ("metric",), "did you mean 'metrics'?"),
    ],
)
def test_evaluations_that_are_none(
    evaluate: dict[str, Any], path: tuple[str, ...], message: str
) -> None:
    found = refusal(evaluate=evaluate)
    assert found[0] == ("evaluate", *path)
    assert message in found[1]


def test_the_evaluation_is_read_again_from_what_is_kept() -> None:
    sweep = read(objective="val_f1", evaluate={"metrics": ["auc", "sklearn.metrics:log_loss"]})
    assert read_sweep(sweep.document) == sweep
