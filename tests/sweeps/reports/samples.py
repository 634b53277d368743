"""Made-up sweeps with something of everything that a report shows."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from search_spaces import Space
from sweeps.found import Found
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Config, Cost, Failure, Part, Pruned, Result, Span, Trial
from sweeps.trust.baseline import Baseline
from tests.sweeps.founds import BEGAN_MS, found

SPACE: dict[str, Any] = {
    "layer_count": {"low": 1, "high": 4},
    "width": {"low": 8, "high": 256, "log": True},
    "learning_rate": {"low": 0.0001, "high": 0.1, "log": True},
    "activation": ["relu", "tanh", "gelu"],
    "dropout": {"low": 0.0, "high": 0.6, "when": {"layer_count": [2, 3, 4]}},
    "epochs": 27,
}
EPOCHS = 27
BRACKETS = (((27, 1), (9, 3), (3, 9), (1, 27)), ((12, 3), (4, 9), (2, 27)), ((6, 9), (2, 27)))
"""Trials and epochs of each rung."""


def sweep_of(search: Any = None, space: Any = None, **others: Any) -> Sweep:
    document = {
        "name": "penguins-wide",
        "task": "penguins",
        "space": SPACE if space is None else space,
        "search": search or {"backend": "random", "trials": 100_000},
    }
    return read_sweep(document | others)


def truth(config: Config) -> float:
    """Best at a rate of 0.005 and a width of 90; dropout hardly matters."""
    rate = math.log10(float(config["learning_rate"] or 0) / 0.005)
    width = math.log2(float(config["width"] or 0) / 90)
    relu = 0.01 if config["activation"] == "relu" else 0.0
    return 0.96 - 0.06 * rate**2 - 0.006 * width**2 + relu


def result_of(
    number: int,
    config: Config,
    rng: random.Random,
    *,
    epochs: int = EPOCHS,
    parts: int = 1,
    first: int = 0,
    **others: Any,
) -> Result:
    """A trial as a worker would send it: histories, a matrix, a cost."""
    each = [_part(truth(config) + rng.gauss(0, 0.01), epochs, first + r) for r in range(parts)]
    scores = [part.metrics["val_accuracy"] for part in each]
    score = sum(scores) / len(scores)
    trial = Trial(number, config, **others)
    metrics = {"val_accuracy": score, "val_loss": 1.2 - score, "parameters": _size(config)}
    cost = Cost(0.4, 0.0, 300.0, "cpu", 6000, (_span(number),))
    return Result(trial, score, metrics, each[0].history, 0.4 * parts, tuple(each), cost=cost)


def _size(config: Config) -> float:
    width, layers = int(config["width"] or 0), int(config["layer_count"] or 0)
    return float(6 * width + (layers - 1) * width * width + 3 * width)


def _part(score: float, epochs: int, repeat: int) -> Part:
    score = min(0.999, max(0.2, score))
    rising = tuple(score - 0.5 * math.exp(-0.25 * (e + 1)) for e in range(epochs))
    wrong = round(70 * (1 - score))
    confusion = {"val": ((30, wrong, 0), (1, 13, 0), (max(0, wrong - 2), 0, 24))}
    return Part(
        fold=0,
        repeat=repeat,
        metrics={"val_accuracy": score},
        history={"val_accuracy": rising, "val_loss": tuple(1.2 - v for v in rising)},
        seconds=0.4,
        confusion=confusion,
    )


def _span(number: int) -> Span:
    """Four workers take turns; the last of them begins late."""
    worker, turn = number % 4, number // 4
    began = BEGAN_MS + 450 * turn + (2000 if worker == 3 else 60 * worker)
    return Span(f"here {4000 + worker}", began, began + 400 + 7 * (number % 5))


def pruned(result: Result, at: int) -> Result:
    """The trial, given up at an epoch."""
    values = {name: history[:at] for name, history in result.history.items()}
    last = values["val_accuracy"][-1]
    return Result(
        result.trial,
        None,
        {},
        values,
        0.1,
        error=Failure("pruned", f"val_accuracy {last:.3f} after {at} epochs"),
        cost=result.cost,
        pruned=Pruned(at, last, 0.02),
    )


def failed(result: Result, message: str = "loss is nan after 3 epochs") -> Result:
    """The trial, diverged."""
    return Result(
        result.trial, None, {}, {}, 0.1, error=Failure("diverged", message), cost=result.cost
    )


def searched(trials: int, seed: int = 0, **others: Any) -> tuple[Sweep, list[Result]]:
    """Random search; every ninth trial is pruned, every seventeenth fails."""
    sweep, rng = sweep_of(**others), random.Random(seed)
    results = [result_of(n, sweep.space.draw(rng), rng) for n in range(trials)]
    for n in range(4, trials, 9):
        results[n] = pruned(results[n], 3 + n % 7)
    for n in range(11, trials, 17):
        results[n] = failed(results[n])
    return sweep, results


def ordinary(trials: int = 60) -> Found:
    """A random search as anybody might have it."""
    return found(*searched(trials))


def confirmed(trials: int = 60, top: int = 8, repeats: int = 10) -> Found:
    """The same, its best configurations trained again, with a simple model beside them."""
    sweep, results = searched(trials, evaluate={"confirm_top": top, "repeats": repeats})
    ranked = sorted((r for r in results if r.score is not None), key=lambda r: -(r.score or 0))
    rng = random.Random(7)
    again = [
        result_of(
            trials + at, one.trial.config, rng, parts=repeats, first=1, confirms=one.trial.number
        )
        for at, one in enumerate(ranked[:top])
    ]
    simple = [_part(0.95 + rng.gauss(0, 0.008), 1, repeat) for repeat in range(repeats + 1)]
    every = found(sweep, [*results, *again], Baseline("logistic regression", tuple(simple)))
    row = replace(every.row, done=every.row.done - top, confirmed=top)
    return replace(every, row=row)


def halved() -> Found:
    """Hyperband: three brackets, the best third of each rung goes on."""
    sweep, rng = sweep_of(search={"backend": "hyperband"}), random.Random(3)
    results: list[Result] = []
    for rungs in BRACKETS:
        _bracket(results, sweep, rungs, rng)
    return found(sweep, results)


def _bracket(
    results: list[Result],
    sweep: Sweep,
    rungs: Sequence[tuple[int, int]],
    rng: random.Random,
) -> None:
    above: list[Result] = []
    for trials, epochs in rungs:
        best = sorted(above, key=lambda r: -(r.score or 0))[:trials]
        begun: list[tuple[Config, int | None]]
        begun = [(one.trial.config, one.trial.number) for one in best]
        above = []
        for config, parent in begun or [(sweep.space.draw(rng), None) for _ in range(trials)]:
            number = len(results)
            one = result_of(number, config, rng, epochs=epochs, budget=epochs, parent=parent)
            above.append(replace(one, score=one.history["val_accuracy"][-1]))
            results.append(above[-1])


def two_objectives(trials: int = 60) -> Found:
    """Accuracy against the size of the model."""
    sweep, results = searched(
        trials,
        objective=[
            {"metric": "val_accuracy", "goal": "maximize"},
            {"metric": "parameters", "goal": "minimize"},
        ],
    )
    return found(sweep, results)


def large(trials: int = 10_000) -> Found:
    """More trials than anybody can look at, without histories, as they are read then."""
    sweep, results = searched(trials)
    brief = [replace(one, history={}, parts=()) for one in results]
    return found(sweep, brief)


LONG = "regularizers.kernel_l2_of_the_very_first_hidden_layer"


def long_names(trials: int = 40) -> Found:
    """Parameters and values that are as long as names can be, and scores far from 0."""
    sweep, results = searched(trials)
    kinds = [f"{LONG}_{at}" for at in range(9)]
    others = {f"{LONG}_{at}": {"low": 1e-9, "high": 1e-3, "log": True} for at in range(8)}
    space = Space.read({"preprocessing_of_the_columns": kinds, **others}, free=True)
    rng = random.Random(5)
    renamed = [
        replace(
            one,
            trial=replace(one.trial, config=space.draw(rng)),
            score=None if one.score is None else 1e6 * one.score,
        )
        for one in results
    ]
    return found(replace(sweep, space=space, name=f"{LONG} {LONG} {LONG}"), renamed)
