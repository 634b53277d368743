from __future__ import annotations

import json
from dataclasses import replace

from sweeps import remembering
from sweeps.problem import Problem
from sweeps.reading import read_sweep
from sweeps.trial import Failure, Part, Result, Trial
from tests.sweeps.tiny_task import TinyTask
from tracking.records import Metric

SWEEP = read_sweep(
    {
        "task": "penguins",
        "search": {"backend": "random", "trials": 4},
        "space": {
            "layer_count": [1, 2],
            "width": 16,
            "dropout": {"low": 0.0, "high": 0.5, "when": {"layer_count": 2}},
            "epochs": 3,
        },
        "seed": 5,
    }
)
PROBLEM = Problem(TinyTask(), SWEEP.evaluate, SWEEP.objective, SWEEP.seed)
CONFIG = {"layer_count": 1, "width": 16, "epochs": 3}


def result(number: int, score: float | None = 0.75, error: Failure | None = None) -> Result:
    metrics = {} if score is None else {"val_accuracy": score, "train_loss": 0.25}
    return Result(Trial(number, CONFIG), score, metrics, {"loss": (0.5, 0.25)}, 2.0, error=error)


def test_constants_stand_on_the_parent_and_what_varies_on_the_children() -> None:
    parent = remembering.sweep_record(SWEEP, "abc123", 1000, PROBLEM, "0f", plan="{}")
    child = remembering.trial_record(SWEEP, "abc123", result(0), 1, 2000, 3000)
    assert parent.params["width"] == "16"
    assert parent.params["seed"] == "5"
    assert "layer_count" not in parent.params
    assert child.params == {"layer_count": "1"}, "an inactive parameter has no value"


def test_a_child_can_be_found_by_its_tags() -> None:
    child = remembering.trial_record(SWEEP, "abc123", result(3), 1, 2000, 3000)
    assert child.tags["sweeps.sweep"] == "abc123"
    assert child.tags["sweeps.trial"] == "3"
    assert child.tags["sweeps.state"] == "finished"
    assert child.tags["sweeps.config_hash"] == remembering.config_hash(
        dict(reversed(CONFIG.items()))
    )


def test_a_child_says_who_trained_it() -> None:
    by_auto = replace(result(0), trainer="keras")
    tags = [
        remembering.trial_record(sweep, "abc123", one, 1, 2000, 3000).tags["sweeps.trainer"]
        for sweep, one in [(SWEEP, by_auto), (replace(SWEEP, trainer="fused"), result(0))]
    ]
    assert tags == ["keras", "fused"]


def test_final_metrics_and_histories_do_not_meet() -> None:
    child = remembering.trial_record(SWEEP, "abc123", result(0), 1, 2000, 3000)
    assert set(child.metrics) == {
        Metric("val_accuracy", 0.75, 0, 3000),
        Metric("train_loss", 0.25, 0, 3000),
        Metric("seconds", 2.0, 0, 3000),
        Metric("epoch/loss", 0.5, 1, 3000),
        Metric("epoch/loss", 0.25, 2, 3000),
    }


def test_parts_are_steps_of_the_trial_with_their_spread() -> None:
    parts = tuple(
        Part(fold, 0, {"val_accuracy": score}, {}, 1.0) for fold, score in enumerate((0.5, 1.0))
    )
    whole = Result(Trial(0, CONFIG), 0.75, {"val_accuracy": 0.75}, {}, 2.0, parts)
    metrics = remembering.trial_record(SWEEP, "abc123", whole, 1, 0, 9).metrics
    assert Metric("part/val_accuracy", 0.5, 0, 9) in metrics
    assert Metric("part/val_accuracy", 1.0, 1, 9) in metrics
    spread = [metric.value for metric in metrics if metric.name == "val_accuracy_std"]
    assert spread == [0.5**1.5]


def test_a_failure_says_why() -> None:
    failure = Failure("diverged", "loss became nan in epoch 2", "Traceback …")
    child = remembering.trial_record(SWEEP, "abc123", result(0, None, failure), 1, 0, 9)
    assert child.status == "FAILED"
    assert child.tags["sweeps.failure"] == "diverged"
    assert child.tags["sweeps.failure_message"] == "loss became nan in epoch 2"
    assert child.tags["sweeps.traceback"] == "Traceback …"


def test_the_end_names_the_best_the_earliest_of_equals() -> None:
    failure = Failure("diverged", "")
    results = [result(0, 0.5), result(1, 0.9), result(2, 0.9), result(3, None, failure)]
    best = remembering.best_of(SWEEP, results)
    end = remembering.sweep_end(SWEEP, "abc123", "finished", 9, 3, 1, best, ())
    figures = {metric.name: metric.value for metric in end.metrics}
    assert figures == {
        "best_val_accuracy": 0.9,
        "best_trial": 1,
        "trials_done": 3,
        "trials_failed": 1,
    }


def test_of_equals_the_one_trained_longest_is_the_best() -> None:
    results = [
        Result(Trial(number, CONFIG, budget), 0.9, {"val_accuracy": 0.9}, {}, 1.0)
        for number, budget in enumerate((1, 3, 3))
    ]
    best = remembering.best_of(SWEEP, results)
    assert best is not None
    assert best.trial.number == 1
    child = remembering.trial_record(SWEEP, "abc123", results[1], 1, 0, 9)
    assert child.params["budget_epochs"] == "3"


def test_a_smaller_loss_is_better() -> None:
    sweep = read_sweep({**SWEEP.document, "objective": {"metric": "val_loss", "goal": "minimize"}})
    best = remembering.best_of(sweep, [result(0, 0.5), result(1, 0.4)])
    assert best is not None
    assert best.trial.number == 1


def test_the_parent_keeps_what_the_sweep_was_read_from() -> None:
    parent = remembering.sweep_record(SWEEP, "abc123", 1000, PROBLEM, "0f", plan="{}")
    kept = {artifact.path: artifact.text for artifact in parent.artifacts}
    assert "layer_count" in (kept["sweep.yaml"] or "")
    assert "tensorflow" in json.loads(kept["versions.json"] or "")
    assert parent.dataset is not None
    assert (parent.dataset.rows, parent.dataset.features) == (59, 4)
    assert parent.dataset.digest == TinyTask().digest()
