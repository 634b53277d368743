"""Trains the user's own Keras models: many of one architecture at once, or one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.discovery.source import trains_itself
from sweeps.problem import Problem
from sweeps.sweep import SubjectChoice
from sweeps.trainers.fused_fit import ENVIRONMENT as JAX
from sweeps.trainers.keras_fit import ENVIRONMENT as TENSORFLOW
from sweeps.trainers.keras_fit import MOST_PROCESSES
from sweeps.trainers.models.backend_choice import backend_for
from sweeps.trainers.models.fusing import Fusing
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Value

ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "jax": JAX,
    # A model of the user's may need a GPU, which TensorFlow would otherwise take the whole of.
    "tensorflow": {**TENSORFLOW, "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
    "torch": {"OMP_NUM_THREADS": "1"},
}

MOST_TOGETHER = 64
"""Fits in a pack: what the ledger keeps at once."""


@dataclass(frozen=True)
class ModelFit:
    """Trains what a function of the user's builds, on one of Keras's backends.

    On JAX, models that differ in numbers alone become one program (see `models.fused`), where that
    can be and `fusing` allows it; all others are trained one after the other by `model.fit`. The
    outcomes say which, and why a model was trained singly. Both start from the same weights and see
    the same rows in the same order. `together` is false where it is known beforehand that nothing
    can be fused: each fit is then a pack, and there are as many workers as cores.
    """

    keras: str = "jax"
    fusing: Fusing = "where it can be"
    together: bool = True

    @property
    def environment(self) -> Mapping[str, str]:
        """What must stand before Keras is imported."""
        return {"KERAS_BACKEND": self.keras, **ENVIRONMENTS[self.keras]}

    def processes(self, cores: int) -> int:
        """One where models are fused, which takes all cores; otherwise one a core, four at most."""
        return 1 if self._fuses else min(cores, MOST_PROCESSES)

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:  # noqa: ARG002
        """Fits that differ in numbers with a fraction alone may be one program, up to 64 of them.

        Whole numbers and names may decide about a model's layers, and so about its program.
        """
        if not self._fuses:
            return [Pack((fit,)) for fit in fits]
        alike: dict[object, list[Fit]] = {}
        for fit in fits:
            alike.setdefault(_shape_of(fit), []).append(fit)
        return [
            Pack(tuple(group[start : start + MOST_TOGETHER]))
            for group in alike.values()
            for start in range(0, len(group), MOST_TOGETHER)
        ]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """The fits, together or one after the other.

        Code of the user's that raises or returns no model (`user_error`), a batch size that is none
        or a model that `fusing` must but cannot fuse (`bad_configuration`), a figure that is not
        finite (`diverged`), a lack of memory (`out_of_memory`) and time that is up (`timed_out`)
        are outcomes; an OSError about a checkpoint raises, and a RuntimeError when Keras already
        runs on another backend in this process.
        """
        from sweeps.trainers.models.training import trained

        return trained(pack, problem, progress, self.keras, self.fusing)

    @property
    def _fuses(self) -> bool:
        return self.keras == "jax" and self.fusing != "never" and self.together


def model_fit(fusing: Fusing, choice: SubjectChoice, folder: str) -> ModelFit:
    """The trainer of a sweep's model.

    Raises SweepError for a backend that Keras does not have, and ValueError where models must be
    fused but cannot be. The user's module is read, but not imported.
    """
    keras = backend_for(choice.path, folder, choice.options.get("keras"))
    if keras not in ENVIRONMENTS:
        raise ValueError(f"KERAS_BACKEND: {shown(keras)}; {suggestion(keras, ENVIRONMENTS)}")
    if fusing == "always" and keras != "jax":
        raise ValueError(
            f"trainer: fused trains models on JAX, and this sweep's is trained on {keras}: write "
            "`keras: jax` beside its path, or leave `trainer` out"
        )
    if fusing == "always" and "callbacks" in choice.options:
        raise ValueError("trainer: fused knows no callbacks: leave them or `trainer` out")
    alone = "callbacks" in choice.options or trains_itself(choice.path, folder)
    return ModelFit(keras, fusing, together=not alone)


def _shape_of(fit: Fit) -> object:
    """Of a fit, what is no number with a fraction; epochs and what it goes on from included."""
    fixed: list[tuple[str, str, Value]] = [
        (name, type(value).__name__, value if not isinstance(value, float) else None)
        for name, value in sorted(fit.trial.config.items())
    ]
    return (*fixed, fit.budget, fit.resume_from is None)
