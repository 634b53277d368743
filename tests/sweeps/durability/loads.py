"""Large sweeps of a made-up objective, one for each backend."""

from __future__ import annotations

_HEAD = "task: penguins\nname: load\nseed: 7\n"
_SPACE = """
space:
  width: {low: 4, high: 100000, log: true}
  learning_rate: {low: 0.0001, high: 0.1, log: true}
  activation: [relu, tanh]
"""
_RUNGS = 77
"""Trials of one of Hyperband's iterations, for 16 epochs and a factor of 2."""

_MOST_FOR_TPE = 2000
"""Trials. It looks at all that there are with every asking: ten thousand take it an hour."""

BACKENDS = ("grid", "hyperband", "optuna", "random")


def load_of(backend: str, trials: int) -> tuple[str, int]:
    """A sweep file of about so many trials, and how many they are."""
    if backend == "grid":
        points = trials // 2
        space = f"space: {{width: {{low: 1, high: {points}}}, activation: [relu, tanh], epochs: 3}}"
        return f"{_HEAD}search: grid\n{space}\n", 2 * points
    if backend == "hyperband":
        times = trials // _RUNGS
        search = f"{{backend: hyperband, factor: 2, hyperband_iterations: {times}}}"
        return f"{_HEAD}search: {search}{_SPACE}  epochs: 16\n", _RUNGS * times
    sampler = ", sampler: random" if backend == "optuna" and trials > _MOST_FOR_TPE else ""
    search = f"{{backend: {backend}, trials: {trials}{sampler}}}"
    return f"{_HEAD}search: {search}{_SPACE}  epochs: 3\n", trials
