"""The default trainer: fused where that can be, Keras for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sweeps.problem import Problem
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Pack, Progress, Trainer
from sweeps.trial import Fit, Outcome


@dataclass(frozen=True)
class Auto:
    """Asks the fused trainer first, and gives Keras what it refuses; a pack goes to one of them."""

    fused: FusedFit = field(default_factory=FusedFit)
    keras: KerasFit = field(default_factory=KerasFit)

    @property
    def environment(self) -> Mapping[str, str]:
        """What both need."""
        return {**self.keras.environment, **self.fused.environment}

    def processes(self, cores: int) -> int:
        """As the fused trainer wants it: nearly every fit is its."""
        return self.fused.processes(cores)

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        """The fused trainer's packs, then those of Keras."""
        refusals = self.fused.refusals(fits, problem)
        to_fuse = [fit for fit, why in zip(fits, refusals, strict=True) if why is None]
        others = [fit for fit, why in zip(fits, refusals, strict=True) if why is not None]
        return self.fused.pack(to_fuse, problem) + self.keras.pack(others, problem)

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """See `Trainer.train`. The outcomes say which of the two it was."""
        name, trainer = self._of(pack, problem)
        outcomes = trainer.train(pack, problem, progress)
        return [replace(outcome, trainer=name) for outcome in outcomes]

    def _of(self, pack: Pack, problem: Problem) -> tuple[str, Trainer]:
        refused = any(self.fused.refusals(pack.fits, problem))
        return ("keras", self.keras) if refused else ("fused", self.fused)
