from __future__ import annotations

from tracking.records import (
    Artifact,
    DatasetRecord,
    LiveRecord,
    Metric,
    SweepEnd,
    SweepRecord,
    TrialRecord,
    TrialStatus,
)

STARTED = 1_700_000_000_000


def sweep(sweep_id: str = "3f9a2c", experiment: str = "penguins") -> SweepRecord:
    return SweepRecord(
        sweep_id,
        f"decay {sweep_id}",
        experiment,
        STARTED,
        tags={"sweeps.backend": "grid", "sweeps.state": "running"},
        params={"activation": "relu", "trainer": "keras"},
        dataset=DatasetRecord("penguins", "d1935", 275, 6, "palmerpenguins"),
        artifacts=(Artifact("sweep.yaml", text="task: penguins\n"),),
        objective="val_accuracy",
    )


def trial(
    number: int, status: TrialStatus = "FINISHED", epochs: int = 3, sweep_id: str = "3f9a2c"
) -> TrialRecord:
    began = STARTED + 1000 * (number + 1)
    history = [Metric("epoch/loss", 1 / (e + 1), e, began + e) for e in range(epochs)]
    return TrialRecord(
        sweep_id,
        number,
        status,
        began,
        began + 900,
        params={"width": str(8 * (number + 1))},
        tags={"sweeps.state": status.lower(), "sweeps.config_hash": f"{number:016x}"},
        metrics=(*history, Metric("val_accuracy", 0.9 + number / 1000, 0, began + 900)),
    )


def live(number: int, first: int = 0, last: int = 2, attempt: int = 1) -> LiveRecord:
    """The trial of that number under way, with some of its epochs as `trial` has them."""
    done = trial(number, epochs=last)
    return LiveRecord(
        done.sweep_id,
        number,
        done.started_ms,
        attempt,
        params=done.params,
        tags={**done.tags, "sweeps.state": "running"},
        metrics=done.metrics[first:last],
    )


def end(sweep_id: str = "3f9a2c") -> SweepEnd:
    return SweepEnd(
        sweep_id,
        "FINISHED",
        STARTED + 60_000,
        tags={"sweeps.state": "finished"},
        metrics=(Metric("best_val_accuracy", 0.97, 0, STARTED + 60_000),),
        artifacts=(Artifact("reports/report.md", text="# Best"),),
    )
