from __future__ import annotations

import json
from dataclasses import replace

from sweeps import remembering
from sweeps.live.trials import Epoch
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.trial import Cost, Failure, Part, Pruned, Result, Trial
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


def test_epochs_keep_their_times_and_those_that_nobody_told_take_the_first() -> None:
    whole = replace(result(0), history={"loss": (0.5, 0.4, 0.3)}, epoch_ms={2: 2200, 3: 2300})
    metrics = remembering.trial_record(SWEEP, "abc123", whole, 1, 2000, 3000).metrics
    assert [m for m in metrics if m.name == "epoch/loss"] == [
        Metric("epoch/loss", 0.5, 1, 2200),
        Metric("epoch/loss", 0.4, 2, 2200),
        Metric("epoch/loss", 0.3, 3, 2300),
    ]


def test_a_live_record_is_part_of_the_final_one() -> None:
    whole = replace(result(4), epoch_ms={1: 2100, 2: 2200})
    final = remembering.trial_record(SWEEP, "abc123", whole, 2, 2000, 3000)
    epochs = [Epoch(1, {"loss": 0.5}, 2100), Epoch(2, {"loss": 0.25}, 2200)]
    live = remembering.live_record(SWEEP, "abc123", whole.trial, 2, 2000, epochs)
    assert set(live.metrics) < set(final.metrics)
    assert (live.params, live.attempt, live.started_ms) == (final.params, 2, 2000)
    assert live.tags == {**final.tags, "sweeps.state": "running"}


def test_a_child_says_what_it_cost() -> None:
    cost = Cost(6.5, 0.5, 812.0, "NVIDIA H900", examples=1000)
    child = remembering.trial_record(SWEEP, "abc123", replace(result(0), cost=cost), 1, 0, 9)
    assert child.tags["sweeps.device"] == "NVIDIA H900"
    figures = {metric.name: metric.value for metric in child.metrics}
    assert (figures["core_seconds"], figures["gpu_seconds"]) == (6.5, 0.5)
    assert (figures["peak_memory_mb"], figures["examples_per_second"]) == (812.0, 500.0)
    on_cpu = replace(cost, gpu_seconds=0.0, device="cpu", examples=0)
    child = remembering.trial_record(SWEEP, "abc123", replace(result(0), cost=on_cpu), 1, 0, 9)
    assert not {"gpu_seconds", "examples_per_second"} & {m.name for m in child.metrics}


def test_a_pruned_child_is_killed_and_says_where_and_by_how_much() -> None:
    error = Failure("pruned", "pruned at epoch 2 with val_accuracy 0.4, 0.1 too little")
    pruned = replace(result(0, None, error), pruned=Pruned(2, 0.4, 0.1))
    child = remembering.trial_record(SWEEP, "abc123", pruned, 1, 0, 9)
    assert (child.status, child.tags["sweeps.state"]) == ("KILLED", "pruned")
    assert child.tags["sweeps.failure"] == "pruned"
    figures = {metric.name: metric.value for metric in child.metrics}
    assert (figures["pruned_step"], figures["pruned_value"], figures["pruned_margin"]) == (
        2,
        0.4,
        0.1,
    )
    unknown = replace(pruned, pruned=Pruned(2, 0.4))
    child = remembering.trial_record(SWEEP, "abc123", unknown, 1, 0, 9)
    assert "pruned_margin" not in {metric.name for metric in child.metrics}
    end = remembering.sweep_end(SWEEP, "abc123", "finished", 9, 3, 1, None, (), pruned=2)
    assert Metric("trials_pruned", 2, 0, 9) in end.metrics


def test_addresses_of_webhooks_stay_with_the_ledger() -> None:
    hook = {"webhook": "https://hooks.example/s3cr3t"}
    sweep = read_sweep({**SWEEP.document, "notify": [hook]})
    parent = remembering.sweep_record(sweep, "abc123", 1000, PROBLEM, "0f", plan="{}")
    assert "s3cr3t" not in repr(parent)
    kept = {artifact.path: artifact.text for artifact in parent.artifacts}
    assert "https://hooks.example/…" in (kept["sweep.yaml"] or "")
