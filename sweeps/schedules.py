"""Learning rates, step by step, from a recipe's decay: plain formulas that every trainer uses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sweeps.decays import Constant, Cosine, CosineRestarts, Exponential, Step
from sweeps.recipe import Recipe

Rates = npt.NDArray[np.float32]
_Steps = npt.NDArray[np.float64]


def learning_rates(recipe: Recipe, epoch: int, steps_per_epoch: int) -> Rates:
    """The learning rate of each step (steps_per_epoch,) of the epoch with that number, from 0.

    Computed in float64 and rounded once. The horizon of a cosine is the recipe's epochs.
    """
    steps = epoch * steps_per_epoch + np.arange(steps_per_epoch, dtype=np.float64)
    with np.errstate(over="ignore"):  # an infinite rate makes the fit diverge, which is reported
        return (recipe.learning_rate * _factor(recipe, steps, steps_per_epoch)).astype(np.float32)


def _factor(recipe: Recipe, steps: _Steps, steps_per_epoch: int) -> _Steps:
    match recipe.decay:
        case Constant():
            return np.ones_like(steps)
        case Step(drop, every_epochs):
            return drop ** np.floor(np.floor(steps / steps_per_epoch) / every_epochs)
        case Exponential(rate, every_epochs):
            return rate ** (steps / (every_epochs * steps_per_epoch))
        case Cosine(final_fraction):
            share = np.minimum(steps / (recipe.epochs * steps_per_epoch), 1.0)
            return _cosine(share, final_fraction)
        case CosineRestarts():
            return _restarts(recipe.decay, steps)


def _cosine(share: _Steps, final_fraction: float, peak: float | _Steps = 1.0) -> _Steps:
    falling: _Steps = 0.5 * peak * (1.0 + np.cos(np.pi * share))
    return (1.0 - final_fraction) * falling + final_fraction


def _restarts(decay: CosineRestarts, steps: _Steps) -> _Steps:
    """Loshchilov and Hutter, "SGDR", 2017, as in Keras, but restarting exactly where it should.

    Keras finds the period with a float32 logarithm, which may land one step off.
    """
    starts, length = [0.0], float(decay.first_decay_steps)
    lengths = [length]
    while starts[-1] + length <= steps[-1]:
        starts.append(starts[-1] + length)
        length *= decay.period_multiplier
        lengths.append(length)
    period = np.searchsorted(starts, steps, side="right") - 1
    share = (steps - np.array(starts)[period]) / np.array(lengths)[period]
    return _cosine(share, decay.final_fraction, decay.peak_multiplier ** period.astype(np.float64))
