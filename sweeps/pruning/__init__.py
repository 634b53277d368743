"""Ending trials early that will not be among the best: Optuna's pruners, a stage at a time."""
