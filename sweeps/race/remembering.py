"""What MLflow is told of a race."""

from __future__ import annotations

from dataclasses import replace

from sweeps.race.race import Race, entry_from_json
from tracking.records import RaceRecord, SweepRecord


def in_race(record: SweepRecord, entry: str | None) -> SweepRecord:
    """The record of a sweep with the race that it is a part of, as the ledger keeps it, if any."""
    if entry is None:
        return record
    race, place = entry_from_json(entry)
    tags = {**record.tags, "sweeps.race_repeat": str(place.repeat)}
    return replace(record, race=race_record(race), tags=tags)


def race_record(race: Race) -> RaceRecord:
    """The run above those of the race's sweeps."""
    shared = f"{race.repeats} repeats of {race.epochs:,} epochs"
    return RaceRecord(
        race_id=race.race_id,
        name=f"race {race.name} {race.race_id}",
        started_ms=race.started_ms,
        tags={
            "mlflow.note.content": f"Race **{race.name}** (`{race.race_id}`): "
            f"{', '.join(race.backends)}, {shared} each; every sweep is a child run.",
            "sweeps.name": race.name,
        },
        params={
            "backends": ", ".join(race.backends),
            "repeats": str(race.repeats),
            "epochs_each": str(race.epochs),
        },
    )
