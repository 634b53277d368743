from __future__ import annotations

import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tracking.outbox import MOST_SAMPLES, SAMPLES_AT_ONCE, Outbox
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
    left = []
    while found := outbox.next(1, True, 0):
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
