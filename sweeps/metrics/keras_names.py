"""Keras's metrics by name: which way is better, and on which kind of task they make sense.

Those that are measured without arguments, as of Keras 3; importing Keras to ask takes seconds.
"""

from __future__ import annotations

from sweeps.sweep import Goal
from sweeps.tasks.task import Kind

_BEST_HIGH: dict[str, tuple[Kind, ...]] = {
    **dict.fromkeys(
        (
            "AUC",
            "Accuracy",
            "BinaryAccuracy",
            "BinaryIoU",
            "CategoricalAccuracy",
            "F1Score",
            "FBetaScore",
            "Precision",
            "Recall",
            "SparseCategoricalAccuracy",
            "SparseTopKCategoricalAccuracy",
            "TopKCategoricalAccuracy",
            "TrueNegatives",
            "TruePositives",
        ),
        ("classification",),
    ),
    **dict.fromkeys(("ConcordanceCorrelation", "PearsonCorrelation", "R2Score"), ("regression",)),
    "CosineSimilarity": ("classification", "regression"),
}

_BEST_LOW: dict[str, tuple[Kind, ...]] = {
    **dict.fromkeys(
        (
            "BinaryCrossentropy",
            "CategoricalCrossentropy",
            "CategoricalHinge",
            "FalseNegatives",
            "FalsePositives",
            "Hinge",
            "KLDivergence",
            "SparseCategoricalCrossentropy",
            "SquaredHinge",
        ),
        ("classification",),
    ),
    **dict.fromkeys(
        ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError"), ("regression",)
    ),
    **dict.fromkeys(
        (
            "LogCoshError",
            "MeanAbsoluteError",
            "MeanSquaredError",
            "Poisson",
            "RootMeanSquaredError",
        ),
        ("classification", "regression"),
    ),
}

_SHORT = {
    "bce": "BinaryCrossentropy",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}

KERAS_METRICS: dict[str, tuple[Goal, tuple[Kind, ...]]] = {
    **{name: ("maximize", kinds) for name, kinds in _BEST_HIGH.items()},
    **{name: ("minimize", kinds) for name, kinds in _BEST_LOW.items()},
}
"""By the names of their classes."""


def keras_class(name: str) -> str | None:
    """The class of the metric that Keras knows by that name: `F1Score` of `f1_score`."""
    return _CLASSES.get(name.replace("_", "").lower())


_CLASSES = {name.lower(): name for name in KERAS_METRICS} | _SHORT
