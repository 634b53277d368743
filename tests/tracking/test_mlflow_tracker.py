"""The contract, kept on MLflow, and what is MLflow's own in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.tracking.on_mlflow import OnMlflow, client_of, runs_of
from tests.tracking.records_for_tests import end, live, sweep, trial
from tests.tracking.tracker_contract import TrackerContract
from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import NOTE, Artifact
from tracking.tracker import TrackingError


class TestMlflowTracker(OnMlflow, TrackerContract):
    def test_children_hang_on_their_parent(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert child.info.run_name == "#0 decay 3f9a2c"

    def test_data_set_is_an_input_of_the_parent(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.begin(sweep())
        (parent,) = runs_of(self.uri)
        (given,) = parent.inputs.dataset_inputs
        assert (given.dataset.name, given.dataset.digest) == ("penguins", "d1935")
        assert '"num_rows": 275' in given.dataset.profile

    def test_files_are_kept_under_their_path(self, tmp_path: Path) -> None:
        plot = tmp_path / "plot of today.png"
        plot.write_bytes(b"picture")
        with self.opened() as tracker:
            tracker.begin(sweep())
            files = (Artifact("plots/accuracy.png", file=plot), Artifact(NOTE, text="It is 3."))
            tracker.end(replace(end(), artifacts=files))
        (parent,) = runs_of(self.uri)
        beside = Path(self.uri.removeprefix("sqlite:///")).parent / "mlruns" / "penguins"
        kept = beside / parent.info.run_id / "artifacts" / "plots" / "accuracy.png"
        assert kept.read_bytes() == b"picture"
        assert parent.data.tags["mlflow.note.content"].endswith("\n\nIt is 3.")

    def test_more_than_one_call_takes(self) -> None:
        many = replace(
            trial(0, epochs=2500),
            params={f"width.layer_{n}": str(n) for n in range(230)},
            tags={f"sweeps.note_{n}": str(n) for n in range(210)},
        )
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([many])
        child = self.children()[0]
        assert len(child.history["epoch/loss"]) == 2500
        assert (child.params, child.status) == (many.params, "FINISHED")
        assert many.tags.items() <= child.tags.items()

    def test_closing_ends_what_is_under_way(self) -> None:
        tracker = MlflowTracker(self.uri)
        tracker.begin(sweep())
        tracker.close()
        with pytest.raises(TrackingError, match="trial 0 was not sent any more"):
            tracker.log([trial(0)])
        assert len(runs_of(self.uri)) == 1

    def test_children_on_later_pages_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tracking.mlflow_store._PAGE", 2)
        trials = [trial(number, epochs=0) for number in range(7)]
        for _ in range(2):
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log(trials)
        assert sorted(self.children()) == list(range(7))

    def test_complete_runs_are_not_sent_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            monkeypatch.setattr(MlflowStore, "write", None)
            tracker.log([trial(0)])

    def test_tags_go_with_the_creation_and_long_ones_once_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[list[str]] = []
        write = MlflowStore.write

        def watched(store: MlflowStore, run_id: str, params: Any, tags: Any, *rest: Any) -> None:
            sent.append(sorted(tags))
            write(store, run_id, params, tags, *rest)

        long = replace(trial(0), tags={"sweeps.state": "failed", "sweeps.traceback": "t" * 1001})
        with self.opened() as tracker:
            tracker.begin(sweep())
            monkeypatch.setattr(MlflowStore, "write", watched)
            tracker.log([long, trial(1)])
        assert sent == [["sweeps.traceback"], []]
        assert self.children()[0].tags["sweeps.traceback"] == "t" * 1001
        assert self.children()[1].tags["sweeps.config_hash"] == "1".zfill(16)

    def test_a_deleted_experiment_is_said_with_the_way_out(self) -> None:
        client = client_of(self.uri)
        experiment_id = client.create_experiment("penguins")
        client.delete_experiment(experiment_id)
        with self.opened() as tracker, pytest.raises(TrackingError) as caught:
            tracker.begin(sweep())
        assert f"experiments restore --experiment-id {experiment_id}" in str(caught.value)

    def test_no_link_without_a_server(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            assert tracker.link("3f9a2c") == ""

    def test_the_note_leads_to_the_trials(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert "orderByKey=metrics.%60val_accuracy%60" in self.parent().tags["mlflow.note.content"]


class TestShownFirst(OnMlflow):
    def test_what_was_shown_is_not_written_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        written: list[list[int]] = []
        write = MlflowStore.write

        def noted(store: MlflowStore, run_id: str, *rest: Any) -> None:
            write(store, run_id, *rest)
            written.append([metric.step for metric in rest[-1] if metric.name == "epoch/loss"])

        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.live([live(0, 0, 2)])
            monkeypatch.setattr(MlflowStore, "write", noted)
            tracker.log([trial(0)])
        assert written == [[2]]
        assert [step for step, _, _ in self.children()[0].history["epoch/loss"]] == [0, 1, 2]
