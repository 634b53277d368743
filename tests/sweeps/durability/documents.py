"""Sweeps to be broken off: one for each backend, and one that ends trials early."""

from __future__ import annotations

_GRID = """
  width: {low: 4, high: %d}
  activation: [relu, tanh]
"""
_RANDOM = """
  layer_count: [1, 2]
  width: {low: 4, high: 64, log: true}
  dropout: {low: 0.0, high: 0.5, when: {layer_count: 2}}
  learning_rate: {low: 0.001, high: 0.1, log: true}
"""
_OPTUNA = """
  width: {low: 4, high: 64, log: true}
  learning_rate: {low: 0.001, high: 0.1, log: true}
  decay:
    constant: {}
    step: {drop: [0.3, 0.5], every_epochs: 1}
"""
_MEDIAN = "pruner: {median: {n_startup_trials: 2}}"
_HYPERBAND = """
  width: {low: 4, high: 64, log: true}
  learning_rate: {low: 0.001, high: 0.1, log: true}
  dropout: [0.0, 0.3]
  decay:
    cosine: {}
"""


def _document(search: str, space: str, epochs: int) -> str:
    return f"""
task: penguins
objective: {{metric: val_accuracy, goal: maximize}}
seed: 11
search: {{{search}}}
space:{space.rstrip()}
  epochs: {epochs}
"""


SMALL = {
    "grid": _document("backend: grid, batch: 5", _GRID % 9, 2),
    "random": _document("backend: random, trials: 12, batch: 5", _RANDOM, 2),
    "optuna": _document("backend: optuna, trials: 12, batch: 5", _OPTUNA, 2),
    "hyperband": _document("backend: hyperband, factor: 2", _HYPERBAND, 4),
    "pruned": _document(f"backend: random, trials: 12, batch: 5, {_MEDIAN}", _RANDOM, 4),
}
"""About a dozen trials each."""

SIXTY = {
    "grid": _document("backend: grid, batch: 2", _GRID % 33, 40),
    "random": _document("backend: random, trials: 60, batch: 2", _RANDOM, 40),
    "optuna": _document("backend: optuna, trials: 60, batch: 2", _OPTUNA, 40),
    "hyperband": _document("backend: hyperband, factor: 2", _HYPERBAND, 16),
}
"""Sixty trials each, Hyperband a few more."""
