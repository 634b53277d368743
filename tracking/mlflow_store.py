"""The seam to MLflow: what is needed of its client.

Only explicit run ids are used: the fluent interface's active run is per thread, and MLFLOW_RUN_ID
overrides it. Importing mlflow takes seconds, so it happens when a store is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tracking import sqlite_pace
from tracking.failure_points import reach
from tracking.limits import NAME_LENGTH, calls, fitting_value, folder_name, storable
from tracking.new_database import create_whole
from tracking.quiet import quieten
from tracking.records import Artifact, DatasetRecord, Metric, RunFacts
from tracking.store_uri import database_file, database_folder, is_server, without_credentials
from tracking.tracker import RefusedError, TrackingError
from tracking.wording import TRIAL_TAG

_PAGE = 1000
_TAG_AT_CREATION = 1000
"""Characters of a tag that a run is created with; longer ones are written afterwards."""
_DIGEST_LENGTH = 36
_LINE_LENGTH = 300


class MlflowStore:
    """An MLflow tracking store: a database or a server.

    Methods raise what MLflow raises; inside `asked` that becomes a TrackingError of one line.
    `may_write` is called right before anything is added to a run; what it raises passes.
    Raises TrackingError when the store cannot be opened.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.may_write: Callable[[], None] = _always
        quieten()
        from mlflow import MlflowClient

        self._file = database_file(uri)
        try:
            if self._file is not None:
                create_whole(self._file)
                sqlite_pace.hasten(self._file)
            self._client = MlflowClient(tracking_uri=uri)
        except Exception as error:
            raise TrackingError(_line(uri, "opening the store", error)) from error

    @contextmanager
    def asked(self, what: str) -> Iterator[None]:
        """Turn what MLflow raises into a TrackingError that says what was being done."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except MlflowException as error:
            refused = error.error_code == "INVALID_PARAMETER_VALUE"
            kind = RefusedError if refused else TrackingError
            raise kind(_line(self.uri, what, error)) from error
        except OSError as error:
            raise TrackingError(_line(self.uri, what, error)) from error

    def experiment(self, name: str) -> str:
        """Return the experiment's id, creating it when there is none of that name."""
        found = self._client.get_experiment_by_name(name) or self._create_experiment(name)
        if found.lifecycle_stage == "deleted":
            raise TrackingError(
                f"MLflow at {without_credentials(self.uri)}: experiment {name!r} was deleted; "
                "bring it back with `mlflow experiments restore --experiment-id "
                f"{found.experiment_id}`"
            )
        return str(found.experiment_id)

    def _create_experiment(self, name: str) -> Any:
        """Create it with its artifacts beside the database; another process may be quicker."""
        from mlflow.exceptions import MlflowException

        folder = database_folder(self.uri)
        place = None
        if folder is not None:
            place = (folder / "mlruns" / folder_name(name)).as_uri()
        tags = {"mlflow.experimentKind": "custom_model_development"}
        try:
            self._client.create_experiment(name, place, tags)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self._client.get_experiment_by_name(name)

    def experiments(self) -> list[str]:
        """Return the ids of all experiments that are not deleted."""
        found = self._pages(self._client.search_experiments)
        return [str(experiment.experiment_id) for experiment in found]

    def runs(self, experiment_id: str, tags: Mapping[str, str]) -> list[RunFacts]:
        """Return the runs that carry these tags, in no order; deleted ones are not among them.

        Nor are runs whose number of a trial was made something else than a number.
        """
        found = self._pages(
            self._client.search_runs,
            experiment_ids=[experiment_id],
            filter_string=" AND ".join(
                f"tags.`{name}` = '{value}'" for name, value in tags.items()
            ),
        )
        return [_facts(run) for run in found if run.data.tags.get(TRIAL_TAG, "0").isdecimal()]

    def _pages(self, search: Any, **what: Any) -> Iterator[Any]:
        page = search(max_results=_PAGE, **what)
        yield from page
        while page.token:
            page = search(max_results=_PAGE, page_token=page.token, **what)
            yield from page

    def create_run(
        self, experiment_id: str, name: str, started_ms: int, tags: Mapping[str, str]
    ) -> str:
        """Create a run and return its id. A call that fails may still have created it.

        Of its tags it has those that `fits_creation`, and of others the beginning.
        """
        short = {key: fitting_value(text, _TAG_AT_CREATION, key) for key, text in tags.items()}
        reach("run_creation")
        self.may_write()
        name = fitting_value(name, NAME_LENGTH)
        run = self._client.create_run(experiment_id, started_ms, short, name)
        return str(run.info.run_id)

    def tags(self, run_id: str) -> Mapping[str, str]:
        """Return the tags a run has at the moment."""
        return dict(self._client.get_run(run_id).data.tags)

    def history(self, run_id: str) -> Iterator[tuple[str, int, float]]:
        """Every value of every metric that a run has: name, step and value."""
        for name in self._client.get_run(run_id).data.metrics:
            for one in self._client.get_metric_history(run_id, name):
                yield name, one.step, one.value

    def delete_run(self, run_id: str) -> None:
        """Mark a run as deleted; MLflow can restore it."""
        self._client.delete_run(run_id)

    def write(
        self,
        run_id: str,
        params: Mapping[str, str],
        tags: Mapping[str, str],
        metrics: Sequence[Metric],
    ) -> None:
        """Add to a run. What it has already, with the same value, step and time, stays as it is."""
        from mlflow import entities

        for call in calls(params, tags, metrics):
            reach("batch")
            self.may_write()
            self._client.log_batch(
                run_id,
                [entities.Metric(m.name, m.value, m.timestamp_ms, m.step) for m in call.metrics],
                [entities.Param(name, value) for name, value in call.params],
                [entities.RunTag(name, value) for name, value in call.tags],
            )

    def add_dataset(self, run_id: str, record: DatasetRecord) -> None:
        """Show a data set as an input of the run.

        Two sweeps on one data set that begin at once both insert its row, and one of them fails;
        asked again, MLflow finds the row.
        """
        from mlflow import entities
        from mlflow.exceptions import MlflowException

        dataset = entities.Dataset(
            name=record.name,
            digest=record.digest[:_DIGEST_LENGTH],
            source_type="local",
            source=json.dumps({"uri": record.source}),
            profile=json.dumps({"num_rows": record.rows, "num_features": record.features}),
        )
        context = entities.InputTag("mlflow.data.context", "training")
        inputs = [entities.DatasetInput(dataset, [context])]
        try:
            self._client.log_inputs(run_id, inputs)
        except MlflowException:
            self._client.log_inputs(run_id, inputs)

    def add_artifacts(self, run_id: str, artifacts: Iterable[Artifact]) -> None:
        """Keep files with the run, replacing those of the same path."""
        for artifact in artifacts:
            self.may_write()
            if artifact.file is not None:
                with artifact.file.open("rb") as stream:
                    self._client.log_stream(run_id, stream, artifact.path)
            if artifact.text is not None:
                self._client.log_text(run_id, storable(artifact.text), artifact.path)

    def set_running(self, run_id: str) -> None:
        """Mark a run as running (again)."""
        self.may_write()
        self._client.update_run(run_id, status="RUNNING")

    def set_ended(self, run_id: str, status: str, ended_ms: int) -> None:
        """Give a run its final status and time."""
        reach("terminate")
        self.may_write()
        self._client.set_terminated(run_id, status, ended_ms)

    def settle(self) -> None:
        """Return when everything that was written would outlive a loss of power."""
        if self._file is not None:
            sqlite_pace.settle(self._file)

    def close(self) -> None:
        """Leave a database file as something whole; MLflow keeps its connections until the end."""
        if self._file is not None:
            sqlite_pace.fold_in(self._file)


def _always() -> None:
    """No objection."""


def _facts(run: Any) -> RunFacts:
    number = run.data.tags.get(TRIAL_TAG)
    return RunFacts(
        run.info.run_id,
        None if number is None else int(number),
        run.info.status,
        run.info.start_time,
        run.info.end_time,
        run.data.params,
        run.data.tags,
        run.data.metrics,
    )


def fits_creation(tag: str) -> bool:
    """Whether a run that was created with this tag's text has the whole of it."""
    return len(tag) <= _TAG_AT_CREATION


def _line(uri: str, what: str, error: Exception) -> str:
    """Say in one line which store, what was being done, and why it failed."""
    where = f"MLflow at {without_credentials(uri)}"
    cause = error.__context__
    if isinstance(cause, OSError) and is_server(uri):
        return f"{where} cannot be reached ({type(cause).__name__}), {what}"
    text = str(error).partition("[SQL:")[0].partition("(Background on")[0]
    return f"{where}, {what}: {fitting_value(' '.join(text.split()), _LINE_LENGTH)}"
