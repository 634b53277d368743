"""The best model of a study's sweep, saved and loaded again: what it says of the test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sweeps.executors.executor import executor_for
from sweeps.exporting.export import export
from sweeps.exporting.exported import ExportedModel
from sweeps.reproduce.estimators import Scores
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.tasks.task import Inputs, Task
from sweeps.trainers.choose import trainer_for


@dataclass(frozen=True)
class SavedModel:
    """The best of a classification's sweep as `sweeps export` keeps it: trained on all rows.

    `sweep` is its experiment; `seconds` is what it took where it was measured, see `Study`.
    """

    name: str
    title: str
    sweep: str
    seconds: float

    def scores(
        self, sweep_id: str, sweep: Sweep, store: Store, say: Callable[[str], None]
    ) -> Scores:
        """`test_accuracy` of the loaded model, and `saved_test_accuracy` before it was saved.

        Saving and loading happen in processes of their own. Raises as `export` does.
        """
        task = task_for(sweep.task, sweep.folder)
        with TemporaryDirectory() as folder:
            exported = export(sweep_id, Path(folder) / "best", store, say)
            environment = trainer_for(sweep.trainer, sweep.subject, sweep.folder).environment
            executor = executor_for(1, environment)
            try:
                accuracy = executor.submit(loaded_accuracy, exported.folder, task).result()
            finally:
                executor.shutdown(cancel_futures=True)
        before = exported.manifest.metrics["test_accuracy"]
        return {0: {"test_accuracy": accuracy, "saved_test_accuracy": before}}


def loaded_accuracy(folder: Path, task: Task) -> float:
    """The share of the task's test rows that the model in the folder gets right."""
    rows = task.rows(0)
    model = ExportedModel.load(folder)
    labels = model.predict_proba(_given(model, rows.x_test, task)).argmax(axis=1)
    return float((labels == rows.y_test).mean())


def _given(model: ExportedModel, x: Inputs, task: Task) -> Any:
    """Raw rows as the export asks for them: with names of columns, where it knows any."""
    inputs = model.manifest.inputs
    if inputs is None or inputs.form == "arrays":
        return x
    from pandas import DataFrame

    return DataFrame(x, columns=list(task.features))
