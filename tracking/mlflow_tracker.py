"""Records into MLflow: one experiment per task, a parent run per sweep, a child run per trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from tracking import mlflow_children
from tracking.doubles import Sorted, sort_out
from tracking.known_runs import KnownSweep, by_number
from tracking.lanes import side_by_side
from tracking.mlflow_races import race_run
from tracking.mlflow_store import MlflowStore
from tracking.records import (
    LiveRecord,
    RunFacts,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)
from tracking.store_uri import is_server, resolve, run_link
from tracking.tracker import TrackingError
from tracking.wording import (
    COMMAND_TAG,
    PARENT_TAG,
    RACE_TAG,
    STATE_TAG,
    SWEEP_TAG,
    note_tags,
    parent_tags,
)

_LANES_TO_A_SERVER = 8


class MlflowTracker:
    """Keeps records in the MLflow store at `uri` (for None see `tracking.store_uri.resolve`).

    MLflow neither lets a caller pick a run's id nor keeps tags unique, so runs are found again by
    their tags, and those created twice are deleted. A child run that has its final status is
    complete, since that is set last, and is not sent again.
    """

    def __init__(self, uri: str | None = None) -> None:
        self.uri = resolve(uri)
        self._store = MlflowStore(self.uri)
        self._sweeps: dict[str, KnownSweep] = {}
        self._suspect: set[str] = set()
        """Sweeps that may come to have runs twice: a call failed that a slow server may yet carry
        out, or another session came before, which may not know yet that it is over."""
        self._closed = False

    def heed(self, may_write: Callable[[], None]) -> None:
        """Call this before every single write to the store; what it raises passes through."""
        self._store.may_write = may_write

    def begin(self, record: SweepRecord) -> None:
        """Create the sweep's parent run, or find it again and mark it as running."""
        with self._asked(f"sweep {record.sweep_id}", record.sweep_id):
            experiment_id = self._store.experiment(record.experiment)
            tags = parent_tags(record, experiment_id)
            if record.race is not None:
                above = race_run(self._store, experiment_id, record.race)
                tags |= {RACE_TAG: record.race.race_id, PARENT_TAG: above}
            found = self._tidy(experiment_id, record.sweep_id)
            parent_id = (
                found.parent.run_id
                if found.parent
                else self._store.create_run(experiment_id, record.name, record.started_ms, tags)
            )
            if found.parent is not None:
                self._suspect.add(record.sweep_id)
            else:
                self._adopt(found.children.values(), parent_id)
            known = found.parent.params if found.parent else {}
            params = {name: value for name, value in record.params.items() if name not in known}
            self._store.write(parent_id, params, tags, ())
            if record.dataset is not None:
                self._store.add_dataset(parent_id, record.dataset)
            self._store.add_artifacts(parent_id, record.artifacts)
            self._store.set_running(parent_id)
        sweep = KnownSweep(record, experiment_id, parent_id)
        sweep.children = by_number(found)
        self._sweeps[record.sweep_id] = sweep

    def log(self, trials: Sequence[TrialRecord]) -> None:
        """Create or complete one child run per trial; their final status is set last."""
        once = {(trial.sweep_id, trial.number): trial for trial in trials}.values()
        if is_server(self.uri):
            side_by_side(self._log_trial, once, _LANES_TO_A_SERVER)
            return
        for trial in once:
            self._log_trial(trial)
        with self._store.asked("trials on their way to the disk"):
            self._store.settle()

    def live(self, trials: Sequence[LiveRecord]) -> None:
        """Show trials that are being trained: one child run each, which `log` completes later."""
        if is_server(self.uri):
            side_by_side(self._show_trial, trials, _LANES_TO_A_SERVER)
            return
        for trial in trials:
            self._show_trial(trial)

    def command(self, sweep_id: str) -> str:
        """Return what a person wrote into the sweep's tag `sweeps.command`; "" if nothing."""
        parent_id = self._begun(sweep_id).parent_id
        with self._store.asked(f"command for sweep {sweep_id}"):
            return self._store.tags(parent_id).get(COMMAND_TAG, "")

    def show_state(self, record: SweepState) -> None:
        """Show what the sweep does at the moment, and take the wish away: it was heard."""
        parent_id = self._begun(record.sweep_id).parent_id
        with self._store.asked(f"state of sweep {record.sweep_id}"):
            self._store.write(parent_id, {}, {STATE_TAG: record.state, COMMAND_TAG: ""}, ())

    def add_figures(self, samples: Sequence[SweepFigures]) -> None:
        """Add what the machine did to the runs of sweeps."""
        for sweep_id in dict.fromkeys(sample.sweep_id for sample in samples):
            parent_id = self._begun(sweep_id).parent_id
            its_own = [sample.metrics for sample in samples if sample.sweep_id == sweep_id]
            with self._store.asked(f"system figures of sweep {sweep_id}"):
                self._store.write(parent_id, {}, {}, tuple(chain.from_iterable(its_own)))

    def end(self, record: SweepEnd) -> None:
        """Add what is known only at the end, then set the parent run's status."""
        sweep = self._begun(record.sweep_id)
        with self._store.asked(f"end of sweep {record.sweep_id}"):
            if record.sweep_id in self._suspect:
                found = self._tidy(sweep.experiment_id, record.sweep_id, sweep.parent_id)
                sweep.children = by_number(found)
                self._suspect.discard(record.sweep_id)
            if record.status != "RUNNING":
                mlflow_children.end_unfinished(self._store, sweep, record.ended_ms)
            place = sweep.experiment_id, sweep.parent_id
            note = note_tags(sweep.record, *place, record.artifacts)
            tags = {**note, **record.tags, COMMAND_TAG: ""}
            self._store.write(sweep.parent_id, {}, tags, record.metrics)
            self._store.add_artifacts(sweep.parent_id, record.artifacts)
            if record.status == "RUNNING":
                self._store.set_running(sweep.parent_id)
            else:
                self._store.set_ended(sweep.parent_id, record.status, record.ended_ms)
            self._store.settle()

    def link(self, sweep_id: str) -> str:
        """Return the address of a begun sweep's run; empty unless the store is a server."""
        sweep = self._begun(sweep_id)
        if not is_server(self.uri):
            return ""
        return run_link(self.uri, sweep.experiment_id, sweep.parent_id)

    def find(self, sweep_id: str) -> tuple[str, str] | None:
        """Return experiment id and parent run id of any sweep in the store; None if unknown."""
        with self._store.asked(f"sweep {sweep_id}"):
            for experiment_id in self._store.experiments():
                parent = sort_out(self._store.runs(experiment_id, {SWEEP_TAG: sweep_id})).parent
                if parent is not None:
                    return experiment_id, parent.run_id
        return None

    def audit(self, sweep_id: str) -> list[RunFacts]:
        """Return every run of any sweep in the store, over all experiments, doubles included."""
        with self._store.asked(f"runs of sweep {sweep_id}"):
            return [
                run
                for experiment_id in self._store.experiments()
                for run in self._store.runs(experiment_id, {SWEEP_TAG: sweep_id})
            ]

    def remove(self, run_ids: Sequence[str]) -> None:
        """Delete runs, as far as they are not deleted already; MLflow can restore them."""
        for run_id in run_ids:
            with self._store.asked(f"deleting run {run_id}"):
                self._store.delete_run(run_id)

    def close(self) -> None:
        """Forget what is known of the store. A `log` under way on another thread ends early."""
        self._closed = True
        self._store.close()

    def _begun(self, sweep_id: str) -> KnownSweep:
        try:
            return self._sweeps[sweep_id]
        except KeyError:
            raise LookupError(f"sweep {sweep_id} has not begun on this tracker") from None

    @contextmanager
    def _asked(self, what: str, sweep_id: str) -> Iterator[None]:
        """As the store's `asked`, and remember what failed."""
        try:
            with self._store.asked(what):
                yield
        except TrackingError:
            self._suspect.add(sweep_id)
            raise

    def _tidy(self, experiment_id: str, sweep_id: str, parent_id: str = "") -> Sorted:
        """Find a sweep's runs, and keep one of those that were created twice."""
        found = sort_out(self._store.runs(experiment_id, {SWEEP_TAG: sweep_id}), parent_id)
        if found.parent is not None:
            self._adopt(found.strays, found.parent.run_id)
        self._store.may_write()
        for run in found.surplus:
            self._store.delete_run(run.run_id)
        return found

    def _adopt(self, children: Iterable[RunFacts], parent_id: str) -> None:
        for run in children:
            self._store.write(run.run_id, {}, {PARENT_TAG: parent_id}, ())

    def _log_trial(self, trial: TrialRecord) -> None:
        sweep = self._begun(trial.sweep_id)
        if sweep.shows(trial):
            return
        if self._closed:
            raise TrackingError(f"trial {trial.number} was not sent any more")
        with self._about(sweep, trial):
            mlflow_children.complete(self._store, sweep, trial)

    def _show_trial(self, trial: LiveRecord) -> None:
        sweep = self._begun(trial.sweep_id)
        if self._closed or sweep.shows(trial):
            return
        with self._about(sweep, trial):
            mlflow_children.show(self._store, sweep, trial)

    @contextmanager
    def _about(self, sweep: KnownSweep, trial: TrialRecord | LiveRecord) -> Iterator[None]:
        """A call that fails may yet be carried out, so its trial is in doubt then."""
        try:
            with self._asked(f"trial {trial.number} of sweep {trial.sweep_id}", trial.sweep_id):
                yield
        except TrackingError:
            sweep.doubt.add(trial.number)
            raise
