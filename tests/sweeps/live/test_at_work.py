"""What a worker says while it trains, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sweeps.live import at_work
from sweeps.live.at_work import (
    MOMENT_SECONDS,
    MOST_FOLLOWED,
    QUIET_SECONDS,
    Reports,
    train,
)
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.trainers.fitting import problem_on

FIT = Fit(Trial(7, {}), fold=1, repeat=2, seed=0, budget=50)


class Clock:
    """Stands until it is moved on; timers go off then, in the thread that moves it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def timer(self, seconds: float, call: Callable[[], None]) -> Any:
        entry = self.now + seconds, call
        start = lambda: self.timers.append(entry)  # noqa: E731
        return SimpleNamespace(daemon=False, start=start, cancel=self.timers.clear)

    def pass_on(self, seconds: float) -> None:
        until = self.now + seconds
        while self.timers and self.timers[0][0] <= until + 1e-9:
            self.now, call = self.timers.pop(0)
            call()
        self.now = until


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(at_work, "clock", clock)
    monkeypatch.setattr(at_work, "Timer", clock.timer)
    return clock


class Told(FakeTrainer):
    """Trains as the test says: with the pack, and what is told of its epochs."""

    def __init__(self, course: Callable[[Pack, Progress], None]) -> None:
        self.__dict__["course"] = course
        super().__init__()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        assert progress is not None
        self.__dict__["course"](pack, progress)
        return super().train(pack, problem, progress)


def trained(
    course: Callable[[Pack, Progress], None], *fits: Fit, **options: Any
) -> tuple[list[Reports], list[Outcome]]:
    said: list[Reports] = []
    pack = Pack(fits or (FIT,))
    outcomes = train(said.append, Told(course), pack, problem_on(), **options)
    return said, outcomes


def test_what_is_quickly_over_says_nothing_and_knows_no_times(clock: Clock) -> None:
    def quick(pack: Pack, progress: Progress) -> None:
        for epoch in range(1, 51):
            assert not progress.wanted()
            clock.pass_on(QUIET_SECONDS / 52)
            progress(FIT, epoch, {"loss": 1.0})

    said, (outcome,) = trained(quick)
    assert said == []
    assert outcome.epoch_ms == {}


def test_epochs_are_said_together_a_pause_apart_and_the_outcome_has_their_times(
    clock: Clock,
) -> None:
    def slow(pack: Pack, progress: Progress) -> None:
        for epoch in range(1, 31):
            clock.pass_on(0.5)
            progress(FIT, epoch, {"loss": 1 / epoch})

    said, (outcome,) = trained(slow)
    assert [len(one.every) for one in said] == [7, 4, 4, 4, 4, 4], "at 4 s, 6 s, … 14 s"
    first = said[0].every[0]
    assert (first.trial, first.fold, first.repeat) == (7, 1, 2)
    assert (first.epoch, first.epochs, first.values) == (1, 50, {"loss": 1.0})
    assert {one.epoch: one.at_ms for some in said for one in some.every}.items() <= dict(
        outcome.epoch_ms
    ).items()
    assert sorted(outcome.epoch_ms) == list(range(1, 31)), "those of the end as well"


def test_epochs_that_are_told_together_are_said_together(clock: Clock) -> None:
    def late(pack: Pack, progress: Progress) -> None:
        clock.pass_on(60)
        assert progress.wanted()
        for epoch in range(1, 51):
            progress(FIT, epoch, {})
        clock.pass_on(MOMENT_SECONDS)

    said, _ = trained(late)
    assert [len(one.every) for one in said] == [0, 50]


def test_a_pack_without_an_epoch_is_said_to_be_at_work_once(clock: Clock) -> None:
    said, (outcome,) = trained(lambda *_: clock.pass_on(600))
    assert said == [Reports()]
    assert outcome.epoch_ms == {}


def test_long_epochs_are_wanted_each_at_its_end(clock: Clock) -> None:
    wanted: list[bool] = []

    def slow(pack: Pack, progress: Progress) -> None:
        for epoch in range(1, 5):
            wanted.append(progress.wanted())
            clock.pass_on(60)
            progress(FIT, epoch, {})
            clock.pass_on(MOMENT_SECONDS)

    said, _ = trained(slow)
    assert wanted == [False, True, True, True]
    assert [len(one.every) for one in said] == [0, 1, 1, 1, 1]


def test_what_was_long_before_may_be_said_in_a_moment(clock: Clock) -> None:
    def short(pack: Pack, progress: Progress) -> None:
        progress(FIT, 1, {})
        clock.pass_on(MOMENT_SECONDS)

    assert len(trained(short, quiet=0.0)[0]) == 1
    assert trained(short)[0] == []


def test_an_epoch_does_not_wait_for_the_next_one() -> None:
    heard = threading.Event()

    def stuck(pack: Pack, progress: Progress) -> None:
        progress(FIT, 1, {})
        assert heard.wait(20), "the second epoch never comes"

    pack = Pack((FIT,))
    (outcome,) = train(lambda _: heard.set(), Told(stuck), pack, problem_on(), quiet=0.01)
    assert list(outcome.epoch_ms) == [1]


def test_nothing_is_said_when_training_is_over() -> None:
    said, _ = trained(lambda _, progress: progress(FIT, 1, {}), quiet=0.05)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(20)
    assert said == []


def test_of_many_trials_the_first_are_followed_and_the_latest_epoch_of_others_is_said(
    clock: Clock,
) -> None:
    fits = [Fit(Trial(number, {}), 0, 0, 0, budget=9) for number in range(MOST_FOLLOWED + 5)]

    def side_by_side(pack: Pack, progress: Progress) -> None:
        for epoch in (1, 2, 3):
            for fit in fits:
                progress(fit, epoch, {})
            clock.pass_on(QUIET_SECONDS if epoch == 2 else 0.1)
        clock.pass_on(QUIET_SECONDS)

    said, outcomes = trained(side_by_side, *fits)
    every = [one for some in said for one in some.every]
    latest = [one for some in said for one in some.latest]
    assert {one.trial for one in every} == set(range(MOST_FOLLOWED))
    others = range(MOST_FOLLOWED, MOST_FOLLOWED + 5)
    assert [(one.trial, one.epoch) for one in latest] == [
        (number, epoch) for epoch in (2, 3) for number in others
    ], "the first epoch was over long before anything was said"
    assert outcomes[-1].epoch_ms == {}
    assert list(outcomes[1].epoch_ms) == [1, 2, 3]
