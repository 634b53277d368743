"""Made-up accuracies with a known truth, and results around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sweeps.trial import Part, Result, Trial


def scores(
    xs: range,
    truth: Callable[[int], float],
    noise: Callable[[int], float] = lambda _: 0.01,
    repeats: int = 1,
    split_noise: float = 0.0,
    seed: int = 0,
) -> dict[int, list[float]]:
    """Normal noise around the truth; all values of one repeat share their split's luck."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, split_noise, repeats)
    return {
        x: [float(truth(x) + luck[r] + rng.normal(0, noise(x))) for r in range(repeats)] for x in xs
    }


def result(
    number: int,
    config: Mapping[str, int | float | str],
    repeats: int = 1,
    folds: int = 1,
    test: float = 0.9,
    **metrics: float,
) -> Result:
    """A trial whose parts differ a little by repeat; histories of five epochs."""
    parts = tuple(
        _part(fold, repeat, {"test_accuracy": test + 0.01 * repeat, **metrics})
        for repeat in range(repeats)
        for fold in range(folds)
    )
    means = {
        name: sum(part.metrics[name] for part in parts) / len(parts) for name in parts[0].metrics
    }
    return Result(Trial(number, config), test, means, parts[0].history, 1.0, parts)


def _part(fold: int, repeat: int, metrics: Mapping[str, float]) -> Part:
    rising = tuple(0.5 + 0.09 * epoch + 0.01 * repeat for epoch in range(5))
    return Part(
        fold=fold,
        repeat=repeat,
        metrics={"train_accuracy": 0.95, "val_accuracy": 0.9 + 0.01 * repeat, "parameters": 21.0}
        | dict(metrics),
        history={
            "accuracy": rising,
            "test_accuracy": rising,
            "loss": tuple(6 - value for value in rising),
            "test_loss": tuple(5 - value for value in rising),
            "learning_rate": (0.2, 0.2, 0.2, 0.1, 0.1),
        },
        seconds=0.5,
        confusion=dict.fromkeys(("train", "test"), ((50, 2, 0), (1, 40, 0), (3, 0, 20))),
    )
