from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from sweeps import clock
from sweeps.ledger import counts as ledger_counts
from sweeps.ledger import pages as ledger_pages
from sweeps.ledger import schema
from sweeps.ledger.jobs import Order, enqueue
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.pages import ALL, NONE_ENDED, Wanted
from sweeps.ledger.sweep_row import set_sweep
from sweeps.result_json import brief_from_json
from tests.sweeps.ledger.samples import SWEEP, failed, scored, trial


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.open(ledger_url)
    yield opened
    opened.close()


def put(ledger: Ledger, sweep_id: str, created_ms: int, state: str = "finished") -> None:
    """A sweep that nobody holds."""
    row = {
        "id": sweep_id,
        "name": sweep_id[0],
        "task": "penguins",
        "backend": "random",
        "document": "{}",
        "state": state,
        "created_ms": created_ms,
        "backend_state": "{}",
    }
    with ledger.changing() as connection:
        connection.execute(insert(schema.sweep).values(row))


def pages(ledger: Ledger, wanted: Wanted, limit: int) -> list[list[str]]:
    found, before = [], None
    while True:
        rows, before = ledger_pages.page(ledger, wanted, before, limit)
        found.append([row.sweep_id for row in rows])
        if before is None:
            return found


def test_pages_together_are_all_sweeps_and_each_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_pages, "AT_ONCE", 2)
    for number, sweep_id in enumerate(("aa", "ab", "ba", "bb", "bc")):
        put(ledger, sweep_id, created_ms=1000 + number // 2)
    assert pages(ledger, ALL, 2) == [["bc", "bb"], ["ba", "ab"], ["aa"]]
    assert pages(ledger, ALL, 5) == [["bc", "bb", "ba", "ab", "aa"]]
    assert pages(ledger, Wanted(name="b"), 2) == [["bc", "bb"], ["ba"]]
    assert pages(ledger, Wanted(name="c"), 2) == [[]]


def test_a_state_is_the_one_that_is_shown(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_pages, "AT_ONCE", 1)
    for number in range(3):
        put(ledger, f"a{number}", 1000 + number, "running")
    put(ledger, "bb", 2000)
    held = ledger.create(SWEEP, {}).sweep_id
    assert pages(ledger, Wanted(state="crashed"), 2) == [["a2", "a1"], ["a0"]]
    assert pages(ledger, Wanted(state="running"), 2) == [[held]]
    assert pages(ledger, Wanted(state="finished"), 2) == [["bb"]]
    by_state = {"crashed": 3, "running": 1, "finished": 1}
    assert ledger_counts.sweeps_by_state(ledger) == by_state


def test_sweeps_are_those_of_who_submitted_them(ledger: Ledger) -> None:
    job, _ = enqueue(ledger, SWEEP, Order("ann", "digest"))
    put(ledger, "aa", 1000)
    assert pages(ledger, Wanted(owner="ann"), 9) == [[job.sweep_id]]
    assert pages(ledger, Wanted(owner="bob"), 9) == [[]]
    assert ledger_pages.jobs_of(ledger, [job.sweep_id, "aa"]) == {job.sweep_id: job}
    assert ledger_pages.jobs_open(ledger, "ann") == 1
    assert ledger_pages.names(ledger, ["aa", job.sweep_id]) == {"aa": "a", job.sweep_id: "widths"}
    assert ledger_counts.jobs_by_state(ledger) == {"waiting": 1}


@pytest.mark.parametrize(
    ("typed", "found"), [("a", "aab"), ("aab", "aab"), ("b%", None), ("B", None), ("b_b", None)]
)
def test_a_beginning_is_meant_letter_by_letter(
    ledger: Ledger, typed: str, found: str | None
) -> None:
    for sweep_id in ("aab", "bbb"):
        put(ledger, sweep_id, 1000)
    if found is None:
        with pytest.raises(LookupError, match="no sweep"):
            ledger.sweep_id(typed)
    else:
        assert ledger.sweep_id(typed) == ledger.sweep(typed).sweep_id == found


def test_a_whole_id_is_meant_though_another_begins_so(ledger: Ledger) -> None:
    for number, sweep_id in enumerate(("ab", "abc", "abd")):
        put(ledger, sweep_id, 1000 - number)
    assert ledger.sweep("ab").sweep_id == "ab"
    with pytest.raises(LookupError, match="'a' may be any of abd, abc, ab: write more of it"):
        ledger.sweep("a")


def test_of_many_ids_that_begin_so_some_are_named(ledger: Ledger) -> None:
    for number in range(23):
        put(ledger, f"a{number:02}", 1000 + number)
    with pytest.raises(LookupError, match="a18, a19 and 3 others: write more"):
        ledger.sweep_id("a")


def test_trials_are_read_from_a_number_on(ledger: Ledger) -> None:
    claim = ledger.create(SWEEP, {})
    ledger.begin(claim, [trial(number) for number in range(5)], {})
    ledger.commit(claim, [(scored(0), 1), (failed(1), 1), (scored(3), 1)], {}, spent=0)

    def numbers(after: int, limit: int, *states: str) -> list[int]:
        found = ledger_pages.trials_after(
            ledger, claim.sweep_id, after, limit, states or None, brief_from_json
        )
        return [begun.trial.number for begun in found]

    assert numbers(-1, 3) == [0, 1, 2]
    assert numbers(2, 3) == [3, 4]
    assert numbers(-1, 9, "done") == [0, 3]
    assert numbers(0, 9, "failed", "running") == [1, 2, 4]


def test_results_come_in_the_order_of_their_ends(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ledger.create(SWEEP, {})
    sweep_id = claim.sweep_id
    assert ledger_pages.latest_end(ledger, sweep_id) == NONE_ENDED
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    now = clock.now_ms() + 1000
    for later, numbers in enumerate(((2, 3), (0,))):
        monkeypatch.setattr(clock, "wall_ms", lambda moment=now + later: moment)
        results = [(failed(n) if n == 3 else scored(n), 1) for n in numbers]
        ledger.commit(claim, results, {}, spent=0)

    def numbers_after(after: tuple[int, int], limit: int = 9) -> list[int]:
        found = ledger_pages.ended_after(ledger, sweep_id, after, limit)
        return [begun.trial.number for begun in found]

    assert numbers_after(NONE_ENDED) == [2, 3, 0]
    assert numbers_after(NONE_ENDED, 2) == [2, 3]
    assert numbers_after((now, 2)) == [3, 0]
    assert numbers_after((now, 3)) == [0]
    assert numbers_after((now + 1, 0)) == []
    assert ledger_pages.latest_end(ledger, sweep_id) == (now + 1, 0)
    assert ledger_pages.ended_at(ledger, sweep_id, now) == {2, 3}


def test_results_are_counted_that_came_within_a_time(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ledger.create(SWEEP, {})
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    now = clock.now_ms() + 1000
    for number in range(3):
        monkeypatch.setattr(clock, "wall_ms", lambda moment=now + number: moment)
        ledger.commit(claim, [(failed(0) if number == 0 else scored(number), 1)], {}, spent=0)
    counted = ledger_counts.ended_between
    assert counted(ledger, now - 1, now + 1) == {"failed": 1, "done": 1}
    assert counted(ledger, now, now + 2) == {"done": 2}
    with ledger.changing() as connection:
        set_sweep(connection, claim.sweep_id, ended_ms=now + 2)
    assert counted(ledger, now + 1, now + 2) == {"done": 1}
    assert counted(ledger, now + 2, now + 9) == {}
