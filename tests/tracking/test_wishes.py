"""Commands that somebody writes into the store: when they are asked for, and heard."""

from __future__ import annotations

import pytest

from tests.tracking.records_for_tests import sweep
from tests.tracking.scripted_tracker import SOON, Gate, ScriptedTracker, failing
from tests.tracking.shipping_listener import Listener, put_all, wait_until
from tracking import wishes
from tracking.records import SweepState
from tracking.tracker import TrackingError


def test_a_command_is_heard_while_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "SECONDS_BETWEEN", 0.01)
    tracker, listener = ScriptedTracker(), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    wait_until(lambda: tracker.asked > 0)
    tracker.wish("pause")
    assert listener.commanded.wait(SOON)
    asked = tracker.asked
    wait_until(lambda: tracker.asked > asked + 2)
    assert listener.commands == ["pause"], "a wish is passed on once"
    shipper.announce(SweepState("3f9a2c", "paused"))
    wait_until(lambda: "paused" in tracker.names)
    tracker.wish("pause")
    wait_until(lambda: len(listener.commands) == 2)
    shipper.close(SOON)
    assert listener.commands == ["pause", "pause"], "after an answer the same text is a new wish"


def test_a_command_is_heard_between_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "SECONDS_BETWEEN", 0.0)
    gate = Gate("log")
    tracker, listener = ScriptedTracker(gate), Listener()
    shipper = listener.shipper(lambda: tracker)
    put_all(shipper, 1000)
    assert gate.reached.wait(SOON)
    tracker.wish("cancel")
    gate.open()
    assert listener.commanded.wait(SOON)
    shipper.close(SOON)


def test_commands_are_asked_for_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    heard: list[str] = []
    tracker = ScriptedTracker()
    tracker.begin(sweep())
    ears = wishes.Wishes(heard.append, pauses=(1.0,))
    for moment in (100.0, 100.5, 100.9, 101.0, 101.5, 102.0):
        now[0] = moment
        ears.ask(tracker, "3f9a2c")
    assert tracker.asked == 3


def test_an_answer_makes_the_same_text_a_new_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "SECONDS_BETWEEN", 0.01)

    class Impatient(ScriptedTracker):
        """Somebody writes the same command again as soon as it was answered."""

        def show_state(self, record: SweepState) -> None:
            super().show_state(record)
            self.wish("pause")

    tracker, listener = Impatient(), Listener()
    shipper = listener.shipper(lambda: tracker)
    shipper.put(sweep())
    wait_until(lambda: tracker.asked > 0)
    tracker.wish("pause")
    assert listener.commanded.wait(SOON)
    shipper.announce(SweepState("3f9a2c", "paused"))
    wait_until(lambda: len(listener.commands) == 2)
    shipper.close(SOON)


def test_a_slow_store_is_asked_for_commands_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def slow(*_: object) -> None:
        now[0] += 2.0

    tracker = ScriptedTracker()
    tracker.begin(sweep())
    tracker.trouble = slow
    ears = wishes.Wishes(lambda _: None, pauses=(1.0,))
    ears.ask(tracker, "3f9a2c")
    assert (now[0], ears.seconds_left) == (102.0, 8.0)


def test_blanks_are_no_command() -> None:
    heard: list[str] = []
    tracker = ScriptedTracker()
    tracker.begin(sweep())
    for text in (" \n", " stop "):
        tracker.wish(text)
        wishes.Wishes(heard.append, pauses=(1.0,)).ask(tracker, "3f9a2c")
    assert heard == ["stop"]


def test_trouble_in_asking_is_not_said_and_backs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    tracker = ScriptedTracker()
    tracker.begin(sweep())
    tracker.trouble = failing(3)
    ears = wishes.Wishes(lambda _: None, pauses=(1.0, 7.0))
    left = []
    for _ in range(4):
        ears.ask(tracker, "3f9a2c")
        left.append(ears.seconds_left)
        now[0] += ears.seconds_left
    assert left == [1.0, 7.0, 7.0, 1.0]


def test_trouble_in_asking_does_not_disturb_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "SECONDS_BETWEEN", 0.0)

    def trouble(name: str, _: list[int]) -> None:
        if name == "command":
            raise TrackingError("away")

    listener = Listener()
    shipper = listener.shipper(lambda: ScriptedTracker(trouble))
    put_all(shipper, 50)
    assert shipper.close(SOON) == 0
    assert (listener.troubles, listener.commands) == ([], [])


def test_nobody_asks_before_the_begin_or_after_closing() -> None:
    tracker, listener = ScriptedTracker(failing(1)), Listener()
    shipper = listener.shipper(lambda: tracker, pause=10 * SOON)
    put_all(shipper, 100)
    assert listener.in_trouble.wait(SOON)
    assert shipper.close(SOON) == 0
    assert (tracker.names[0], tracker.asked) == ("begin", 0)
