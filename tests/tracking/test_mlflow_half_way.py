"""Calls that fail or die half way: carried out and not confirmed, or not to the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tracking.on_mlflow import OnMlflow, runs_of
from tests.tracking.records_for_tests import sweep, trial
from tracking.mlflow_store import MlflowStore
from tracking.tracker import TrackingError


class Killed(BaseException):
    """Stands for a process that ends at this point."""


class TestHalfWay(OnMlflow):
    @pytest.mark.parametrize("step", ["write", "set_ended"])
    def test_killed_between_creating_and_ending_a_run(
        self, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, die)
                with pytest.raises(Killed):
                    tracker.log([trial(0)])
        assert self.children()[0].status == "RUNNING"
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        child = self.children()[0]
        assert child.status == "FINISHED"
        assert len(child.history["epoch/loss"]) == 3

    def test_a_run_whose_creation_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run

        def answer_is_lost(*arguments: Any) -> str:
            create(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "create_run", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([trial(0)])
            tracker.log([trial(0)])
        assert self.children()[0].status == "FINISHED"

    def test_a_parent_whose_creation_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = MlflowStore.create_run

        def answer_is_lost(*arguments: Any) -> str:
            create(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "create_run", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.begin(sweep())
            tracker.begin(sweep())
        assert self.parent().params == sweep().params
        assert len(runs_of(self.uri)) == 1

    @pytest.mark.parametrize("step", ["write", "add_dataset", "add_artifacts", "set_running"])
    def test_a_begin_that_fails_half_way_is_begun_again(
        self, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("away")

        with self.opened() as tracker:
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, fail)
                with pytest.raises(TrackingError, match="away"):
                    tracker.begin(sweep())
                with pytest.raises(LookupError):
                    tracker.log([trial(0)])
            tracker.begin(sweep())
        with self.opened() as unbroken:
            unbroken.begin(sweep("77aa01"))
        ((_, broken),), ((_, whole),) = self.seen("3f9a2c"), self.seen("77aa01")
        assert (broken.params, broken.texts, broken.status) == (
            whole.params,
            whole.texts,
            whole.status,
        )
        assert broken.tags.keys() == whole.tags.keys()

    def test_a_final_status_whose_setting_was_not_confirmed_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        end_run = MlflowStore.set_ended

        def answer_is_lost(*arguments: Any) -> None:
            end_run(*arguments)
            raise ConnectionResetError("answer lost")

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "set_ended", answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([trial(0)])
            once = self.seen("3f9a2c")
            monkeypatch.setattr(MlflowStore, "write", None)
            tracker.log([trial(0)])
        assert self.seen("3f9a2c") == once

    @pytest.mark.parametrize("killed", [False, True])
    @pytest.mark.parametrize("step", ["delete_run", "create_run", "write", "set_ended"])
    def test_replacing_an_earlier_attempt_may_fail_anywhere(
        self, step: str, killed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carried_out = getattr(MlflowStore, step)

        def answer_is_lost(*arguments: Any) -> None:
            carried_out(*arguments)
            raise ConnectionResetError("answer lost")

        again = replace(trial(0), attempt=2)
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0, "FAILED")])
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, step, answer_is_lost)
                with pytest.raises(TrackingError, match="answer lost"):
                    tracker.log([again])
            if not killed:
                tracker.log([again])
        if killed:
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log([again])
        child = self.children()[0]
        assert (child.status, child.tags["sweeps.attempt"]) == ("FINISHED", "2")

    def test_nothing_of_an_earlier_attempt_is_written_into_a_later_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise Killed

        with self.opened() as tracker:
            tracker.begin(sweep())
            with monkeypatch.context() as patch:
                patch.setattr(MlflowStore, "write", die)
                with pytest.raises(Killed):
                    tracker.log([replace(trial(0), attempt=2)])
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0, "FAILED")])
            assert self.children()[0].status == "RUNNING"
            tracker.log([replace(trial(0), attempt=2)])
        assert self.children()[0].status == "FINISHED"
