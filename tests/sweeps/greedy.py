"""A trainer with fits that need a whole GPU; workers import it, so it imports little."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sweeps.executors.placement import SHARE
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Outcome
from tests.sweeps.fakes import FakeTrainer

WHOLE = "1"


@dataclass(frozen=True)
class Greedy(FakeTrainer):
    """Trials 0 and 1 need a whole GPU, and say so in two ways; none is large enough for trial 2."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        number = pack.fits[0].trial.number
        share = os.environ.get(SHARE, WHOLE)
        if number == 2:
            raise MemoryError(f"{share} of a GPU is too little")
        if number > 2 or share == WHOLE:
            return super().train(pack, problem, progress)
        if number == 1:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 17179869184 bytes")
        failure = Failure("out_of_memory", "ResourceExhaustedError: OOM when allocating tensor")
        return [Outcome(fit, {}, {}, 1.0, error=failure) for fit in pack.fits]
