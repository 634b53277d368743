"""Trainers by the names they have in a sweep file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.sweep import SubjectChoice, SubjectKind
from sweeps.trainers.auto import Auto
from sweeps.trainers.estimator_fit import EstimatorFit
from sweeps.trainers.function_fit import FunctionFit
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.model_fit import model_fit
from sweeps.trainers.objective_fit import ObjectiveFit
from sweeps.trainers.trainer import Trainer

NETWORKS = SubjectChoice()

Make = Callable[[SubjectChoice, str], Trainer]
"""From what is tuned, and the folder where its code is looked for."""


def _calls(subject: SubjectChoice, folder: str) -> Trainer:
    """Who calls a function: with a configuration, or with an Optuna trial."""
    made = ObjectiveFit if subject.options.get("takes") == "trial" else FunctionFit
    return made(subject, folder)


TRAINERS: Mapping[SubjectKind, Mapping[str, Make]] = {
    "network": {
        "auto": lambda *_: Auto(),
        "fused": lambda *_: FusedFit(),
        "keras": lambda *_: KerasFit(),
    },
    "model": {
        "auto": partial(model_fit, "where it can be"),
        "fused": partial(model_fit, "always"),
        "keras": partial(model_fit, "never"),
    },
    "estimator": {"auto": EstimatorFit},
    "function": {"auto": _calls},
}
"""For each kind of subject, who can train it, by the name in a sweep file."""


def trainer_for(name: str, subject: SubjectChoice = NETWORKS, folder: str = "") -> Trainer:
    """The trainer of that name for that subject; of networks, `auto` fuses what can be fused.

    Raises ValueError for a name that is not known.
    """
    trainers = TRAINERS.get(subject.kind, {})
    if name in trainers:
        return trainers[name](subject, folder)
    raise ValueError(f"trainer: {shown(name)} is not known; {suggestion(name, trainers)}")
