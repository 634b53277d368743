"""States of a sweep on their way to the store: ahead of the trials, and only the newest."""

from __future__ import annotations

from tests.tracking.records_for_tests import sweep, trial
from tests.tracking.scripted_tracker import SOON, Gate, ScriptedTracker
from tests.tracking.shipping_listener import Listener, put_all, wait_until_shipped
from tracking.records import Metric, SweepFigures, SweepState
from tracking.tracker import RefusedError, TrackingError


def test_an_announcement_overtakes_what_waits_and_the_newest_counts() -> None:
    gate = Gate("log")
    tracker, listener = ScriptedTracker(gate), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 200)
    assert gate.reached.wait(SOON)
    for state in ("pausing", "paused"):
        shipper.announce(SweepState("3f9a2c", state))
    gate.open()
    assert shipper.close(SOON) == 0
    assert tracker.names[:3] == ["begin", "log", "paused"]
    assert "pausing" not in tracker.names
    assert listener.shipped == list(range(200))


def test_an_announcement_waits_for_the_begin() -> None:
    gate = Gate("begin")
    tracker, listener = ScriptedTracker(gate), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.announce(SweepState("3f9a2c", "stopping"))
    put_all(shipper, 1)
    gate.open()
    assert shipper.close(SOON) == 0
    assert tracker.names == ["begin", "stopping", "log", "close"]


def test_an_announcement_for_a_sweep_that_never_begins_holds_nothing_up() -> None:
    listener = Listener()
    shipper = listener.shipper(ScriptedTracker)
    shipper.announce(SweepState("3f9a2c", "stopping"))
    assert shipper.close(SOON) == 0


def test_a_lost_announcement_is_made_again_before_anything_else() -> None:
    left = [2]

    def trouble(name: str, _: list[int]) -> None:
        left[0] -= name == "show_state"
        if name == "show_state" and left[0] >= 0:
            raise TrackingError("away")

    tracker, listener = ScriptedTracker(trouble), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    shipper.announce(SweepState("3f9a2c", "paused"))
    shipper.put(trial(0))
    wait_until_shipped(listener, 1)
    shipper.close(SOON)
    assert tracker.names == ["begin", "paused", "log", "close"]
    assert listener.troubles == ["away"]


def test_a_refused_announcement_is_said_and_dropped() -> None:
    def refuse(name: str, _: list[int]) -> None:
        if name == "show_state":
            raise RefusedError("the run was deleted")

    tracker, listener = ScriptedTracker(refuse), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    shipper.announce(SweepState("3f9a2c", "paused"))
    shipper.put(trial(0))
    assert shipper.close(SOON) == 0
    assert listener.troubles == ["the run was deleted"]
    assert listener.shipped == [0]


def sample(step: int) -> SweepFigures:
    return SweepFigures("3f9a2c", (Metric("system/cpu_utilization_percentage", 1.0, step, 1),))


def test_figures_that_waited_for_the_begin_go_together() -> None:
    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker)
    for step in (10, 20, 30):
        shipper.sampled(sample(step))
    put_all(shipper, 1)
    assert shipper.close(SOON) == 0
    assert tracker.calls[:2] == [("begin", []), ("add_figures", [10, 20, 30])]
    assert listener.shipped == [0]


def test_refused_figures_are_said_and_dropped() -> None:
    def refuse(name: str, _: list[int]) -> None:
        if name == "add_figures":
            raise RefusedError("no figures here")

    tracker, listener = ScriptedTracker(refuse), Listener()
    shipper = listener.shipper(lambda: tracker)
    for step in (10, 20):
        shipper.sampled(sample(step))
    put_all(shipper, 1)
    assert shipper.close(SOON) == 0
    assert listener.troubles == ["no figures here"]
    assert listener.shipped == [0]
