"""The picture that each experiment's sweep keeps in MLflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.found import Found
from sweeps.reports.confusion_plot import draw_confusion
from sweeps.reports.curve_plot import Curve, draw_curve
from sweeps.reports.measured import scores_over
from sweeps.reports.sweep_report import sweep_report
from sweeps.reports.training_plot import Training, draw_training
from sweeps.reproduce.experiments import Experiment
from sweeps.reproduce.published import Published
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import SPECIES
from sweeps.trial import Confusion, Result
from tracking.records import Artifact

DECAYS = ("step_decay", "cosine_restarts")
TRAININGS = (*DECAYS, "weight_decay", "dropout", "early_stopping")


@dataclass(frozen=True)
class Pictures:
    """Draws one experiment's sweep; what `coordinator.run` takes as its `report`."""

    experiment: Experiment
    published: Published

    def __call__(self, found: Found, folder: Path) -> Sequence[Artifact]:
        """The experiment's own picture, or those that every sweep gets."""
        sweep, results = found.sweep, found.results
        if not any(result.score is not None for result in results):
            return []
        path = folder / f"{self.experiment.name}.png"
        if self.experiment.parameter:
            self._curve(sweep, results, path)
        elif self.experiment.name in TRAININGS:
            self._training(sweep, results[0], path)
        elif self.experiment.name == "hidden":
            draw_confusion(
                "Confusion matrices of the first three networks",
                confusions(results),
                SPECIES,
                "Split 0, the first repeat. Rows are true species, shaded by share of the row.",
                path,
            )
        else:
            return sweep_report(found, folder)
        return [Artifact(f"plots/{path.name}", file=path)]

    def _curve(self, sweep: Sweep, results: Sequence[Result], path: Path) -> None:
        repeats = sweep.evaluate.repeats
        drawn = (
            "One network for each value, on split 0."
            if repeats == 1
            else f"{repeats} networks for each value, each on a split of its own: median, 5-95 %."
        )
        curve = Curve(
            title=self.experiment.title,
            x_label=self.experiment.axis,
            scores={
                split: scores_over(results, self.experiment.parameter, f"{split}_accuracy")
                for split in ("train", "test")
            },
            marks=self.experiment.marks,
            note=drawn,
        )
        draw_curve(curve, path)

    def _training(self, sweep: Sweep, result: Result, path: Path) -> None:
        run = self.published.runs_of(self.experiment.name)[0]
        epochs = int(run.figures.get("epochs", len(result.history.get("loss", ()))))
        training = Training(
            title=self.experiment.title,
            panel="learning_rate" if self.experiment.name in DECAYS else "loss",
            published={split: run.figures[f"{split}_accuracy"] for split in ("train", "test")},
            published_epoch=epochs,
            note=f"{sweep.evaluate.repeats} networks, each with its own seed and split: "
            "median and 5-95 % of those still training. Training accuracy is the running one.",
        )
        draw_training(training, result, path)


def confusions(results: Sequence[Result]) -> dict[str, Confusion]:
    """The first repeat's matrices of each network, by a word for its depth."""
    found: dict[str, Confusion] = {}
    for result in results:
        if result.parts and result.parts[0].confusion:
            depth = result.trial.config["layer_count"]
            found[f"{depth} hidden layer{'' if depth == 1 else 's'}"] = result.parts[0].confusion
    return found
