from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from tests.tracking.memory_tracker import MemoryTracker, Runs
from tests.tracking.records_for_tests import end, sweep, trial
from tracking import shipping, wishes
from tracking.records import SweepEnd, SweepRecord, SweepState, TrialRecord
from tracking.shipping import Shipper
from tracking.tracker import RefusedError, StandDownError, Tracker, TrackingError

SOON = 20.0


class ScriptedTracker(MemoryTracker):
    """Does `trouble` before each call, which may raise or wait; remembers the calls that worked."""

    def __init__(self, trouble: Callable[[str, list[int]], None] = lambda *_: None) -> None:
        super().__init__({})
        self.trouble = trouble
        self.calls: list[tuple[str, list[int]]] = []
        self.asked = 0

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def wish(self, text: str) -> None:
        self.runs["3f9a2c", None].tags["sweeps.command"] = text

    def begin(self, record: SweepRecord) -> None:
        self.trouble("begin", [])
        super().begin(record)
        self.calls.append(("begin", []))

    def log(self, trials: Sequence[TrialRecord]) -> None:
        numbers = [one.number for one in trials]
        self.trouble("log", numbers)
        super().log(trials)
        self.calls.append(("log", numbers))

    def command(self, sweep_id: str) -> str:
        self.trouble("command", [])
        self.asked += 1
        return super().command(sweep_id)

    def show_state(self, record: SweepState) -> None:
        self.trouble("show_state", [])
        super().show_state(record)
        self.calls.append((record.state, []))

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
        self.commands: list[str] = []
        self.ends = 0
        self.in_trouble = threading.Event()
        self.commanded = threading.Event()

    def on_shipped(self, numbers: Sequence[int]) -> None:
        self.shipped += numbers

    def on_trouble(self, line: str) -> None:
        self.troubles.append(line)
        self.in_trouble.set()

    def on_command(self, text: str) -> None:
        self.commands.append(text)
        self.commanded.set()

    def on_ended(self) -> None:
        self.ends += 1

    def shipper(
        self,
        open_tracker: Callable[[], Tracker],
        pause: float = 0.0,
        may_send: Callable[[], None] | None = None,
    ) -> Shipper:
        return Shipper(
            open_tracker,
            self.on_shipped,
            self.on_trouble,
            on_command=self.on_command,
            on_ended=self.on_ended,
            may_send=may_send,
            pauses=(pause,),
        )


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


class Gate:
    """Lets nothing of one kind through until it is opened; `reached` once something waits."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.reached, self._open = threading.Event(), threading.Event()

    def __call__(self, name: str, _: list[int]) -> None:
        if name == self.kind:
            self.reached.set()
            assert self._open.wait(SOON)

    def open(self) -> None:
        self._open.set()


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


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait without a pause in the code under test: the sender has no event for success."""
    done = threading.Event()
    for _ in range(int(SOON / 0.01)):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("it never came")


def wait_until_shipped(listener: Listener, count: int) -> None:
    wait_until(lambda: len(listener.shipped) >= count)
