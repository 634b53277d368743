"""Sessions that end: what comes after them, and when."""

from __future__ import annotations

import pytest

from sweeps.errors import LedgerAwayError
from sweeps.service.running import rounds, standing
from tests.sweeps.service.fake_launcher import Coordinated, submit
from tests.sweeps.service.running.looks import Clock, Service


def test_a_session_that_was_interrupted_is_followed_by_another(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends("interrupted")
    service.last.alive = False
    service.look()
    assert service.launcher.ids == [sweep_id, sweep_id]
    assert service.job(sweep_id).tries == 0


def test_a_session_that_brought_something_counts_as_none_that_died(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    at_work.brings()
    at_work.dies()
    service.last.alive = False
    service.look()
    assert service.launcher.ids == [sweep_id, sweep_id]
    assert service.job(sweep_id).tries == 0


def test_five_sessions_that_die_at_once_are_enough(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    pauses = []
    for _ in range(standing.MOST_TRIES):
        service.look()
        service.last.alive = False
        began = clock.now_ms
        service.look()
        while service.job(sweep_id).state == "waiting":
            clock.now_ms += 500
            service.look()
        pauses.append((clock.now_ms - began) // 1000)
    assert len(service.launcher.launched) == standing.MOST_TRIES
    assert pauses == [1, 2, 4, 8, 0]
    row = service.ledger.sweep(sweep_id)
    said = "5 coordinators in a row ended at once; the last: it fell over"
    assert (row.state, row.cause, row.holder) == ("failed", said, None)
    assert service.job(sweep_id).state == "over"
    once = f"the coordinator of sweep {sweep_id} ended at once: it fell over"
    last = f"sweep {sweep_id} is given up after 5 tries: it fell over"
    assert service.said == [*[once] * 4, last]


def test_one_that_lived_for_long_did_not_die_at_once(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    for _ in range(2 * standing.MOST_TRIES):
        service.look()
        clock.now_ms += standing.AT_ONCE_MS
        service.last.alive = False
        service.look()
    assert service.job(sweep_id).tries == 0


def test_who_is_excused_is_tried_for_ever(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    for _ in range(2 * standing.MOST_TRIES):
        service.look()
        service.last.alive, service.last.excused = False, True
        service.look()
        assert service.job(sweep_id).state == "waiting"
        clock.now_ms += standing.EXCUSED_PAUSE_MS
    service.look()
    assert (service.job(sweep_id).state, service.job(sweep_id).tries) == ("running", 0)


def test_while_the_next_session_waits_it_is_said_why(service: Service, clock: Clock) -> None:
    """A coordinator on a cluster says nothing any more when its head is lost."""
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).dies()
    service.last.alive, service.last.excused = False, True
    service.last.last_words = "Ray's job server cannot be reached"
    service.look()
    row = service.ledger.sweep(sweep_id)
    assert (row.state, row.cause) == ("crashed", "Ray's job server cannot be reached")
    clock.now_ms += standing.EXCUSED_PAUSE_MS
    service.look()
    Coordinated.begun(service.ledger, sweep_id)
    assert service.ledger.sweep(sweep_id).cause is None


def test_an_end_that_cannot_be_written_down_yet_is_not_forgotten(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).dies()
    service.last.alive, service.last.excused = False, True

    def away(*_: object) -> None:
        raise LedgerAwayError("the server is away")

    with monkeypatch.context() as patch, pytest.raises(LedgerAwayError):
        patch.setattr(rounds, "explain", away)
        service.look()
    service.look()
    assert service.ledger.sweep(sweep_id).cause == "it fell over"
    assert service.job(sweep_id).not_before_ms == clock.now_ms + standing.EXCUSED_PAUSE_MS


def test_what_a_session_said_of_its_end_stays(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends("interrupted", "the cluster was lost")
    service.last.alive, service.last.excused = False, True
    service.look()
    assert service.ledger.sweep(sweep_id).cause == "the cluster was lost"


@pytest.mark.parametrize(
    ("failing", "why"),
    [
        (OSError("no more processes"), "no more processes"),
        (EOFError(), "EOFError"),  # the fork server could not fork, and ended
    ],
)
def test_a_launch_that_fails_is_tried_later(
    service: Service, clock: Clock, failing: Exception, why: str
) -> None:
    sweep_id = submit(service.ledger)
    service.launcher.failing = failing
    assert service.look().used == 0
    assert service.said == [f"sweep {sweep_id} could not be launched: {why}"]
    service.launcher.failing = None
    assert service.look().used == 0
    clock.now_ms += standing.EXCUSED_PAUSE_MS
    assert service.look().here == (sweep_id,)
