from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sweeps.notifying import notifier as notifying
from sweeps.notifying.messages import Message, Messages
from sweeps.notifying.notifier import Notifier
from sweeps.notifying.sending import UnsentError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Event, Objective
from sweeps.trial import Failure, Result, Trial
from sweeps.watcher import Summary, Watcher
from tests.sweeps.watcher_contract import WatcherContract

SWEEP = read_sweep({"name": "small", "task": "penguins", "space": {"width": [16, 32]}})


def done(number: int, score: float) -> Result:
    return Result(Trial(number, {"width": 16}), score, {"val_accuracy": score}, {}, 1.0)


def failed(number: int, reason: Any = "diverged") -> Result:
    return Result(Trial(number, {}), None, {}, {}, 1.0, error=Failure(reason, "loss became nan"))


SUMMARY = Summary("abc", "small", "finished", 3, 1, done(2, 0.9), 12.0, 0, "")


@dataclass(eq=False)
class Hearer:
    """Keeps what it is told; waits for `go` before each, and fails with `trouble`."""

    name: str = "hearer"
    wrong: str | None = None
    trouble_with_it: str | None = None
    go: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    told: list[Message] = field(default_factory=list)
    heard: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def trouble(self) -> str | None:
        return self.trouble_with_it

    def send(self, message: Message) -> None:
        self.asked.set()
        assert self.go.wait(30)
        self.told.append(message)
        self.heard.release()
        if self.wrong is not None:
            raise UnsentError(self.wrong)

    @property
    def texts(self) -> list[str]:
        return [message.text.removeprefix("small abc: ") for message in self.told]


class Room:
    """Somebody who tells, somebody who hears, and what was said meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hearer = Hearer()
        self.lines: list[str] = []
        self._monkeypatch = monkeypatch
        self._opened: list[Notifier] = []

    def notifier(self, *events: Event, apart: float = 1e9, sweep: Any = SWEEP) -> Notifier:
        on: tuple[Event, ...] = events or ("end", "failure", "best")
        self._monkeypatch.setattr(notifying, "senders", lambda _: [(self.hearer, on)])
        self._opened.append(Notifier(sweep, "abc", self.lines.append, apart))
        return self._opened[-1]

    def wait_for(self, messages: int) -> None:
        for _ in range(messages):
            assert self.hearer.heard.acquire(timeout=30)

    def close(self) -> None:
        self.hearer.go.set()
        for notifier in self._opened:
            notifier.close()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    opened = Room(monkeypatch)
    yield opened
    opened.close()


class TestContract(WatcherContract):
    @pytest.fixture(autouse=True)
    def _room(self, room: Room) -> None:
        room.hearer.go.set()
        self._made = room

    def watcher(self) -> Watcher:
        return self._made.notifier(apart=0.0)


def test_a_failure_a_new_best_and_the_end(room: Room) -> None:
    notifier = room.notifier()
    room.hearer.go.set()
    notifier.finished(failed(0), None)
    room.wait_for(1)
    best = done(1, 0.5)
    notifier.finished(best, best)
    room.wait_for(1)
    notifier.finished(done(2, 0.4), best)
    notifier.ended(SUMMARY)
    room.wait_for(1)
    assert room.hearer.texts == [
        "1 trial failed, trial 0, diverged: loss became nan",
        "new best, val_accuracy 0.5 (trial 1)",
        "finished, 4 trials (1 failed); best val_accuracy 0.9 (trial 2)",
    ]
    assert [message.event for message in room.hearer.told] == ["failure", "best", "end"]


def test_of_many_the_latest_is_told_and_failures_together(room: Room) -> None:
    """The hearer is busy with the first while the others come about."""
    notifier = room.notifier(apart=0.0)
    first = done(0, 0.1)
    notifier.finished(first, first)
    assert room.hearer.asked.wait(30)
    for number in range(1, 6):
        better = done(number, 0.1 + number / 10)
        notifier.finished(better, better)
        notifier.finished(failed(10 + number), better)
    room.hearer.go.set()
    notifier.close()
    assert set(room.hearer.texts[1:]) == {
        "5 trials failed, the last is 15, diverged: loss became nan",
        "new best, val_accuracy 0.6 (trial 5)",
    }


def test_the_next_of_a_kind_waits_but_for_the_end(room: Room) -> None:
    notifier = room.notifier(apart=1e9)
    room.hearer.go.set()
    for number in range(3):
        better = done(number, 0.1 + number / 10)
        notifier.finished(better, better)
        if number == 0:
            room.wait_for(1)
    assert len(room.hearer.told) == 1
    notifier.ended(SUMMARY)
    notifier.close()
    assert room.hearer.texts[1] == "new best, val_accuracy 0.3 (trial 2)"
    assert [message.event for message in room.hearer.told] == ["best", "best", "end"]


def test_the_next_of_a_kind_is_told_when_its_time_has_come(room: Room) -> None:
    notifier = room.notifier(apart=0.2)
    room.hearer.go.set()
    for number in range(2):
        better = done(number, 0.1 + number / 10)
        notifier.finished(better, better)
        room.wait_for(1)
    assert len(room.hearer.told) == 2


def test_pruned_trials_and_confirmations_are_no_events(room: Room) -> None:
    notifier = room.notifier()
    room.hearer.go.set()
    best = done(0, 0.5)
    notifier.finished(failed(1, "pruned"), best)
    notifier.finished(done(2, 0.9), best)
    notifier.close()
    assert room.hearer.told == []


def test_there_is_no_best_of_several_objectives(room: Room) -> None:
    two = replace(SWEEP, further=(Objective("val_loss", "minimize"),))
    notifier = room.notifier(sweep=two)
    room.hearer.go.set()
    best = done(0, 0.5)
    notifier.finished(best, best, 1)
    notifier.ended(replace(SUMMARY, front=4))
    notifier.close()
    assert room.hearer.texts == ["finished, 4 trials (1 failed); 4 on the front"]


def test_only_what_was_asked_for(room: Room) -> None:
    notifier = room.notifier("end")
    room.hearer.go.set()
    best = done(0, 0.5)
    notifier.finished(best, best)
    notifier.finished(failed(1), best)
    notifier.ended(SUMMARY)
    notifier.close()
    assert [message.event for message in room.hearer.told] == ["end"]


def test_what_cannot_be_told_is_said_once(room: Room) -> None:
    room.hearer.wrong = "it answered 500"
    notifier = room.notifier(apart=0.0)
    room.hearer.go.set()
    for number in range(3):
        better = done(number, 0.1 + number / 10)
        notifier.finished(better, better)
        room.wait_for(1)
    notifier.close()
    assert room.lines == ["notify: hearer: it answered 500"]


def test_what_is_known_to_be_wrong_is_said_at_once(room: Room) -> None:
    room.hearer.trouble_with_it = "there is no such program here"
    room.notifier()
    assert room.lines == ["notify: hearer: there is no such program here"]


def test_who_takes_too_long_is_not_waited_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "LAST_WAIT", 0.1)
    notifier = room.notifier()
    notifier.ended(SUMMARY)
    notifier.close()
    assert room.lines == ["notify: not all that was to be told was taken in time"]


def test_who_interrupts_waits_less(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "LAST_WAIT", 1e3)
    monkeypatch.setattr(notifying, "HURRIED_WAIT", 0.1)
    notifier = room.notifier()
    notifier.ended(replace(SUMMARY, ending="interrupted"))
    notifier.close()
    assert len(room.lines) == 1


def test_a_session_that_broke_is_told_as_an_end(room: Room) -> None:
    notifier = room.notifier()
    room.hearer.go.set()
    notifier.broke(ValueError("the disk is full"))
    notifier.close()
    (message,) = room.hearer.told
    assert message.text == "small abc: broken off, ValueError: the disk is full"
    assert message.fields["state"] == "broken_off"


def test_what_is_told_is_plain_data() -> None:
    messages = Messages(SWEEP, "abc")
    makers: list[Callable[[], Message]] = [
        lambda: messages.best(done(3, float("nan"))),
        lambda: messages.failures(2, failed(1)),
        lambda: messages.end(replace(SUMMARY, cause="the disk is full", best=None)),
    ]
    for make in makers:
        message = make()
        assert b"NaN" not in message.json
        assert message.fields["sweep"] == "abc"
        assert "\n" not in message.text
