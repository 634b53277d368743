"""Runs that are there twice, gone, or changed by somebody: what stays of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tracking.on_mlflow import OnMlflow, client_of, runs_of
from tests.tracking.records_for_tests import STARTED, end, sweep, trial
from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import TrackingError


class TestDoubles(OnMlflow):
    def test_runs_created_twice_are_reduced_to_the_complete_one(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        tags = {name: child.data.tags[name] for name in ("sweeps.sweep", "sweeps.trial")}
        client_of(self.uri).create_run(child.info.experiment_id, STARTED, tags)
        assert MlflowTracker(self.uri).find("3f9a2c") == (
            parent.info.experiment_id,
            parent.info.run_id,
        )
        assert len(runs_of(self.uri)) == 3, "looking must not delete"
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert [run.info.run_id for run in runs_of(self.uri)] == [
            parent.info.run_id,
            child.info.run_id,
        ]

    def test_a_creation_that_is_carried_out_after_it_was_given_up_leaves_no_double(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run
        late: list[tuple[Any, ...]] = []

        def give_up(*arguments: Any) -> str:
            late.append(arguments)
            raise TimeoutError("no answer")

        with self.opened() as tracker:
            steps: list[Callable[[], None]] = [
                lambda: tracker.begin(sweep()),
                lambda: tracker.log([trial(0)]),
            ]
            for call in steps:
                with monkeypatch.context() as patch:
                    patch.setattr(MlflowStore, "create_run", give_up)
                    with pytest.raises(TrackingError, match="no answer"):
                        call()
                call()
            for arguments in late:
                create(*arguments)
            assert len(runs_of(self.uri)) == 4
            tracker.end(end())
        assert self.parent().status == "FINISHED"
        assert len(self.parent().texts) == 2
        assert len(self.children()[0].history["epoch/loss"]) == 3

    def test_children_of_a_parent_that_was_deleted_hang_on_the_new_one(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, _ = runs_of(self.uri)
        client_of(self.uri).delete_run(parent.info.run_id)
        with self.opened() as tracker:
            tracker.begin(sweep())
        parent, child = runs_of(self.uri)
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id

    def test_of_two_parents_the_one_with_the_trials_stays(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        parent, child = runs_of(self.uri)
        twin = client_of(self.uri).create_run(
            parent.info.experiment_id, STARTED - 1, {"sweeps.sweep": "3f9a2c"}
        )
        assert twin.info.start_time < parent.info.start_time
        with self.opened() as tracker:
            tracker.begin(sweep())
        assert [run.info.run_id for run in runs_of(self.uri)] == [
            parent.info.run_id,
            child.info.run_id,
        ]

    def test_an_audit_lists_doubles_in_all_experiments_and_they_can_be_removed(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0), trial(1, "FAILED")])
        client = client_of(self.uri)
        elsewhere = client.create_experiment("elsewhere")
        tags = {"sweeps.sweep": "3f9a2c", "sweeps.trial": "1"}
        twin = client.create_run(elsewhere, STARTED, tags)
        tracker = MlflowTracker(self.uri)
        found = tracker.audit("3f9a2c")
        assert sorted((one.trial is None, one.trial or 0, one.status) for one in found) == [
            (False, 0, "FINISHED"),
            (False, 1, "FAILED"),
            (False, 1, "RUNNING"),
            (True, 0, "RUNNING"),
        ]
        facts = next(one for one in found if one.trial == 0)
        assert (facts.started_ms, facts.ended_ms) == (STARTED + 1000, STARTED + 1900)
        assert facts.params == {"width": "8"}
        assert facts.metrics == {"epoch/loss": pytest.approx(1 / 3), "val_accuracy": 0.9}
        assert (facts.ended, tracker.audit("none")) == (True, [])
        for _ in range(2):
            tracker.remove([twin.info.run_id])
        assert len(tracker.audit("3f9a2c")) == 3
        tracker.close()

    def test_a_number_that_somebody_changed_makes_no_trial(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        _, child = runs_of(self.uri)
        client_of(self.uri).set_tag(child.info.run_id, "sweeps.trial", "the first")
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            assert sorted(str(run.trial) for run in MlflowTracker(self.uri).audit("3f9a2c")) == [
                "0",
                "None",
            ]
