from __future__ import annotations

import pytest

from sweeps import clock
from sweeps.service import event_look
from sweeps.service.event_look import Cursor
from tests.sweeps.service.api import Service, result


def test_in_a_moment_that_lasts_no_trial_is_missed_and_none_comes_twice(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set back stands still until it has caught up."""
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)
    monkeypatch.setattr(clock, "wall_ms", lambda: 0)
    trials = [result(number) for number in (0, 1, 2, 3)]
    api.ledger.begin(claim, [one.trial for one in trials], {})
    head, told = event_look.head_of(api.desk, sweep_id), []
    for number in (2, 0, 3, 1):
        api.ledger.commit(claim, [(trials[number], 1)], {}, spent=1.0)
        seen = event_look.look(api.desk, sweep_id, head)
        told += [event.data["number"] for event in seen.events]
        head = seen.head
    assert told == [2, 0, 3, 1]
    assert event_look.look(api.desk, sweep_id, event_look.head_of(api.desk, sweep_id)).events == ()


def test_ids_are_read_as_they_were_written() -> None:
    for cursor in (Cursor(), Cursor((1_790_000_000_000, 12), 345)):
        assert Cursor.read(str(cursor)) == cursor
