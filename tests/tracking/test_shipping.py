from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from tests.tracking.memory_tracker import MemoryTracker, Runs
from tests.tracking.records_for_tests import end, sweep, trial
from tracking.records import SweepEnd, SweepRecord, TrialRecord
from tracking.shipping import Shipper
from tracking.tracker import RefusedError, Tracker, TrackingError

SOON = 20.0


class ScriptedTracker(MemoryTracker):
    """Does `trouble` before each call, which may raise or wait; remembers the calls that worked."""

    def __init__(self, trouble: Callable[[str, list[int]], None] = lambda *_: None) -> None:
        super().__init__({})
        self.trouble = trouble
        self.calls: list[tuple[str, list[int]]] = []

    def begin(self, record: SweepRecord) -> None:
        self.trouble("begin", [])
        super().begin(record)
        self.calls.append(("begin", []))

    def log(self, trials: Sequence[TrialRecord]) -> None:
        numbers = [one.number for one in trials]
        self.trouble("log", numbers)
        super().log(trials)
        self.calls.append(("log", numbers))

    def end(self, record: SweepEnd) -> None:
        self.trouble("end", [])
        super().end(record)
        self.calls.append(("end", []))

    def close(self) -> None:
        self.calls.append(("close", []))


class Listener:
    def __init__(self) -> None:
        self.shipped: list[int] = []
        self.troubles: list[str] = []
        self.in_trouble = threading.Event()

    def on_shipped(self, numbers: Sequence[int]) -> None:
        self.shipped += numbers

    def on_trouble(self, line: str) -> None:
        self.troubles.append(line)
        self.in_trouble.set()

    def shipper(self, open_tracker: Callable[[], Tracker], pause: float = 0.0) -> Shipper:
        return Shipper(open_tracker, self.on_shipped, self.on_trouble, pauses=(pause,))


def failing(times: int, message: str = "store is away") -> Callable[[str, list[int]], None]:
    left = [times]

    def trouble(*_: object) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise TrackingError(message)

    return trouble


def put_all(shipper: Shipper, trials: int) -> None:
    shipper.put(sweep())
    for number in range(trials):
        shipper.put(trial(number))


def test_everything_arrives_in_order() -> None:
    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 100)
    shipper.put(end())
    assert shipper.close(SOON) == 0
    assert listener.shipped == list(range(100))
    names = [name for name, _ in tracker.calls]
    assert (names[0], names[-2:]) == ("begin", ["end", "close"])
    assert set(names[1:-2]) == {"log"}
    assert len(names) < 60, "trials that wait together are sent together"


def test_the_link_is_known_once_the_sweep_has_begun() -> None:
    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker)
    assert shipper.link == ""
    shipper.put(sweep())
    shipper.close(SOON)
    assert shipper.link == "memory://3f9a2c"


def test_a_store_that_fails_twice_then_works() -> None:
    tracker, listener = ScriptedTracker(failing(2)), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 3)
    assert listener.in_trouble.wait(SOON)
    wait_until_shipped(listener, 3)
    assert shipper.close(SOON) == 0
    assert listener.shipped == [0, 1, 2]
    assert listener.troubles == ["store is away"], "the same trouble is said once"


def test_a_store_that_cannot_be_opened_at_first() -> None:
    tracker, listener, trouble = ScriptedTracker(), Listener(), failing(2)

    def open_tracker() -> Tracker:
        trouble("open", [])
        return tracker

    shipper = listener.shipper(open_tracker)
    put_all(shipper, 2)
    wait_until_shipped(listener, 2)
    assert shipper.close(SOON) == 0


def test_putting_never_waits_and_what_is_stuck_counts_as_unsent() -> None:
    stuck, release, calls_after_close = threading.Event(), threading.Event(), Listener()

    def hang(name: str, _: list[int]) -> None:
        if name == "log":
            stuck.set()
            assert release.wait(SOON)

    shipper = calls_after_close.shipper(lambda: ScriptedTracker(hang))
    put_all(shipper, 1)
    assert stuck.wait(SOON)
    for number in range(1, 500):
        shipper.put(trial(number))
    assert shipper.close(0.0) == 500
    release.set()
    shipper._thread.join(SOON)
    assert not shipper._thread.is_alive()
    assert calls_after_close.shipped == [], "nobody is called after close"


def test_closing_cuts_a_pause_short_and_tries_once_more() -> None:
    tracker, listener = ScriptedTracker(failing(1)), Listener()
    shipper = listener.shipper(lambda: tracker, pause=10 * SOON)
    put_all(shipper, 2)
    assert listener.in_trouble.wait(SOON)
    assert shipper.close(SOON) == 0
    assert listener.shipped == [0, 1]


def test_closing_gives_up_on_a_store_that_stays_away() -> None:
    tracker, listener = ScriptedTracker(failing(1000)), Listener()
    shipper = listener.shipper(lambda: tracker, pause=10 * SOON)
    put_all(shipper, 2)
    assert listener.in_trouble.wait(SOON)
    assert shipper.close(SOON) == 2
    assert not shipper._thread.is_alive()
    assert listener.shipped == []


def test_closing_twice_gives_the_same_count() -> None:
    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(failing(1000)), pause=10 * SOON)
    put_all(shipper, 2)
    assert [shipper.close(SOON), shipper.close(SOON)] == [2, 2]


def test_closing_at_once_opens_no_store() -> None:
    opened: list[Runs] = []

    def open_tracker() -> Tracker:
        opened.append({})
        return MemoryTracker(opened[-1])

    assert Listener().shipper(open_tracker).close(SOON) == 0
    assert opened == []


def test_a_refused_trial_is_left_and_the_others_go_on() -> None:
    def refuse(_: str, numbers: list[int]) -> None:
        if 5 in numbers:
            raise RefusedError("trial 5 does not fit")

    tracker, listener = ScriptedTracker(refuse), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 40)
    shipper.put(end())
    assert shipper.close(SOON) == 1
    assert listener.shipped == [number for number in range(40) if number != 5]
    assert listener.troubles == ["trial 5 does not fit"]
    assert ("end", []) in tracker.calls


def test_a_sweep_that_is_refused_is_tried_again() -> None:
    left = [1]

    def refuse(name: str, _: list[int]) -> None:
        left[0] -= name == "begin"
        if name == "begin" and left[0] >= 0:
            raise RefusedError("no such store")

    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(refuse))
    put_all(shipper, 1)
    wait_until_shipped(listener, 1)
    assert shipper.close(SOON) == 0


@pytest.mark.parametrize("where", ["begin", "log", "on_shipped"])
def test_an_error_in_the_program_surfaces(where: str) -> None:
    def break_down(name: str, _: list[int]) -> None:
        if name == where:
            raise ZeroDivisionError("a bug")

    shipper = Shipper(
        lambda: ScriptedTracker(break_down),
        lambda numbers: break_down("on_shipped", list(numbers)),
        lambda _: None,
    )
    put_all(shipper, 1)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        shipper.close(SOON)


def wait_until_shipped(listener: Listener, count: int) -> None:
    """Wait without a pause in the code under test: the sender has no event for success."""
    done = threading.Event()
    for _ in range(int(SOON / 0.01)):
        if len(listener.shipped) >= count:
            return
        done.wait(0.01)
    raise AssertionError(f"{len(listener.shipped)} of {count} trials arrived")
