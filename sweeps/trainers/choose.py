"""Trainers by the names they have in a sweep file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.sweep import SubjectChoice, SubjectKind
from sweeps.trainers.auto import Auto
from sweeps.trainers.estimator_fit import EstimatorFit
from sweeps.trainers.function_fit import FunctionFit
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Trainer

NETWORKS = SubjectChoice()

Make = Callable[[SubjectChoice, str], Trainer]
"""From what is tuned, and the folder where its code is looked for."""

TRAINERS: Mapping[SubjectKind, Mapping[str, Make]] = {
    "network": {
        "auto": lambda *_: Auto(),
        "fused": lambda *_: FusedFit(),
        "keras": lambda *_: KerasFit(),
    },
    "estimator": {"auto": EstimatorFit},
    "function": {"auto": FunctionFit},
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
