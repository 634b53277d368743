"""What may stand under `search.pruner`, and what is said of what may not."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_args

import optuna
import pytest

from search_spaces import SpaceError
from sweeps.backends.choose import backend_for
from sweeps.pruning.choice import Kind, PrunerChoice, read_pruner
from sweeps.pruning.choose import steps_for
from sweeps.pruning.numbers import NUMBERS
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep

CLASSES = {
    "median": optuna.pruners.MedianPruner,
    "percentile": optuna.pruners.PercentilePruner,
    "successive_halving": optuna.pruners.SuccessiveHalvingPruner,
    "hyperband": optuna.pruners.HyperbandPruner,
    "patient": optuna.pruners.PatientPruner,
    "threshold": optuna.pruners.ThresholdPruner,
    "wilcoxon": optuna.pruners.WilcoxonPruner,
}


def sweep_of(pruner: Any, backend: str = "random", **changes: Any) -> Sweep:
    search = {"backend": backend, "pruner": pruner}
    if backend in ("random", "optuna"):
        search["trials"] = 9
    return read_sweep(
        {
            "task": "penguins",
            "space": {"width": [8, 16, 32], "epochs": 20},
            "search": search,
            **changes,
        }
    )


@pytest.mark.parametrize("kind", get_args(Kind))
def test_settings_have_the_names_that_optuna_gives_them(kind: Kind) -> None:
    theirs = set(inspect.signature(CLASSES[kind]).parameters)
    assert set(NUMBERS[kind]) == theirs - {"wrapped_pruner"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_choice_is_read_again_as_what_it_was(kind: Kind) -> None:
    settings = {"lower": 0.5} if kind == "threshold" else {}
    choice = read_pruner({kind: settings})
    assert choice == PrunerChoice(kind, settings)
    assert read_pruner(choice.document) == choice


def test_a_name_alone_stands_for_optunas_own_settings() -> None:
    assert read_pruner("median") == read_pruner({"median": None}) == PrunerChoice("median")
    assert read_pruner("none") is None
    inner = PrunerChoice("percentile", {"percentile": 40.0})
    given = {"patient": {"patience": 2, "wrapped": {"percentile": {"percentile": 40}}}}
    assert read_pruner(given) == PrunerChoice("patient", {"patience": 2}, inner)


@pytest.mark.parametrize(
    ("pruner", "message"),
    [
        ("medain", "search.pruner: 'medain' is no pruner; did you mean 'median'?"),
        ("asha", "'asha' is no pruner; known here: median, percentile, successive_halving, hyper"),
        (3, "search.pruner: 3 is no pruner; known here"),
        ({}, "search.pruner: 0 pruners are named, and a sweep has one: write `pruner: {median"),
        ({"median": {}, "patient": {}}, "2 pruners are named"),
        ({"median": {"warmup": 2}}, "search.pruner.median.warmup: unknown key 'warmup'; did you"),
        ({"median": {"n_warmup_steps": -1}}, "-1 is not a whole number from 0 up"),
        ({"median": {"interval_steps": 1.5}}, "1.5 is not a whole number from 1 up"),
        ({"percentile": {"percentile": 120}}, "120 is not a number from 0 to 100"),
        ({"percentile": {"percentile": True}}, "true is not a number"),
        ({"threshold": {}}, "search.pruner: neither `lower` nor `upper` is given: write `pruner"),
        ("threshold", "neither `lower` nor `upper` is given"),
        ({"threshold": {"lower": 2, "upper": 1}}, "pruner.threshold.lower: 2 is above upper 1"),
        ({"hyperband": {"min_resource": 9, "max_resource": 3}}, "9 is above max_resource 3"),
        ({"patient": {"wrapped": "patient"}}, "wrapped: 'patient' cannot be asked with patience"),
        ({"patient": {"wrapped": "medium"}}, "pruner.patient.wrapped: 'medium' is no pruner; did"),
        ({"median": {"n_warmup_steps": 20}}, "after epoch 20 for the first time, and trials have"),
        ({"threshold": {"lower": 0, "interval_steps": 1}}, "asked 1,999 times a trial, each time"),
        ("wilcoxon", "it compares the parts of trials, and each has one: write `evaluate: {folds"),
    ],
)
def test_what_is_no_pruner_says_so(pruner: Any, message: str) -> None:
    long: dict[str, Any] = (
        {"space": {"width": [8, 16], "epochs": 2000}} if "times" in message else {}
    )
    with pytest.raises(SpaceError) as raised:
        sweep_of(pruner, **long)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_hyperband_is_its_own_pruner() -> None:
    with pytest.raises(SpaceError, match="hyperband ends trials early itself: leave it out"):
        sweep_of("median", "hyperband")


@pytest.mark.parametrize(
    "subject",
    [
        {"estimator": "sklearn.svm:SVC"},
        {"function": "math:fsum", "objective": {"metric": "val_accuracy", "goal": "maximize"}},
    ],
)
def test_what_is_run_in_one_go_is_pruned_by_folds_alone(subject: dict[str, Any]) -> None:
    with pytest.raises(SpaceError, match="run in one go: leave it out, or write `pruner: wilcoxon"):
        sweep_of("median", space={"C": [1, 2, 3]}, **subject)
    if "estimator" in subject:
        by_folds = sweep_of("wilcoxon", space={"C": [1, 2, 3]}, evaluate={"folds": 5}, **subject)
        assert steps_for(by_folds) is not None


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (
            {"path": "mine:build", "callbacks": "mine:watching"},
            "a model with `callbacks` begins at epoch 0 each time",
        ),
        ({"path": "mine:Hyper"}, "a model with a `fit` of its own begins at epoch 0 each time"),
    ],
)
def test_what_leaves_no_checkpoint_is_not_pruned_by_epochs(
    tmp_path: Path, model: dict[str, str], why: str
) -> None:
    """Each stage would train it from the beginning, for longer than without a pruner."""
    code = "def build(units): ...\n\nclass Hyper:\n    def fit(self): ...\n"
    (tmp_path / "mine.py").write_text(code)

    def sweep(pruner: str) -> Sweep:
        space = {"units": [8, 16, 32], "epochs": 20}
        search = {"backend": "random", "trials": 9, "pruner": pruner}
        document = {"task": "penguins", "model": model, "space": space, "search": search}
        return read_sweep({**document, "evaluate": {"folds": 5}}, folder=str(tmp_path))

    with pytest.raises(SpaceError, match=r"leave it out, or write `pruner: wilcoxon`") as raised:
        sweep("median")
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)
    assert steps_for(sweep("wilcoxon")) is not None


@pytest.mark.parametrize("backend", ["grid", "random"])
def test_a_wave_of_a_search_without_memory_is_small_enough_to_learn_from(backend: str) -> None:
    def batch(sweep: Sweep) -> Any:
        return backend_for(sweep.search, sweep.space).batch

    assert batch(sweep_of("median", backend)) == 64
    assert batch(sweep_of("none", backend)) > 64


def test_an_unknown_setting_of_a_search_is_told_of_the_pruner() -> None:
    with pytest.raises(
        SpaceError, match="'prunner' is no setting of random; did you mean 'pruner'"
    ):
        read_sweep(
            {
                "task": "penguins",
                "space": {"width": [8, 16]},
                "search": {"backend": "random", "trials": 2, "prunner": "median"},
            }
        )
