"""The pictures that a study's sweeps keep in MLflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.found import Found
from sweeps.reports.sweep_report import sweep_report
from sweeps.reports.training_plot import Training, draw_training
from tracking.records import Artifact


@dataclass(frozen=True)
class StudyPictures:
    """Draws one experiment's sweep; what `coordinator.run` takes as its `report`."""

    title: str

    def __call__(self, found: Found, folder: Path) -> Sequence[Artifact]:
        """The course of training where one configuration was trained, else what all sweeps get."""
        sweep, results = found.sweep, found.results
        scored = [result for result in results if result.score is not None]
        if len(scored) != 1 or "accuracy" not in scored[0].history:
            return sweep_report(found, folder)
        repeats = sweep.evaluate.repeats
        training = Training(
            title=self.title,
            panel="loss",
            published={},
            published_epoch=0,
            note=f"{repeats} networks, each with a seed of its own: median and 5-95 % of those "
            "still training. Training accuracy is the running one.",
        )
        path = draw_training(training, scored[0], folder / "training.png")
        return [Artifact(f"plots/{path.name}", file=path)]
