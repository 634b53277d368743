"""The tasks of the posts, on their real rows: fused training and Keras come to the same network."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective, TaskChoice
from sweeps.tasks.choose import task_for
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.real_data import keras_home, real_data
from tests.sweeps.trainers.fitting import fit_of

__all__ = ["keras_home", "real_data"]

POSTS = {
    "imdb": (
        {"layer_count": 2, "width": 16, "batch_size": 512, "optimizer": "rmsprop", "epochs": 1},
        Evaluate(first=10_000),
    ),
    "reuters": (
        {"layer_count": 2, "width": 64, "batch_size": 512, "optimizer": "rmsprop", "epochs": 2},
        Evaluate(first=1000),
    ),
    "fashion_mnist": (
        {"layer_count": 1, "width": 100, "batch_size": 512, "epochs": 1},
        Evaluate(first=5000),
    ),
    "boston_housing": (
        {"layer_count": 2, "width": 64, "batch_size": 16, "optimizer": "rmsprop", "epochs": 3},
        Evaluate(folds=4, shuffle=False),
    ),
    "breast_cancer": (
        {"layer_count": 0, "batch_size": 32, "optimizer": "sgd", "epochs": 3},
        Evaluate(validation=0.2),
    ),
}


@pytest.mark.slow
@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("name", POSTS)
def test_fused_training_is_keras_on_the_posts_tasks(name: str) -> None:
    config, evaluate = POSTS[name]
    problem = Problem(task_for(TaskChoice(name), ""), evaluate, Objective("val_loss"), seed=0)
    pack = Pack((fit_of({**config, "learning_rate": 1e-3}),))
    os.environ |= KerasFit().environment
    found = [trainer.train(pack, problem, None)[0] for trainer in (FusedFit(), KerasFit())]
    assert [outcome.error for outcome in found] == [None, None]
    ours, theirs = ({**one.metrics, **_last(one.history)} for one in found)
    assert ours.keys() == theirs.keys()
    for figure, value in theirs.items():
        assert ours[figure] == pytest.approx(value, rel=2e-3, abs=2e-3), figure
    assert ours["loss"] < found[0].history["loss"][0] or len(found[0].history["loss"]) == 1


def _last(history: Any) -> dict[str, float]:
    return {name: float(np.asarray(values)[-1]) for name, values in history.items()}
