"""Trials under way: what the watcher and MLflow are shown of them, and that it decides nothing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from sweeps import flight
from sweeps.live import at_work, live
from sweeps.live.at_work import Report, Reports
from sweeps.live.slots import LiveSlots
from sweeps.live.trials import MOST_PARTS_SHOWN, MOST_SHOWN, LiveTrial, LiveTrials
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Evaluate, Objective
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Trial
from sweeps.watcher import AtWork
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher, Threads, made_up
from tests.tracking.shipping_listener import wait_until
from tracking import outbox
from tracking.records import LiveRecord


def report(trial: int, epoch: int, fold: int = 0, value: float = 0.5, at_ms: int = 0) -> Report:
    return Report(trial, 0, fold, epoch, 50, {"loss": value, "val_accuracy": value}, at_ms)


def trials_of(count: int, folds: int = 1) -> LiveTrials:
    trials = LiveTrials(Evaluate(folds=folds))
    trials.begin(LiveTrial(Trial(number, {}), 1, 1000) for number in range(count))
    return trials


def test_an_epoch_is_known_when_all_parts_have_had_it() -> None:
    trials = trials_of(1, folds=3)
    values = (0.1, 0.2, 0.4)
    known: list[Any] = []
    for fold in (2, 0, 1):
        reports = [report(0, 1, fold, values[fold], 100 + fold), report(0, 2, fold)]
        (_, epochs), *none = trials.heard(reports if fold != 1 else reports[:1])
        assert none == []
        known += epochs
    by_part = [(one.part, one.number) for one in known if one.part is not None]
    assert by_part == [(2, 1), (2, 2), (0, 1), (0, 2), (1, 1)], "each as soon as it is known"
    (epoch,) = [one for one in known if one.part is None]
    assert (epoch.number, epoch.at_ms) == (1, 102)
    assert epoch.values["loss"] == pytest.approx(0.7 / 3)


def test_no_more_trials_are_shown_at_once_than_fit() -> None:
    trials = trials_of(MOST_SHOWN + 2)
    everything = [report(number, 1) for number in range(MOST_SHOWN + 2)]
    assert len(list(trials.heard(everything))) == MOST_SHOWN
    trials.over([3, 4])
    shown = [one.trial.number for one, _ in trials.heard(everything)]
    assert len(shown) == MOST_SHOWN
    assert {MOST_SHOWN, MOST_SHOWN + 1} < set(shown)


def test_another_attempt_has_nothing_of_the_one_before() -> None:
    trials = trials_of(1, folds=2)
    list(trials.heard([report(0, 1, fold=0)]))
    trials.again(0)
    ((one, epochs),) = trials.heard([report(0, 1, fold=1)])
    assert (one.attempt, [epoch.part for epoch in epochs]) == (2, [1])


def test_the_parts_of_a_confirmation_count_from_0_as_well() -> None:
    trials = LiveTrials(Evaluate(folds=2, repeats=3, confirm_top=1, confirm_repeats=2))
    trials.begin([LiveTrial(Trial(9, {}, confirms=4), 1, 1000)])
    values = {"loss": 0.5}
    reports = [Report(9, repeat, fold, 1, 50, values, 0) for repeat in (3, 4) for fold in (0, 1)]
    ((_, epochs),) = trials.heard(reports)
    assert [epoch.part for epoch in epochs] == [0, 1, 2, 3, None]


def test_of_many_parts_none_is_shown_by_itself() -> None:
    ((_, epochs),) = trials_of(1, folds=MOST_PARTS_SHOWN + 1).heard([report(0, 1)])
    assert epochs == []


def fits(*numbers: int, budget: int = 20) -> Pack:
    return Pack(tuple(Fit(Trial(number, {}), 0, 0, 0, budget) for number in numbers))


def slots(metric: str = "val_accuracy", goal: Any = "maximize", **evaluate: Any) -> LiveSlots:
    return LiveSlots(Objective(metric, goal), Evaluate(**evaluate), lambda _: 60)


def test_slots_are_shown_by_number_with_the_latest_and_the_best() -> None:
    seen = slots(folds=5)
    packs = {f"worker {number}": fits(number) for number in (10, 2)}
    for slot, pack in packs.items():
        seen.heard(pack, slot, Reports((report(10, 1, 1, 0.7), report(10, 2, 1, 0.9))))
        seen.heard(pack, slot, Reports((report(10, 3, 1, 0.8),)))
    assert [one.slot for one in seen.seen()] == ["worker 2", "worker 10"]
    assert seen.seen()[1] == AtWork("worker 10", 1, 10, 10, "fold 2/5", 3, 60, 0.8, 0.9)
    assert seen.landed(packs["worker 2"])
    assert not seen.landed(packs["worker 2"])
    assert len(seen.seen()) == 1


def test_a_pack_of_many_trials_is_one_line() -> None:
    seen = slots("train_loss", "minimize")
    pack = fits(*range(12, 76))
    followed = tuple(report(number, 3, value=number / 100) for number in range(12, 20))
    seen.heard(pack, "here", Reports(followed, (report(75, 2, value=0.01),)))
    assert seen.seen() == [AtWork("here", 64, 12, 75, "", 3, 60, None, 0.01)]


def test_what_has_no_epoch_yet_is_at_work() -> None:
    seen = slots(folds=2)
    fit = Fit(Trial(7, {}), 1, 0, 0, 20)
    seen.heard(Pack((fit,)), "worker 0", Reports())
    seen.heard(fits(8, 9), "worker 1", Reports())
    assert seen.seen() == [
        AtWork("worker 0", 1, 7, 7, "fold 2/2", 0, 60, None, None),
        AtWork("worker 1", 2, 8, 9, "", 0, 60, None, None),
    ]


def test_the_repeats_of_a_confirmation_are_counted_by_themselves() -> None:
    seen = slots(repeats=3, confirm_top=1, confirm_repeats=8)
    fit = Fit(Trial(7, {}, confirms=2), 0, 4, 0, 20)
    seen.heard(Pack((fit,)), "worker 0", Reports())
    assert [one.part for one in seen.seen()] == ["repeat 2/8"]


def test_a_trial_without_epochs_is_shown_once_it_takes_long() -> None:
    shown: list[LiveRecord] = []
    sweep = read_sweep(DOCUMENT)
    problem = Problem(_task(), sweep.evaluate, sweep.objective, 0)
    one = live.Live(sweep, "abc123", problem, RecordingWatcher(), shown.append)
    config = {"width": 9, "learning_rate": 0.01}
    one.begin([Trial(number, config) for number in range(100)], 1000)
    one.heard(fits(*range(100)), "here", Reports())
    assert [record.number for record in shown] == list(range(MOST_SHOWN))
    assert {record.metrics for record in shown} == {()}


def test_a_trial_that_has_its_result_is_shown_no_more() -> None:
    shown: list[LiveRecord] = []
    sweep = read_sweep(DOCUMENT)
    problem = Problem(_task(), sweep.evaluate, sweep.objective, 0)
    one = live.Live(sweep, "abc123", problem, RecordingWatcher(), shown.append)
    one.begin([Trial(number, {"width": 9, "learning_rate": 0.01}) for number in (0, 1)], 1000)
    pack = fits(0, 1)
    one.over([0])
    one.heard(pack, "here", Reports((report(0, 1), report(1, 1))))
    one.again([1])
    one.heard(pack, "here", Reports((report(1, 1),)))
    assert [(record.number, record.attempt) for record in shown] == [(1, 1), (1, 2)]


def test_of_an_objective_that_no_epoch_tells_there_is_no_value() -> None:
    seen = slots("test_f1")
    seen.heard(fits(1), "here", Reports((report(1, 3),)))
    assert (seen.seen()[0].value, seen.seen()[0].best) == (None, None)


class Told(FakeTrainer):
    """Tells of three epochs, and calls `between` after each, with the fit and the epoch."""

    def between(self, fit: Fit, epoch: int) -> None:
        pass

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        assert progress is not None
        return [self._told(fit, progress, problem.objective.metric) for fit in pack.fits]

    def _told(self, fit: Fit, progress: Progress, metric: str) -> Outcome:
        history = {metric: tuple(made_up(fit) * epoch for epoch in (1, 2, 3))}
        for epoch in (1, 2, 3):
            progress(fit, epoch, {metric: history[metric][epoch - 1]})
            self.between(fit, epoch)
        return Outcome(fit, {metric: history[metric][-1], "epochs": 3.0}, history, seconds=0.25)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is too short to be shown, and nothing waits to be."""
    for module in (at_work, flight, live):
        monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(at_work, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(at_work, "MOMENT_SECONDS", 0.0)
    monkeypatch.setattr(outbox, "SECONDS_BETWEEN_LIVE", 0.0)


def rows(records: Sequence[Any], number: int) -> list[Any]:
    its_own = [one for one in records if one.number == number]
    return [m for one in its_own for m in one.metrics if m.name.startswith("epoch/")]


@pytest.mark.usefixtures("at_once")
def test_epochs_are_in_mlflow_while_their_trial_is_trained_and_equal_in_the_end(
    bench: Bench,
) -> None:
    class Waiting(Told):
        def between(self, fit: Fit, epoch: int) -> None:
            wait_until(lambda: len(rows(bench.tracker.shown, fit.trial.number)) == epoch)
            assert fit.trial.number not in [one.number for one in bench.tracker.trials]

    bench.train_with(Waiting())
    watcher = RecordingWatcher()
    summary = bench.run(watcher=watcher)
    assert (summary.done, watcher.lines) == (10, [])
    for number in range(10):
        assert rows(bench.tracker.shown, number) == rows(bench.tracker.trials, number)
    shown = [one for one in bench.tracker.shown if one.number == 4]
    done = bench.tracker.trials[4]
    assert {one.started_ms for one in shown} == {done.started_ms}
    assert shown[0].params == done.params
    assert shown[0].tags["sweeps.state"] == "running"
    assert shown[0].tags.keys() <= done.tags.keys()
    assert [one.epoch for seen in watcher.at_work for one in seen if one.epoch][:3] == [1, 2, 3]
    assert watcher.at_work[-1] == []


@pytest.mark.usefixtures("at_once")
def test_folds_are_shown_as_their_means_which_the_result_has_too(bench: Bench) -> None:
    bench.train_with(Told())
    executor = Threads(3)
    sweep = read_sweep(DOCUMENT | {"evaluate": {"folds": 3}})
    bench.run(sweep, executor=executor)
    executor.shutdown()
    for number in range(10):
        final = rows(bench.tracker.trials, number)
        assert len(final) == 3
        assert set(rows(bench.tracker.shown, number)) <= set(final)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("when", ["under way", "landed"])
def test_a_display_that_breaks_is_said_and_fails_no_trial(bench: Bench, when: str) -> None:
    class Broken(RecordingWatcher):
        def training(self, at_work: Sequence[AtWork]) -> None:
            if bool(at_work) == (when == "under way"):
                raise ZeroDivisionError("no width")

    class Waiting(Told):
        def between(self, fit: Fit, epoch: int) -> None:
            wait_until(lambda: when == "landed" or bool(watcher.lines))

    bench.train_with(Waiting())
    watcher = Broken()
    assert bench.run(watcher=watcher).done == 10
    assert watcher.lines == ["trials under way are shown no more: ZeroDivisionError: no width"]


@pytest.mark.usefixtures("at_once")
def test_an_interrupted_sweep_takes_its_trials_up_as_another_attempt(bench: Bench) -> None:
    class Interrupted(Told):
        def between(self, fit: Fit, epoch: int) -> None:
            if fit.trial.number == 5 and epoch == 2:
                wait_until(lambda: len(rows(bench.tracker.shown, 5)) == 2)
                raise KeyboardInterrupt

    bench.train_with(Interrupted())
    summary = bench.run()
    assert (summary.ending, summary.done) == ("interrupted", 5)
    assert {one.attempt for one in bench.tracker.shown if one.number == 5} == {1}
    bench.train_with(Told())
    assert bench.resume(summary.sweep_id).done == 10
    assert {one.attempt for one in bench.tracker.trials if one.number == 5} == {2}
    for number in range(10):
        final = {(m.step, m.value) for m in rows(bench.tracker.trials, number)}
        assert {(m.step, m.value) for m in rows(bench.tracker.shown, number)} <= final


def test_short_trials_are_never_shown(bench: Bench) -> None:
    bench.train_with(Told())
    watcher = RecordingWatcher()
    bench.run(watcher=watcher)
    assert (bench.tracker.shown, watcher.at_work) == ([], [])


def test_later_packs_of_a_trial_that_takes_long_need_not_keep_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(live, "clock", lambda: now[0])
    sweep = read_sweep(DOCUMENT)
    shown: list[LiveRecord] = []
    problem: Any = None
    one = live.Live(sweep, "abc123", problem, RecordingWatcher(), shown.append)
    assert one.quiet(fits(1, 2)) == at_work.QUIET_SECONDS
    now[0] += 3
    assert one.quiet(fits(2, 3)) == at_work.QUIET_SECONDS - 3
    now[0] += 3
    assert one.quiet(fits(3)) == at_work.QUIET_SECONDS - 3
    assert one.quiet(fits(1)) == 0
    one.over([1])
    assert one.quiet(fits(1)) == at_work.QUIET_SECONDS


def test_threads_that_report_at_once_lose_nothing(bench: Bench) -> None:
    sweep = read_sweep(DOCUMENT)
    shown: list[LiveRecord] = []
    problem = Problem(_task(), sweep.evaluate, sweep.objective, 0)
    one = live.Live(sweep, "abc123", problem, RecordingWatcher(), shown.append)
    config = {"width": 9, "learning_rate": 0.01}
    one.begin([Trial(number, config) for number in range(8)], 1000)

    def worker(number: int) -> None:
        pack = fits(number)
        for epoch in range(1, 51):
            one.heard(pack, f"worker {number}", Reports((report(number, epoch),)))
        one.landed(pack)

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        steps = [m.step for m in rows(shown, number) if m.name == "epoch/loss"]
        assert steps == list(range(1, 51))


def _task() -> Any:
    from tests.sweeps.tiny_task import TinyTask

    return TinyTask()
