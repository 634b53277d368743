"""What a hypermodel's `fit` asks for, found out without rows and without training."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.discovery.asking_fit import ask_fit


class Model:
    def fit(self, *args: Any, **kwargs: Any) -> None:
        raise AssertionError("nothing is trained")


class Passing:
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=hp("batch_size"), **kwargs)


class Naming:
    def fit(self, hp, model, x, y, validation_data, *, callbacks, verbose=0):
        hp("shuffle")
        model.fit(x, y, validation_data=validation_data, callbacks=callbacks)
        hp("never reached")


class NeedingRows:
    def fit(self, hp, model, x, y, **kwargs):
        hp("batch_size")
        size = x.shape[0]
        hp(f"after {size}")


class Leaving:
    def fit(self, hp, model, *args, **kwargs):
        hp("rate")
        raise SystemExit


class Without:
    pass


@pytest.mark.parametrize(
    ("hypermodel", "asked"),
    [
        (Passing(), ["batch_size"]),
        (Naming(), ["shuffle"]),
        (NeedingRows(), ["batch_size"]),
        (Leaving(), ["rate"]),
        (Without(), []),
    ],
)
def test_all_that_is_asked_for_before_training(hypermodel: Any, asked: list[str]) -> None:
    seen: list[str] = []
    ask_fit(hypermodel, seen.append, Model())
    assert seen == asked


def test_nothing_is_asked_about_a_model_that_is_none() -> None:
    ask_fit(Passing(), pytest.fail, None)
