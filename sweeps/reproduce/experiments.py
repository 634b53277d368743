"""The study's experiments: which sweep file each has, and how a quick look thins it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from search_spaces.spelling import suggestion
from sweeps.reading.strict_yaml import read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Preprocessing

BASELINE = "baseline"
"""The logistic regression: no sweep, but something that can be asked for."""


@dataclass(frozen=True)
class Experiment:
    """One sweep of the study.

    `parameter` is what experiments 1 to 5 vary, under its name in a configuration, and `place`
    where it stands in the file's `space`; `marks` are the values that the study speaks of.
    `repeats_are_candidates`: the number of repeats is the study's own and stays.
    """

    name: str
    title: str
    parameter: str = ""
    place: tuple[str, ...] = ()
    axis: str = ""
    marks: Mapping[float, str] = field(default_factory=dict)
    repeats_are_candidates: bool = False


EXPERIMENTS = (
    Experiment("hidden", "The first three networks"),
    Experiment(
        "layers",
        "Experiment 1: number of hidden layers",
        "layer_count",
        ("layer_count",),
        "hidden layers of 100 units",
        {2: "study: enough"},
    ),
    Experiment(
        "units",
        "Experiment 2: number of units",
        "width",
        ("width",),
        "units in each of two hidden layers",
        {80: "study: no gain beyond"},
    ),
    Experiment(
        "ratio",
        "Experiment 3: shape of two layers that share 100 units",
        "ratio.split.first",
        ("ratio", "split", "first"),
        "units in the first hidden layer (the second has the rest of 100)",
        {10: "10:90", 90: "90:10"},
    ),
    Experiment("epochs", "Experiment 4: number of epochs", "epochs", ("epochs",), "epochs trained"),
    Experiment(
        "batch_size",
        "Experiment 5: batch size",
        "batch_size",
        ("batch_size",),
        "rows in a batch",
        {80: "study: fine up to here"},
    ),
    Experiment("step_decay", "Step decay: from 0.2, halved every 3 epochs"),
    Experiment("cosine_restarts", "Cosine with restarts: from 0.2, first decay over 1000 steps"),
    Experiment("weight_decay", "L1 and L2 on kernels and activations"),
    Experiment("dropout", "Dropout of 0.5 on top of L1 and L2"),
    Experiment("early_stopping", "Early stopping, watching the test rows"),
    Experiment(
        "random_search_as_written", "Random search, as written", repeats_are_candidates=True
    ),
    Experiment("random_search_as_meant", "Random search, as meant"),
    Experiment("grid_search_as_written", "Grid search, as written", repeats_are_candidates=True),
    Experiment("grid_search_as_meant", "Grid search, as meant"),
    Experiment("hyperband", "Hyperband over units and dropout"),
)


def experiment_names() -> tuple[str, ...]:
    """Everything that can be asked for by name, in the order in which it runs."""
    return (BASELINE, *(experiment.name for experiment in EXPERIMENTS))


def check_names(names: Sequence[str]) -> None:
    """Raise LookupError, with the nearest known name, for one that is no experiment."""
    known = experiment_names()
    for name in names:
        if name not in known:
            raise LookupError(f"unknown experiment {name!r}; {suggestion(name, known)}")


def sweep_of(
    experiment: Experiment,
    preprocessing: Preprocessing = "published",
    repeats: int | None = None,
    points: int | None = None,
) -> Sweep:
    """The experiment's sweep file, read, with what a person asked to be otherwise."""
    document = document_of(experiment)
    document["task"]["preprocessing"] = preprocessing
    if repeats is not None and not experiment.repeats_are_candidates:
        document["evaluate"]["repeats"] = repeats
    if points is not None and experiment.place:
        _thin(document["space"], experiment.place, points)
    return read_sweep(document)


def document_of(experiment: Experiment) -> dict[str, Any]:
    """The shipped sweep file as plain data, read anew and so the caller's to change."""
    file = files("sweeps.experiments") / "penguins" / f"{experiment.name}.yaml"
    document: dict[str, Any] = read_yaml(file.read_bytes(), file.name).value
    return document


def thinned(low: int, high: int, points: int) -> list[int]:
    """At most that many whole numbers from low to high, evenly spaced, both ends kept."""
    if points < 2:
        raise ValueError(f"points: {points} is less than 2, the first and the last")
    steps = min(points, high - low + 1) - 1
    return [low + round(step * (high - low) / steps) for step in range(steps + 1)]


def _thin(space: dict[str, Any], place: tuple[str, ...], points: int) -> None:
    *above, key = place
    for name in above:
        space = space[name]
    space[key] = thinned(space[key]["low"], space[key]["high"], points)
