"""Sessions that write the same sweep or experiment at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.tracking.on_mlflow import OnMlflow, runs_of
from tests.tracking.records_for_tests import end, sweep, trial
from tracking.mlflow_store import MlflowStore
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import StandDownError


def objecting_after(writes: int) -> Callable[[], None]:
    """So many looks are without objection."""
    left = [writes]

    def may_write() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StandDownError("somebody else writes by now")

    return may_write


class TestTwoSessions(OnMlflow):
    def test_an_objection_ends_what_is_under_way_before_the_next_write(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.heed(objecting_after(4))
            with pytest.raises(StandDownError, match="somebody else"):
                tracker.log([trial(0), trial(1)])
        assert [child.status for child in self.children().values()] == ["FINISHED"]

    @pytest.mark.parametrize("complete", [False, True])
    def test_of_runs_that_two_made_at_once_that_of_the_later_session_stays(
        self, complete: bool
    ) -> None:
        with self.opened() as old, self.opened() as new:
            for tracker in (old, new):
                tracker.begin(sweep())
            if not complete:
                new.heed(objecting_after(2))
                with pytest.raises(StandDownError):
                    new.log([trial(0)])
            else:
                new.log([trial(0)])
            ids = {run.run_id for run in MlflowTracker(self.uri).audit("3f9a2c")}
            old.heed(objecting_after(1))
            with pytest.raises(StandDownError):
                old.log([trial(0)])
        assert {run.run_id for run in MlflowTracker(self.uri).audit("3f9a2c")} == ids
        assert len(ids) == 2

    def test_a_run_that_nobody_else_has_made_stays_for_whoever_comes(self) -> None:
        with self.opened() as old, self.opened() as new:
            old.begin(sweep())
            old.heed(objecting_after(1))
            with pytest.raises(StandDownError):
                old.log([trial(0)])
            assert self.children()[0].status == "RUNNING"
            new.begin(sweep())
            new.log([trial(0)])
        assert self.children()[0].status == "FINISHED"

    def test_a_session_that_does_not_know_that_it_is_over_leaves_no_double(self) -> None:
        with self.opened() as old, self.opened() as new:
            old.begin(sweep())
            new.begin(sweep())
            for tracker in (new, old):
                tracker.log([trial(0), trial(1)])
            assert len(runs_of(self.uri)) == 5
            new.end(end())
        assert sorted(self.children()) == [0, 1]

    def test_what_two_sessions_made_side_by_side_comes_together_at_the_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with self.opened() as old, self.opened() as new:
            for _ in range(2):
                new.begin(sweep())
            new.log([trial(0)])
            with monkeypatch.context() as blind:
                blind.setattr(MlflowStore, "runs", lambda *_: [])
                old.begin(sweep())
            old.log([trial(1), trial(2)])
            new.end(end())
        parent, *children = runs_of(self.uri)
        assert parent.info.status == "FINISHED"
        assert [child.data.tags["mlflow.parentRunId"] for child in children] == [
            parent.info.run_id
        ] * 3

    def test_many_trackers_share_one_new_experiment(self) -> None:
        trackers = [MlflowTracker(self.uri) for _ in range(4)]
        threads = [
            threading.Thread(target=tracker.begin, args=(sweep(f"s{n}"),))
            for n, tracker in enumerate(trackers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({run.info.experiment_id for run in runs_of(self.uri)}) == 1
        assert len(runs_of(self.uri)) == 4
