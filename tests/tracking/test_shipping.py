"""What is put arrives, in order and once, whatever the store or the ledger does in between."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tests.tracking.scripted_tracker import SOON, ScriptedTracker, failing
from tests.tracking.shipping_listener import Listener, put_all, wait_until, wait_until_shipped
from tracking.records import SweepState
from tracking.shipping import Shipper
from tracking.tracker import RefusedError, StandDownError, Tracker, TrackingError


def test_everything_arrives_in_order() -> None:
    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 100)
    shipper.put(end())
    assert shipper.close(SOON) == 0
    assert listener.shipped == list(range(100))
    names = tracker.names
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


def test_an_order_to_stand_down_ends_sending_for_good() -> None:
    allowed = [2]

    def may_send() -> None:
        allowed[0] -= 1
        if allowed[0] < 0:
            raise StandDownError("sweep 3f9a2c was taken over by another:1")

    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker, may_send=may_send)
    put_all(shipper, 40)
    shipper._thread.join(SOON)
    shipper.announce(SweepState("3f9a2c", "paused"))
    shipper.put(end())
    sent = len(listener.shipped)
    assert 0 < sent < 40
    assert shipper.close(SOON) == 40 - sent
    assert shipper.close(SOON) == 40 - sent
    assert listener.troubles == ["sweep 3f9a2c was taken over by another:1"]
    assert tracker.names == ["begin", "log", "close"]


def test_a_lease_that_cannot_be_looked_at_is_trouble_that_passes() -> None:
    listener = Listener()
    away = failing(2, "the ledger is locked")
    shipper = listener.shipper(ScriptedTracker, may_send=lambda: away("", []))
    put_all(shipper, 3)
    wait_until_shipped(listener, 3)
    assert shipper.close(SOON) == 0
    assert listener.troubles == ["the ledger is locked"]


def test_what_was_sent_is_sent_again_when_that_could_not_be_noted() -> None:
    """Noting it means to write the ledger, which may be locked as any database."""
    listener, left = Listener(), [2]

    def on_shipped(numbers: Sequence[int]) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise TrackingError("the ledger is locked")
        listener.on_shipped(numbers)

    def on_ended() -> None:
        left[0] -= 1
        if left[0] >= -2:
            raise TrackingError("the ledger is locked")
        listener.on_ended()

    tracker = ScriptedTracker()
    shipper = Shipper(
        lambda: tracker, on_shipped, listener.on_trouble, on_ended=on_ended, pauses=(0.0,)
    )
    shipper.put(sweep())
    shipper.put(trial(0))
    wait_until(lambda: listener.shipped == [0])
    shipper.put(end())
    wait_until(lambda: listener.ends == 1)
    assert shipper.close(SOON) == 0
    assert tracker.names == ["begin", "log", "log", "log", "end", "end", "close"]


def test_whoever_is_told_may_order_to_stand_down() -> None:
    def on_shipped(_: Sequence[int]) -> None:
        raise StandDownError("taken over")

    listener, tracker = Listener(), ScriptedTracker()
    shipper = Shipper(lambda: tracker, on_shipped, listener.on_trouble)
    put_all(shipper, 1)
    shipper.put(end())
    assert shipper.close(SOON) == 1
    assert (listener.troubles, tracker.names) == (["taken over"], ["begin", "log", "close"])


def test_the_end_is_told_when_it_was_delivered() -> None:
    listener, left = Listener(), [1]

    def trouble(name: str, _: list[int]) -> None:
        left[0] -= name == "end"
        if name == "end" and left[0] >= 0:
            raise TrackingError("away")

    shipper = listener.shipper(lambda: ScriptedTracker(trouble))
    put_all(shipper, 1)
    shipper.put(end())
    wait_until(lambda: listener.ends == 1)
    assert shipper.close(SOON) == 0
