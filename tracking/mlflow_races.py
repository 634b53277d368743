"""Races into MLflow: a run above the runs of the sweeps that take part."""

from __future__ import annotations

from tracking.mlflow_store import MlflowStore
from tracking.records import RaceEnd, RaceRecord
from tracking.store_uri import is_server, resolve, run_link
from tracking.wording import PARENT_TAG, RACE_RUN_TAG, RACE_TAG, SWEEP_TAG, TRIAL_TAG, race_tags


def race_run(store: MlflowStore, experiment_id: str, record: RaceRecord) -> str:
    """Return the run of a race, which is created when there is none.

    One that was created twice, since a slow server carried out what was taken for lost, is there
    once afterwards: the oldest stays.
    """
    found = sorted(
        store.runs(experiment_id, {RACE_RUN_TAG: record.race_id}),
        key=lambda run: (run.started_ms, run.run_id),
    )
    if not found:
        tags = race_tags(record)
        return store.create_run(experiment_id, record.name, record.started_ms, tags)
    store.may_write()
    for run in found[1:]:
        store.delete_run(run.run_id)
    return found[0].run_id


class MlflowRaces:
    """Keeps what came of races in the MLflow store at `uri` (see `tracking.store_uri.resolve`).

    Methods raise TrackingError when the store cannot be reached or will not have it; they may be
    called again.
    """

    def __init__(self, uri: str | None = None) -> None:
        self.uri = resolve(uri)
        self._store = MlflowStore(self.uri)

    def end(self, record: RaceEnd) -> str:
        """Add what is known now, and set the run's status; return its address, if it is served."""
        race = record.race
        with self._store.asked(f"race {race.race_id}"):
            experiment_id = self._store.experiment(record.experiment)
            run_id = race_run(self._store, experiment_id, race)
            self._hang(experiment_id, race.race_id, run_id)
            tags = {**race_tags(race), **record.tags}
            self._store.write(run_id, race.params, tags, record.metrics)
            self._store.add_artifacts(run_id, record.artifacts)
            self._store.set_ended(run_id, record.status, record.ended_ms)
            self._store.settle()
        return run_link(self.uri, experiment_id, run_id) if is_server(self.uri) else ""

    def _hang(self, experiment_id: str, race_id: str, run_id: str) -> None:
        """Let the sweeps' runs be children of this run, where they were another's."""
        for run in self._store.runs(experiment_id, {RACE_TAG: race_id}):
            its_own = SWEEP_TAG in run.tags and TRIAL_TAG not in run.tags
            if its_own and run.tags.get(PARENT_TAG) != run_id:
                self._store.write(run.run_id, {}, {PARENT_TAG: run_id}, ())

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
