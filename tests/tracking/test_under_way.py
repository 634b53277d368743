"""Trials under way on their way to the store: trouble with them holds nothing else up."""

from __future__ import annotations

import threading

import pytest

from tests.tracking.records_for_tests import end, live, sweep, trial
from tests.tracking.scripted_tracker import SOON, Gate, ScriptedTracker
from tests.tracking.shipping_listener import Listener, wait_until, wait_until_shipped
from tracking import outbox
from tracking.tracker import RefusedError, TrackingError


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SECONDS_BETWEEN_LIVE", 0.0)


def test_they_wait_for_the_begin_and_are_completed_by_their_results() -> None:
    gate = Gate("begin")
    tracker, listener = ScriptedTracker(gate), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    for number in (0, 1):
        shipper.show(live(number))
    gate.open()
    wait_until(lambda: "live" in tracker.names)
    shipper.put(trial(0))
    shipper.put(end())
    assert shipper.close(SOON) == 0
    assert tracker.calls == [
        ("begin", []),
        ("live", [0, 1]),
        ("log", [0]),
        ("end", []),
        ("close", []),
    ]
    assert tracker.runs["3f9a2c", 1].status == "KILLED"


def test_a_store_that_is_away_is_said_once_and_results_go_on() -> None:
    away = threading.Event()
    away.set()

    def trouble(name: str, _: list[int]) -> None:
        if name == "live" and away.is_set():
            raise TrackingError("away")

    tracker, listener = ScriptedTracker(trouble), Listener()
    shipper = listener.shipper(lambda: tracker, pause=0.01)
    shipper.put(sweep())
    wait_until(lambda: tracker.names == ["begin"])
    shipper.show(live(9, 0, 1))
    wait_until(lambda: bool(listener.troubles))
    for number in range(5):
        shipper.put(trial(number))
    wait_until_shipped(listener, 5)
    shipper.show(live(9, 1, 3))
    away.clear()
    wait_until(lambda: ("live", [9]) in tracker.calls)
    assert shipper.close(SOON) == 0
    assert len(tracker.runs["3f9a2c", 9].metrics) == 3, "those from before as well"
    assert set(listener.troubles) == {"away"}


def test_one_that_is_refused_is_left_until_its_result_and_the_others_are_shown() -> None:
    def refuse(name: str, numbers: list[int]) -> None:
        if name == "live" and 1 in numbers:
            raise RefusedError("no trial 1")

    gate = Gate("begin")

    def trouble(name: str, numbers: list[int]) -> None:
        gate(name, numbers)
        refuse(name, numbers)

    tracker, listener = ScriptedTracker(trouble), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    for number in (0, 1, 2):
        shipper.show(live(number, 0, 1))
    gate.open()
    wait_until(lambda: tracker.names.count("live") == 2)
    for number in (0, 1, 2):
        shipper.show(live(number, 1, 2))
    wait_until(lambda: len(tracker.runs["3f9a2c", 2].metrics) == 2)
    shipper.put(trial(1))
    assert shipper.close(SOON) == 0
    assert listener.troubles == ["no trial 1"]
    assert listener.shipped == [1]


def test_closing_waits_for_no_epochs() -> None:
    gate = Gate("live")
    tracker, listener = ScriptedTracker(gate), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    shipper.show(live(0))
    assert gate.reached.wait(SOON)
    shipper.show(live(1))
    shipper.put(trial(0))
    closing = threading.Thread(target=shipper.close, args=(SOON,))
    closing.start()
    gate.open()
    closing.join(SOON)
    assert listener.shipped == [0]
    assert ("3f9a2c", 1) not in tracker.runs
