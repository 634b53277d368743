"""Optuna with a Keras objective, its study in memory; MLflow runs are nested by hand."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from tests.benchmarks.peers import study
from tests.benchmarks.peers.plain_loop import train, train_with_mlflow


def search(fits: int, logging: bool, rows: study.Rows) -> int:
    """Optuna's default sampler over the 199 shapes."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: Any) -> float:
        shape = study.SHAPES[trial.suggest_int("shape", 0, len(study.SHAPES) - 1)]
        if logging:
            return train_with_mlflow(shape, rows)["test_accuracy"]
        return train(shape, rows, [])["test_accuracy"]

    found = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    found.optimize(objective, n_trials=fits)
    return len(found.trials)


def parent(logging: bool) -> Any:
    if not logging:
        return nullcontext()
    import mlflow

    return mlflow.start_run(run_name="optuna")


def main() -> None:
    shapes, logging = study.arguments()
    rows = study.rows()
    with parent(logging):
        study.measured(lambda: search(1, logging, rows), lambda: search(len(shapes), logging, rows))


if __name__ == "__main__":
    main()
