"""KerasTuner's RandomSearch and Hyperband, validated on the test rows as in the study."""

from __future__ import annotations

import math
import sys
from typing import Any

from tests.benchmarks.peers import study
from tests.benchmarks.peers.study import BATCH_SIZE, EPOCHS, Shape

FACTOR = 3
FITS_AN_ITERATION = 10
"""What KerasTuner's Hyperband makes of 5 epochs and factor 3: fits of 2 to 5 epochs."""


def space(shapes: list[Shape]) -> Any:
    """A model builder over these shapes."""

    def build(hp: Any) -> Any:
        first, second = hp.Choice("shape", [f"{a}:{b}" for a, b in shapes]).split(":")
        return study.build((int(first), int(second)))

    return build


def tuner(kind: str, logging: bool) -> Any:
    """The tuner's class, with a run for each trial where MLflow is wanted."""
    import keras_tuner

    classes = {"random": keras_tuner.RandomSearch, "hyperband": keras_tuner.Hyperband}
    return logged(classes[kind]) if logging else classes[kind]


def logged(tuner_class: Any) -> Any:
    import mlflow.keras

    class Logged(tuner_class):  # type: ignore[misc]
        def run_trial(self, trial: Any, *given: Any, **options: Any) -> Any:
            with mlflow.start_run(nested=True, run_name=trial.trial_id):
                mlflow.log_params(trial.hyperparameters.values)
                callbacks = [*options.pop("callbacks", []), mlflow.keras.MlflowCallback()]
                return super().run_trial(trial, *given, callbacks=callbacks, **options)

    return Logged


def search(kind: str, logging: bool, name: str, fits: int, shapes: list[Shape], rows: Any) -> int:
    """Run one search; how many fits it came to."""
    options: dict[str, Any] = {"max_trials": fits}
    if kind == "hyperband":
        options = {
            "max_epochs": EPOCHS,
            "factor": FACTOR,
            "hyperband_iterations": iterations(fits),
        }
    found = tuner(kind, logging)(
        space(shapes),
        objective="val_accuracy",
        directory="tuner",
        project_name=name,
        seed=0,
        **options,
    )
    found.search(
        rows.x_train,
        rows.y_train,
        validation_data=(rows.x_test, rows.y_test),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        verbose=0,
    )
    return len(found.oracle.trials)


def iterations(fits: int) -> int:
    """How often Hyperband must run through its brackets for at least so many fits."""
    return math.ceil(fits / FITS_AN_ITERATION)


def main() -> None:
    kind = sys.argv.pop(1)
    shapes, logging = study.arguments()
    rows = study.rows()
    everything = list(study.SHAPES)

    def fits() -> int:
        return search(kind, logging, "fits", len(shapes), everything, rows)

    if logging:
        import mlflow

        with mlflow.start_run(run_name=f"keras tuner {kind}"):
            study.measured(lambda: search("random", True, "warm", 1, [(50, 50)], rows), fits)
    else:
        study.measured(lambda: search("random", False, "warm", 1, [(50, 50)], rows), fits)


if __name__ == "__main__":
    main()
