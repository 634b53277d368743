from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tracking.records_for_tests import end, live, sweep, trial
from tracking import outbox as outboxes
from tracking.outbox import MOST_SAMPLES, SAMPLES_AT_ONCE, SECONDS_BETWEEN_LIVE, Outbox
from tracking.records import Metric, SweepFigures, SweepState

PAUSED = SweepState("3f9a2c", "paused")
RUNNING = SweepState("3f9a2c", "running")


@pytest.fixture
def outbox() -> Outbox:
    made = Outbox()
    for record in (sweep(), trial(0), trial(1), trial(2), end()):
        made.put(record)
    return made


def test_trials_go_together_and_others_alone(outbox: Outbox) -> None:
    expected = ([sweep()], [trial(0), trial(1)], [trial(2)], [end()])
    for batch in expected:
        found = outbox.next(2, news_may_go=False, patience=0)
        assert found == batch
        outbox.taken(found)
    assert outbox.next(2, news_may_go=False, patience=0) == []
    outbox.close()
    assert outbox.next(2, news_may_go=False, patience=None) is None


def test_what_was_not_taken_is_offered_again(outbox: Outbox) -> None:
    assert outbox.next(1, False, 0) == outbox.next(1, False, 0) == [sweep()]


def test_news_overtake_records_once_they_may_go(outbox: Outbox) -> None:
    outbox.announce(PAUSED)
    assert outbox.next(1, False, 0) == [sweep()]
    assert outbox.next(1, True, 0) == PAUSED
    outbox.taken(PAUSED)
    assert outbox.next(1, True, 0) == [sweep()]


def test_newer_news_are_not_taken_for_those_that_were_sent(outbox: Outbox) -> None:
    outbox.announce(PAUSED)
    sent = outbox.next(1, True, 0)
    outbox.announce(RUNNING)
    assert sent is not None
    outbox.taken(sent)
    assert outbox.next(1, True, 0) == RUNNING


def test_the_same_news_twice_go_twice(outbox: Outbox) -> None:
    outbox.announce(SweepState("3f9a2c", "paused"))
    sent = outbox.next(1, True, 0)
    outbox.announce(SweepState("3f9a2c", "paused"))
    assert sent is not None
    outbox.taken(sent)
    assert outbox.next(1, True, 0) == PAUSED


def test_trials_count_as_unsent_until_taken_and_for_good_when_refused(outbox: Outbox) -> None:
    outbox.taken([sweep()])
    assert outbox.unsent == 3
    outbox.taken([trial(0)])
    assert outbox.unsent == 2
    outbox.refused([trial(1)])
    assert outbox.unsent == 2
    assert outbox.next(5, False, 0) == [trial(2)]
    outbox.taken([trial(2)])
    outbox.refused([end()])
    assert outbox.unsent == 1


def sample(number: int) -> SweepFigures:
    return SweepFigures("3f9a2c", (Metric("system/cpu_utilization_percentage", 1.0, number, 1),))


def test_figures_overtake_records_and_wait_for_the_begin(outbox: Outbox) -> None:
    for number in (1, 2):
        outbox.sampled(sample(number))
    assert outbox.next(1, False, 0) == [sweep()]
    first = outbox.next(1, True, 0)
    assert first == [sample(1), sample(2)]
    outbox.taken(first)
    assert outbox.next(1, True, 0) == [sweep()]
    assert outbox.unsent == 3


def test_of_many_figures_the_newest_are_kept() -> None:
    outbox = Outbox()
    for number in range(MOST_SAMPLES):
        outbox.sampled(sample(number))
    sent = outbox.next(1, True, 0)
    assert sent == [sample(number) for number in range(SAMPLES_AT_ONCE)]
    for number in (MOST_SAMPLES, MOST_SAMPLES + 1):  # the oldest make room while they are sent
        outbox.sampled(sample(number))
    outbox.taken(sent)
    left: list[object] = []
    while found := outbox.next(1, True, 0):
        assert not isinstance(found, SweepState)
        outbox.taken(found)
        left += found
    assert left == [sample(number) for number in range(SAMPLES_AT_ONCE, MOST_SAMPLES + 2)]


def test_figures_that_are_refused_are_dropped(outbox: Outbox) -> None:
    outbox.sampled(sample(1))
    found = outbox.next(1, True, 0)
    assert found is not None
    outbox.refused(found)
    assert outbox.next(1, True, 0) == [sweep()]
    assert outbox.unsent == 3


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outboxes, "clock", clock)
    return clock


def test_trials_under_way_overtake_records_now_and_then(clock: Clock) -> None:
    outbox = Outbox()
    outbox.put(trial(0))
    for number in (5, 6):
        outbox.show(live(number, 0, 1))
    assert outbox.next(9, False, 0) == [trial(0)]
    first = outbox.next(1, True, 0)
    assert first == [live(5, 0, 1), live(6, 0, 1)], "all of them, whatever the stride"
    outbox.taken(first)
    outbox.show(live(6, 1, 2))
    assert outbox.next(9, True, 0) == [trial(0)]
    clock.now += SECONDS_BETWEEN_LIVE
    assert outbox.next(9, True, 0) == [live(6, 1, 2)]


def test_epochs_of_a_trial_wait_together_and_go_once(clock: Clock) -> None:
    outbox = Outbox()
    outbox.show(live(5, 0, 1))
    outbox.show(live(5, 1, 2))
    sent = outbox.next(1, True, 0)
    assert sent == [live(5, 0, 2)]
    outbox.show(live(5, 2, 3))  # while those are sent
    outbox.taken(sent)
    clock.now += SECONDS_BETWEEN_LIVE
    assert outbox.next(1, True, 0) == [live(5, 2, 3)]


def test_another_attempt_takes_the_place_of_what_waits(clock: Clock) -> None:
    outbox = Outbox()
    outbox.show(live(5, 0, 2))
    sent = outbox.next(1, True, 0)
    outbox.show(live(5, 0, 1, attempt=2))
    assert sent is not None
    outbox.taken(sent)
    clock.now += SECONDS_BETWEEN_LIVE
    assert outbox.next(1, True, 0) == [live(5, 0, 1, attempt=2)]


def test_a_result_and_the_end_take_the_place_of_epochs() -> None:
    outbox = Outbox()
    outbox.show(live(5))
    outbox.put(trial(5))
    assert outbox.next(1, True, 0) == [trial(5)]
    outbox.taken([trial(5)])
    outbox.show(live(6))
    outbox.close()
    outbox.show(live(7))
    assert outbox.next(1, True, None) is None
    assert outbox.unsent == 0


def test_a_result_that_comes_while_epochs_are_sent_is_kept() -> None:
    outbox = Outbox()
    outbox.show(live(5))
    sent = outbox.next(1, True, 0)
    outbox.put(trial(5))
    assert sent is not None
    outbox.taken(sent)
    assert outbox.next(1, True, 0) == [trial(5)]


def test_what_is_put_off_waits_and_what_is_hidden_is_gone(clock: Clock) -> None:
    outbox = Outbox()
    for number in (5, 6):
        outbox.show(live(number))
    outbox.put_off(9.0)
    clock.now += 8.5
    assert outbox.next(1, True, 0) == []
    outbox.hide(6)
    outbox.show(replace(live(6), attempt=2))
    clock.now += 0.5
    assert outbox.next(1, True, 0) == [live(5)]


def test_waiting_ends_when_epochs_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outboxes, "SECONDS_BETWEEN_LIVE", 0.05)
    outbox = Outbox()
    outbox.show(live(5, 0, 1))
    sent = outbox.next(1, True, None)
    assert sent is not None
    outbox.taken(sent)
    outbox.show(live(5, 1, 2))
    assert outbox.next(1, True, None) in ([], [live(5, 1, 2)])
    assert outbox.next(1, True, None) == [live(5, 1, 2)]
