"""How many trials Hyperband asks for, and how long each is trained, by arithmetic alone."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rung:
    """Trials of one bracket that are compared with each other: how many, at how many epochs."""

    trials: int
    epochs: int


def rungs(max_epochs: int, factor: int, iterations: int = 1) -> list[tuple[Rung, ...]]:
    """The rungs of every bracket, in the order in which the brackets are started.

    `epochs` counts epochs in all, those of the rungs below included. The formulas, with their
    rounding up, are those of KerasTuner 1.4.8's `HyperbandOracle`: 30 trials for 10 epochs and a
    factor of 3, where the paper (Li et al., JMLR 18, 2018) has 22.
    """
    brackets = range(_brackets(max_epochs, factor) - 1, -1, -1)
    return [_rungs_of(bracket, max_epochs, factor) for bracket in brackets] * iterations


def _brackets(max_epochs: int, factor: int) -> int:
    epochs: float = max_epochs
    brackets = 0
    while epochs >= 1:
        epochs /= factor
        brackets += 1
    return brackets


def _rungs_of(bracket: int, max_epochs: int, factor: int) -> tuple[Rung, ...]:
    survivors = math.ceil(1 + math.log(max_epochs, factor)) / (bracket + 1)
    return tuple(
        Rung(
            trials=math.ceil(survivors * factor**to_go),
            epochs=math.ceil(max_epochs / factor**to_go),
        )
        for to_go in range(bracket, -1, -1)
    )
