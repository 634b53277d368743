from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.recipe import EarlyStopping
from sweeps.trainers.patience import Patience
from sweeps.trainers.tensorflow_import import load


def epochs_by_keras(settings: EarlyStopping, values: list[float]) -> int:
    """How many epochs Keras's own callback lets pass."""
    _, keras = load()
    mode = "max" if settings.monitor == "accuracy" else "min"
    callback = keras.callbacks.EarlyStopping(
        "value", settings.min_delta, settings.patience, mode=mode
    )
    model: Any = SimpleNamespace(stop_training=False)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"value": value})
        if model.stop_training:
            return epoch + 1
    return len(values)


def epochs_by_us(settings: EarlyStopping, values: list[float]) -> int:
    patience = Patience(settings)
    for epoch, value in enumerate(values, start=1):
        patience.improved(value)
        if patience.stopped:
            return epoch
    return len(values)


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
@pytest.mark.parametrize("patience", [0, 1, 3])
@pytest.mark.parametrize("min_delta", [0.0, 0.125])
def test_stops_when_keras_stops(monitor: str, patience: int, min_delta: float) -> None:
    settings = EarlyStopping(patience, min_delta, monitor)
    for seed in range(25):
        rng = random.Random(seed)
        values = [rng.randrange(16) / 16 for _ in range(12)]
        assert epochs_by_us(settings, values) == epochs_by_keras(settings, values)


def test_goes_on_from_its_state() -> None:
    settings = EarlyStopping(2, 0.0, "loss")
    first, second = Patience(settings), Patience(settings)
    for value in (3.0, 1.0, 2.0):
        first.improved(value)
    second.restore(json.loads(json.dumps(first.state())))
    assert second == first
    assert not second.improved(1.5)
    assert second.stopped
