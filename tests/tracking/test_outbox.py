from __future__ import annotations

import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tracking.outbox import Outbox
from tracking.records import SweepState

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
