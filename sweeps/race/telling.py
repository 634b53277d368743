"""What came of a race, for programs, for its folder in the store, and for MLflow."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sweeps.clock import now_ms
from sweeps.race.curves import band
from sweeps.race.outcome import Outcome, mean
from sweeps.race.race import Race
from sweeps.race.remembering import race_record
from sweeps.race.standing import Standing
from sweeps.race.wording import HEADS, method, rows, sentences
from sweeps.reading.sweep import read_sweep
from sweeps.tasks.choose import task_for
from tracking.mlflow_races import MlflowRaces
from tracking.records import Artifact, Metric, RaceEnd, SweepStatus


def figures(outcome: Outcome) -> dict[str, Any]:
    """Everything as plain data; figures that nobody knows are null."""
    race = outcome.race
    return {
        "race": race.race_id,
        "name": race.name,
        "metric": outcome.metric,
        "epochs_each": race.epochs,
        "repeats": [repeat + 1 for repeat in outcome.repeats],
        "areas_from": outcome.start,
        "p_value": outcome.p_value,
        "backends": {backend: _figures_of(outcome, backend) for backend in race.backends},
        "verdict": {
            about: {
                "leader": verdict.leader,
                "leads": [vars(lead) | {"certain": lead.certain} for lead in verdict.leads],
            }
            for about, verdict in (("area", outcome.by_area), ("best", outcome.by_final))
        },
    }


def _figures_of(outcome: Outcome, backend: str) -> dict[str, Any]:
    curves = outcome.curves[backend]
    return {
        "areas": [_known(value) for value in outcome.areas[backend]],
        "best": [_known(value) for value in outcome.finals[backend]],
        "tests": [_known(value) for value in outcome.tests[backend]],
        "trials": [curve.trained for curve in curves],
        "epochs": [curve.epochs for curve in curves],
        "curves": [{"epochs": curve.spent, "best": curve.best} for curve in curves],
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def kept(outcome: Outcome, folder: Path) -> list[Artifact]:
    """The picture, the table and the figures, written into the folder."""
    from sweeps.reports.race_plot import RacePicture, draw_race

    folder.mkdir(parents=True, exist_ok=True)
    race = outcome.race
    repeats = f"{len(outcome.repeats)} repeats"
    picture = RacePicture(
        title=f"{race.name}: {race.epochs:,} epochs each",
        metric=outcome.metric,
        bands={
            backend: band(scored, race.epochs)
            for backend, its in outcome.curves.items()
            if (scored := [curve for curve in its if curve.spent])
        },
        note=f"Lines: medians of {repeats}. Bands: the lowest and the highest of them.",
    )
    draw_race(picture, folder / "race.png")
    table = [" | ".join(row) for row in (HEADS, ("---",) * len(HEADS), *rows(outcome))]
    said = [f"| {row} |" for row in table] + ["", *sentences(outcome), method(outcome)]
    (folder / "race.md").write_text("\n".join(said) + "\n", encoding="utf-8")
    (folder / "race.json").write_text(json.dumps(figures(outcome), indent=2), encoding="utf-8")
    return [Artifact(name, file=folder / name) for name in ("race.png", "race.md", "race.json")]


def end_record(
    standing: Standing, status: SweepStatus, outcome: Outcome | None, artifacts: Sequence[Artifact]
) -> RaceEnd:
    """The race's run in MLflow as it is now."""
    race = standing.race
    ended_ms = max((row.ended_ms or 0 for row in standing.rows.values()), default=0) or now_ms()
    return RaceEnd(
        race=race_record(race),
        experiment=_experiment(race),
        status=status,
        ended_ms=ended_ms,
        tags={"sweeps.state": status.lower()},
        metrics=() if outcome is None else tuple(_metrics(outcome, ended_ms)),
        artifacts=tuple(artifacts),
    )


def _experiment(race: Race) -> str:
    sweep = read_sweep({**race.document, "search": {"backend": "random", "trials": 1}})
    return task_for(sweep.task, sweep.folder).name


def _metrics(outcome: Outcome, at_ms: int) -> list[Metric]:
    """By backend: area and best of each repeat, at the repeat's number; and their means."""
    told = []
    for word, found in (("area", outcome.areas), ("best", outcome.finals), ("test", outcome.tests)):
        for backend, values in found.items():
            steps = zip(outcome.repeats, values, strict=True)
            told += [Metric(f"{word}/{backend}", v, n, at_ms) for n, v in steps if math.isfinite(v)]
            if math.isfinite(average := mean(values)):
                told.append(Metric(f"mean_{word}/{backend}", average, 0, at_ms))
    return told


def send(end: RaceEnd, open_races: Callable[[], MlflowRaces]) -> str:
    """Tell MLflow; the run's address, empty where nothing serves it. Raises TrackingError."""
    with closing(open_races()) as races:
        return races.end(end)
