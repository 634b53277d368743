"""The plain loop: build, compile, fit and evaluate a Keras model for every configuration."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from tests.benchmarks.peers import study
from tests.benchmarks.peers.study import BATCH_SIZE, EPOCHS, Shape


def train(shape: Shape, rows: study.Rows, callbacks: list[Any]) -> dict[str, float]:
    """One configuration; train and test are evaluated at the end, as the study does."""
    model = study.build(shape)
    model.fit(
        rows.x_train,
        rows.y_train,
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        verbose=0,
        callbacks=callbacks,
    )
    _, train_accuracy = model.evaluate(rows.x_train, rows.y_train, verbose=0)
    _, test_accuracy = model.evaluate(rows.x_test, rows.y_test, verbose=0)
    return {"train_accuracy": train_accuracy, "test_accuracy": test_accuracy}


def train_with_mlflow(shape: Shape, rows: study.Rows) -> dict[str, float]:
    """As `train`, a run of its own for each configuration."""
    import mlflow.keras

    with mlflow.start_run(nested=True):
        mlflow.log_params({"first": shape[0], "second": shape[1]})
        found = train(shape, rows, [mlflow.keras.MlflowCallback()])
        mlflow.log_metrics(found)
    return found


def loop(shapes: list[Shape], rows: study.Rows) -> list[dict[str, float]]:
    return [train(shape, rows, []) for shape in shapes]


def loop_with_mlflow(shapes: list[Shape], rows: study.Rows) -> list[dict[str, float]]:
    import mlflow

    with mlflow.start_run(run_name="plain loop"):
        return [train_with_mlflow(shape, rows) for shape in shapes]


def main() -> None:
    shapes, logging = study.arguments()
    rows = study.rows()
    run = loop_with_mlflow if logging else loop
    found: list[dict[str, float]] = []

    def fits() -> int:
        found.extend(run(shapes, rows))
        return len(found)

    study.measured(
        lambda: run([(50, 50)], rows),
        fits,
        lambda: {"test_accuracy": fmean(each["test_accuracy"] for each in found)},
    )


if __name__ == "__main__":
    main()
