"""The reproduction as a whole in MLflow: one small run beside those of its sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tracking.records import Artifact, Metric, SweepEnd, SweepRecord
from tracking.tracker import Tracker, TrackingError


def remember(
    record: SweepRecord,
    end: SweepEnd,
    open_tracker: Callable[[], Tracker],
    say: Callable[[str], None],
) -> str:
    """Log the run; where to look at it, or nothing when MLflow cannot be reached.

    The files are in the store's reports folder in any case; that MLflow is absent is only said.
    """
    try:
        tracker = open_tracker()
        tracker.begin(record)
        tracker.end(end)
        link = tracker.link(record.sweep_id)
        tracker.close()
    except TrackingError as error:
        say(f"the reproduction's own run was not logged: {error}")
        return ""
    return link


def run_record(
    run_id: str,
    study: str,
    note: str,
    started_ms: int,
    options: Mapping[str, object],
    sweeps: Mapping[str, str],
) -> SweepRecord:
    """The run's beginning, in the study's MLflow experiment. `sweeps` are ids by experiment."""
    return SweepRecord(
        sweep_id=run_id,
        name=run_id,
        experiment=study,
        started_ms=started_ms,
        tags={
            "sweeps.state": "running",
            "mlflow.note.content": f"{note}: see the artifacts `reproduction.md` and the plots. "
            "Each experiment is a sweep of its own, named in `sweeps.json`.",
        },
        params={name: str(value) for name, value in options.items()},
        artifacts=(Artifact("sweeps.json", text=json.dumps(sweeps, indent=2)),),
    )


def run_end(
    run_id: str,
    ended_ms: int,
    interrupted: bool,
    figures: Mapping[str, float],
    verdicts: Mapping[str, str],
    files: Sequence[Path],
) -> SweepEnd:
    """The run's end: figures as metrics, a tag per verdict, tables and pictures as artifacts."""
    tags = {f"sweeps.verdict.{name}": verdict for name, verdict in verdicts.items()}
    return SweepEnd(
        sweep_id=run_id,
        status="KILLED" if interrupted else "FINISHED",
        ended_ms=ended_ms,
        tags={"sweeps.state": "interrupted" if interrupted else "finished", **tags},
        metrics=tuple(Metric(name, value, 0, ended_ms) for name, value in figures.items()),
        artifacts=tuple(_artifact(file) for file in files),
    )


def _artifact(file: Path) -> Artifact:
    folder = "plots" if file.suffix == ".png" else "tables"
    place = file.name if file.suffix == ".md" else f"{folder}/{file.name}"
    return Artifact(place, file=file)
