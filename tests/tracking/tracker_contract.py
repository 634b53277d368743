from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.tracking.records_for_tests import STARTED, end, live, sweep, trial
from tracking.records import Metric, SweepFigures, SweepState
from tracking.tracker import Tracker


@dataclass(frozen=True)
class SeenRun:
    """A run as someone who browses the store sees it."""

    name: str
    status: str
    started_ms: int
    ended_ms: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    history: Mapping[str, tuple[tuple[int, float, int], ...]]
    texts: Mapping[str, str]


Seen = list[tuple[int | None, SeenRun]]


class TrackerCase(ABC):
    """A tracker under test. `seen` lists a sweep's runs: (None for its parent, run)."""

    @abstractmethod
    def open(self) -> Tracker: ...

    @abstractmethod
    def seen(self, sweep_id: str) -> Seen: ...

    @abstractmethod
    def wish(self, text: str) -> None:
        """Write a command into the parent run of sweep 3f9a2c, as a person would."""

    @contextmanager
    def opened(self) -> Iterator[Tracker]:
        tracker = self.open()
        yield tracker
        tracker.close()

    def parent(self) -> SeenRun:
        (run,) = [run for number, run in self.seen("3f9a2c") if number is None]
        return run

    def children(self) -> dict[int, SeenRun]:
        runs = [(number, run) for number, run in self.seen("3f9a2c") if number is not None]
        assert len(runs) == len(dict(runs)), "a trial has two runs"
        return dict(runs)


class TrackerContract(TrackerCase):
    """What holds for every tracker."""

    def test_parent_has_what_the_sweep_says(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
        parent = self.parent()
        assert (parent.name, parent.status) == ("decay 3f9a2c", "RUNNING")
        assert parent.started_ms == STARTED
        assert parent.params == {"activation": "relu", "trainer": "keras"}
        assert parent.tags["sweeps.sweep"] == "3f9a2c"
        assert parent.tags["sweeps.backend"] == "grid"
        assert parent.texts == {"sweep.yaml": "task: penguins\n"}

    def test_child_has_what_the_trial_says(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0), trial(7, "FAILED")])
        children = self.children()
        assert [children[n].status for n in (0, 7)] == ["FINISHED", "FAILED"]
        child = children[7]
        assert child.params == {"width": "64"}
        assert (child.started_ms, child.ended_ms) == (STARTED + 8000, STARTED + 8900)
        assert (child.tags["sweeps.sweep"], child.tags["sweeps.trial"]) == ("3f9a2c", "7")
        assert child.history["val_accuracy"] == ((0, 0.907, STARTED + 8900),)

    def test_history_keeps_steps_and_times(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(2, epochs=30)])
        began = STARTED + 3000
        expected = tuple((e, 1 / (e + 1), began + e) for e in range(30))
        assert self.children()[2].history["epoch/loss"] == expected

    def test_end_comes_on_top(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.end(end())
        parent = self.parent()
        assert (parent.status, parent.ended_ms) == ("FINISHED", STARTED + 60_000)
        assert parent.tags["sweeps.state"] == "finished"
        assert parent.history["best_val_accuracy"] == ((0, 0.97, STARTED + 60_000),)
        assert parent.texts == {"sweep.yaml": "task: penguins\n", "reports/report.md": "# Best"}

    def test_what_the_machine_did_stands_with_the_sweep_once(self) -> None:
        name = "system/cpu_utilization_percentage"
        samples = [
            SweepFigures("3f9a2c", (Metric(name, float(step), step, STARTED + step * 1000),))
            for step in (10, 20)
        ]
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.add_figures(samples[:1])
            tracker.add_figures(samples)
        expected = tuple((step, float(step), STARTED + step * 1000) for step in (10, 20))
        assert self.parent().history[name] == expected

    def test_replay_on_the_same_tracker_changes_nothing(self) -> None:
        with self.opened() as tracker:
            for _ in range(2):
                tracker.begin(sweep())
                tracker.log([trial(0), trial(1), trial(1)])
                tracker.end(end())
                once = self.seen("3f9a2c")
        assert len(once) == 3
        assert self.seen("3f9a2c") == once

    def test_replay_on_a_new_tracker_changes_nothing(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0), trial(1)])
            tracker.end(end())
        once = self.seen("3f9a2c")
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0), trial(1)])
            tracker.end(end())
        assert self.seen("3f9a2c") == once

    @pytest.mark.parametrize("anew", [False, True], ids=["same tracker", "new tracker"])
    def test_a_trial_that_is_tried_again_leaves_nothing_of_its_failure(self, anew: bool) -> None:
        failed = replace(trial(0, "FAILED"), tags={"sweeps.failure": "out_of_memory"})
        again = replace(trial(0), attempt=2, started_ms=failed.started_ms + 5000)
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([failed, trial(1)])
            if not anew:
                tracker.log([again])
        if anew:
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log([again, trial(1)])
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([failed])  # a late one changes nothing
        child = self.children()[0]
        assert (child.status, child.started_ms) == ("FINISHED", again.started_ms)
        assert "sweeps.failure" not in child.tags
        assert child.tags["sweeps.attempt"] == "2"
        assert sorted(self.children()) == [0, 1]

    def test_a_trial_is_there_while_it_is_trained(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.live([live(0), live(1, 0, 0)])
            tracker.live([live(0, 2, 3)])
        child = self.children()[0]
        assert (child.status, child.ended_ms) == ("RUNNING", None)
        assert (child.params, child.tags["sweeps.state"]) == ({"width": "8"}, "running")
        assert set(child.history) == {"epoch/loss"}
        assert [step for step, _, _ in child.history["epoch/loss"]] == [0, 1, 2]
        assert self.children()[1].history == {}

    @pytest.mark.parametrize("anew", [False, True], ids=["same tracker", "new tracker"])
    def test_the_result_completes_the_run_that_was_shown(self, anew: bool) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
        (once,) = self.children().values()
        assert once.tags["sweeps.trial"] == "0"
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.live([live(1)])
            if not anew:
                tracker.log([trial(1)])
                tracker.live([live(1, 2, 3)])  # a late one changes nothing
        if anew:
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.log([trial(1)])
        child = self.children()[1]
        assert (child.status, child.ended_ms) == ("FINISHED", trial(1).ended_ms)
        assert child.history.keys() == once.history.keys()
        assert [step for step, _, _ in child.history["epoch/loss"]] == [0, 1, 2]
        assert child.tags.keys() == once.tags.keys()
        assert child.tags["sweeps.state"] == "finished"

    @pytest.mark.parametrize("anew", [False, True], ids=["same tracker", "new tracker"])
    def test_what_never_gets_a_result_is_killed_at_the_end(self, anew: bool) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            tracker.live([live(1), live(2)])
            if not anew:
                tracker.end(replace(end(), status="KILLED"))
        if anew:
            with self.opened() as tracker:
                tracker.begin(sweep())
                tracker.end(replace(end(), status="KILLED"))
        children = self.children()
        assert [children[n].status for n in (0, 1, 2)] == ["FINISHED", "KILLED", "KILLED"]
        assert children[1].ended_ms == end().ended_ms
        assert children[1].tags["sweeps.state"] == "unfinished"
        assert len(children[1].history["epoch/loss"]) == 2
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(1), replace(trial(2), attempt=2)])
        assert [self.children()[n].status for n in (0, 1, 2)] == ["FINISHED"] * 3
        assert len(self.children()[2].history["epoch/loss"]) == 3

    @pytest.mark.parametrize("ended", [False, True], ids=["crashed", "interrupted"])
    @pytest.mark.parametrize("shown", [False, True], ids=["result", "shown first"])
    def test_what_was_broken_off_goes_on_in_the_same_run(self, ended: bool, shown: bool) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.live([live(0, 0, 2)])
            if ended:
                tracker.end(replace(end(), status="KILLED"))
        (before,) = [run for number, run in self.seen("3f9a2c") if number == 0]
        later = [replace(m, timestamp_ms=m.timestamp_ms + 5000) for m in trial(0).metrics]
        with self.opened() as tracker:
            tracker.begin(sweep())
            if shown:
                tracker.live([replace(live(0, attempt=2), metrics=tuple(later[:1]))])
                child = self.children()[0]
                assert child.status == "RUNNING"
                assert child.history == before.history
                assert child.tags["sweeps.state"] == "running"
            tracker.live([live(0, 2, 3)])  # a late one changes nothing
            tracker.log([replace(trial(0), attempt=2, metrics=tuple(later))])
        child = self.children()[0]
        assert child.tags["sweeps.attempt"] == "2"
        assert (child.status, child.started_ms) == ("FINISHED", before.started_ms)
        rows = child.history["epoch/loss"]
        assert rows[:2] == before.history["epoch/loss"]
        assert [step for step, _, _ in rows] == [0, 1, 2]
        assert len(self.children()) == 1

    def test_a_value_that_is_another_now_is_written_beside_the_old_one(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.live([live(0, 0, 1)])
            other = Metric("epoch/loss", 0.9, 0, STARTED + 9000)
            tracker.live([replace(live(0, attempt=2), metrics=(other,))])
        rows = self.children()[0].history["epoch/loss"]
        assert sorted(value for _, value, _ in rows) == [0.9, 1.0]

    def test_a_resumed_sweep_runs_again_and_goes_on(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([trial(0)])
            tracker.end(replace(end(), status="KILLED"))
        assert self.parent().status == "KILLED"
        with self.opened() as tracker:
            tracker.begin(sweep())
            assert self.parent().status == "RUNNING"
            tracker.log([trial(1)])
        assert sorted(self.children()) == [0, 1]

    def test_constants_of_the_first_session_stay(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.begin(replace(sweep(), params={"trainer": "fused", "seed": "1"}))
        assert self.parent().params == {"activation": "relu", "trainer": "keras", "seed": "1"}

    def test_a_wish_is_heard_until_its_state_is_shown(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            assert tracker.command("3f9a2c") == ""
            self.wish("pause")
            assert [tracker.command("3f9a2c") for _ in range(2)] == ["pause", "pause"]
            tracker.show_state(SweepState("3f9a2c", "pausing"))
            assert tracker.command("3f9a2c") == ""
        assert self.parent().tags["sweeps.state"] == "pausing"
        assert self.parent().tags["sweeps.command"] == ""

    def test_a_wish_left_over_from_before_is_taken_away(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            self.wish("cancel")
            tracker.begin(sweep())
            assert tracker.command("3f9a2c") == ""
            self.wish("stop")
            tracker.end(end())
        assert self.parent().tags["sweeps.command"] == ""

    def test_two_sweeps_keep_apart(self) -> None:
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.begin(sweep("77aa01"))
            tracker.log([trial(0), trial(0, sweep_id="77aa01"), trial(1, sweep_id="77aa01")])
        assert [number for number, _ in self.seen("3f9a2c")] == [None, 0]
        assert [number for number, _ in self.seen("77aa01")] == [None, 0, 1]

    def test_values_that_are_no_numbers_are_left_out_and_named(self) -> None:
        odd = [
            Metric("epoch/loss", value, e, STARTED) for e, value in enumerate((1.0, float("nan")))
        ]
        odd.append(Metric("train_loss", float("inf"), 0, STARTED))
        with self.opened() as tracker:
            tracker.begin(sweep())
            tracker.log([replace(trial(0), metrics=tuple(odd))])
        child = self.children()[0]
        assert child.history == {"epoch/loss": ((0, 1.0, STARTED),)}
        assert child.tags["sweeps.not_finite"] == "epoch/loss, train_loss"

    def test_anything_before_its_sweep_is_an_error_in_the_program(self) -> None:
        with self.opened() as tracker:
            for too_early in (
                lambda: tracker.log([trial(0)]),
                lambda: tracker.live([live(0)]),
                lambda: tracker.command("3f9a2c"),
                lambda: tracker.show_state(SweepState("3f9a2c", "paused")),
                lambda: tracker.end(end()),
            ):
                with pytest.raises(LookupError, match="3f9a2c has not begun"):
                    too_early()
