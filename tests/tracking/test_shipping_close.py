"""The sender's end: how long it waits for a store, and what counts as unsent."""

from __future__ import annotations

import threading
import time

import pytest

from tests.tracking.memory_tracker import MemoryTracker, Runs
from tests.tracking.records_for_tests import trial
from tests.tracking.scripted_tracker import SOON, Gate, ScriptedTracker, failing
from tests.tracking.shipping_listener import Listener, put_all, wait_until_shipped
from tracking import shipping
from tracking.tracker import Tracker, TrackingError


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
    assert listener.in_trouble.wait(SOON)
    assert [shipper.close(SOON), shipper.close(SOON)] == [2, 2]


def test_closing_at_once_opens_no_store() -> None:
    opened: list[Runs] = []

    def open_tracker() -> Tracker:
        opened.append({})
        return MemoryTracker(opened[-1])

    assert Listener().shipper(open_tracker).close(SOON) == 0
    assert opened == []


def test_closing_is_not_held_up_by_a_store_that_hangs() -> None:
    gate, listener = Gate("log"), Listener()
    tracker = ScriptedTracker(gate)
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 100)
    assert gate.reached.wait(SOON)
    before = time.monotonic()
    assert shipper.close(0.2, longest=SOON) == 100
    assert time.monotonic() - before < SOON / 2
    gate.open()
    shipper._thread.join(SOON)
    assert tracker.names.count("log") == 1, "after closing nothing more is begun"


@pytest.mark.parametrize(("patience", "unsent"), [(2.0, 0), (0.8, 0), (0.2, 3)])
def test_closing_waits_half_as_long_again_for_a_store_that_is_slow_to_open(
    patience: float, unsent: int
) -> None:
    opening, listener = threading.Event(), Listener()

    def take_time(name: str, _: list[int]) -> None:
        threading.Event().wait(0.1 if name == "begin" else 0.0)

    def open_slowly() -> Tracker:
        opening.set()
        threading.Event().wait(0.7)
        return ScriptedTracker(take_time)

    shipper = listener.shipper(open_slowly)
    put_all(shipper, 3)
    assert opening.wait(SOON)
    assert shipper.close(patience) == unsent


@pytest.mark.parametrize(("seconds_a_trial", "unsent"), [(0.002, False), (0.1, True)])
def test_closing_waits_longer_for_a_store_that_keeps_up(
    seconds_a_trial: float, unsent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "_WINDOW", 0.3)

    def take_time(name: str, numbers: list[int]) -> None:
        threading.Event().wait(len(numbers) * seconds_a_trial)

    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(take_time))
    put_all(shipper, 300)
    wait_until_shipped(listener, 1)
    assert bool(shipper.close(0.1, longest=SOON)) == unsent


def test_even_a_store_that_keeps_up_is_not_waited_for_longer_than_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shipping, "_WINDOW", 0.3)

    def take_time(name: str, numbers: list[int]) -> None:
        threading.Event().wait(len(numbers) * 0.002)

    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(take_time))
    put_all(shipper, 2000)
    wait_until_shipped(listener, 1)
    before = time.monotonic()
    assert shipper.close(0.1, longest=0.6) > 0
    assert time.monotonic() - before < 3


def test_a_store_that_fails_only_now_is_tried_again_while_closing() -> None:
    gate = Gate("log")
    left = [2]

    def trouble(name: str, numbers: list[int]) -> None:
        gate(name, numbers)
        left[0] -= name == "log"
        if name == "log" and left[0] >= 0:
            raise TrackingError("away")

    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(trouble))
    put_all(shipper, 1)
    assert gate.reached.wait(SOON)
    threading.Timer(0.05, gate.open).start()
    assert shipper.close(SOON) == 0
