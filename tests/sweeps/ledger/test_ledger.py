from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sweeps import clock, lease
from sweeps.lease import Claim, LeaseError
from sweeps.ledger import records as ledger_records
from sweeps.ledger import view as ledger_view
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import told
from tests.sweeps.ledger.samples import SWEEP, end_as_if_killed, failed, scored, trial


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    ledger = Ledger.open(ledger_url)
    yield ledger
    ledger.close()


@pytest.fixture
def claim(ledger: Ledger) -> Claim:
    return ledger.create(SWEEP, {"next": 0})


def test_two_launches_of_one_sweep_are_two_sweeps_the_oldest_first(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.wall_ms()
    ids = []
    for later in range(5):
        monkeypatch.setattr(clock, "wall_ms", lambda moment=now + later: moment)
        ids.append(ledger.create(SWEEP, {}).sweep_id)
    assert len(set(ids)) == 5
    assert [row.sweep_id for row in ledger.sweeps()] == ids


def test_a_sweep_that_is_removed_while_it_is_looked_up_is_none(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.release(claim)
    listing = ledger_view.listing

    def removed_meanwhile() -> object:
        ledger.remove(claim.sweep_id)
        return listing()

    monkeypatch.setattr(ledger_view, "listing", removed_meanwhile)
    with pytest.raises(
        LookupError, match=f"no sweep '{claim.sweep_id}' in this store; `sweeps ls`"
    ):
        ledger.sweep(claim.sweep_id)


def test_results_come_back_exactly_as_they_were(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {"next": 2})
    results = [scored(0, 0.1 + 0.2), failed(1)]
    ledger.commit(claim, [(result, 1) for result in results], {"next": 2}, spent=3.5)
    assert ledger.results(claim.sweep_id) == results
    assert ledger.document(claim.sweep_id) == SWEEP.document
    assert ledger.backend_state(claim.sweep_id) == {"next": 2}


def test_what_mlflow_has_is_read_in_brief_and_the_rest_whole(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1), trial(2)], {})
    results = [scored(0, 0.5), failed(1), scored(2, 0.25)]
    ledger.commit(claim, [(result, 1) for result in results], {}, spent=0)
    ledger.shipped(claim, [0, 1])
    brief = [replace(result, history={}, parts=()) for result in results]
    assert ledger.briefs(claim.sweep_id) == brief
    found = [begun.result for begun in ledger.trials(claim.sweep_id)]
    assert found == [*brief[:2], results[2]]
    assert ledger.results(claim.sweep_id) == results


def test_a_listing_counts_what_became_of_the_trials(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    ledger.commit(claim, [(scored(0), 1), (failed(1), 1), (scored(2), 1)], {}, spent=2.0)
    ledger.shipped(claim, [0])
    row = ledger.sweep(claim.sweep_id[:4])
    assert (row.done, row.failed, row.running, row.unsent) == (2, 1, 1, 2)
    assert (row.state, row.spent_seconds, row.backend) == ("running", 2.0, "random")


def test_confirmations_are_counted_and_ranked_apart(ledger: Ledger, claim: Claim) -> None:
    confirming = [replace(trial(number), confirms=1) for number in (4, 5, 6)]
    ledger.begin(claim, [*(trial(number) for number in range(4)), *confirming], {})
    results = [scored(0, 0.25), scored(1, 0.5), failed(2), scored(3, 0.5)]
    results += [replace(scored(4, 0.75), trial=confirming[0])]
    results += [replace(failed(5, "crashed"), trial=confirming[1])]
    ledger.commit(claim, [(result, 1) for result in results], {}, spent=2.0)
    row = ledger.sweep(claim.sweep_id)
    assert (row.done, row.failed, row.confirmed, row.unconfirmed) == (3, 1, 1, 1)
    assert (row.searched, row.confirmations, row.ended, row.running) == (4, 2, 6, 1)
    ranked = {
        maximize: [one.number for one in ledger.ranking(claim.sweep_id, maximize=maximize)]
        for maximize in (True, False)
    }
    assert ranked == {True: [1, 3, 0], False: [0, 1, 3]}
    assert next(ledger.ranking(claim.sweep_id, maximize=True)) == trial(1)
    assert ledger.reasons(claim.sweep_id) == {"crashed": 1, "diverged": 1}
    assert ledger.reasons(claim.sweep_id, confirmations=False) == {"diverged": 1}
    assert ledger.best(claim.sweep_id, maximize=True) == replace(scored(1), history={}, parts=())


def test_a_result_is_taken_once(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    ledger.commit(claim, [(scored(0, 0.5), 1)], {}, spent=0)
    with pytest.raises(LeaseError, match=r"trial 0 .* is not running as attempt 1"):
        ledger.commit(claim, [(scored(0, 0.9), 1)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == [scored(0, 0.5)]


def test_a_trial_that_comes_twice_in_one_commit_is_refused(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {})
    with pytest.raises(LeaseError, match=r"trial 0 .* is not running as attempt 1"):
        ledger.commit(claim, [(scored(0), 1), (scored(1), 1), (scored(0), 1)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == []


def test_thousands_of_results_are_one_commit_and_of_this_sweep_alone(
    ledger: Ledger, claim: Claim
) -> None:
    numbers = range(33_000)  # more than a statement of SQLite takes values
    other = ledger.create(SWEEP, {})
    ledger.begin(other, [trial(0), trial(1)], {})
    ledger.begin(claim, [trial(number) for number in numbers], {})
    ledger.commit(claim, [(scored(number), 1) for number in numbers if number != 1], {}, spent=0)
    rows = [ledger.sweep(sweep.sweep_id) for sweep in (claim, other)]
    assert [(row.done, row.running) for row in rows] == [(32_999, 1), (0, 2)]


def test_a_refused_result_takes_its_whole_transaction_with_it(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0), trial(1)], {"told": 0})
    with pytest.raises(LeaseError):
        ledger.commit(claim, [(scored(0), 1), (scored(1), 7)], {"told": 2}, spent=0)
    assert ledger.results(claim.sweep_id) == []
    assert ledger.backend_state(claim.sweep_id) == {"told": 0}


def test_a_held_sweep_cannot_be_claimed_by_another(ledger: Ledger, claim: Claim) -> None:
    with pytest.raises(LeaseError, match=rf"{claim.sweep_id} is being run by process \d+"):
        ledger.claim(claim.sweep_id)


def test_a_dead_holder_loses_the_sweep_and_can_write_no_more(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.begin(claim, [trial(0)], {})
    end_as_if_killed(claim, monkeypatch)
    second = ledger.claim(claim.sweep_id)
    ledger.take_up(second)
    for write in (
        lambda: ledger.begin(claim, [trial(1)], {}),
        lambda: ledger.commit(claim, [(scored(0), 1)], {}, spent=0),
        lambda: ledger.renew(claim),
        lambda: ledger.end(claim, "finished", 0.0),
    ):
        with pytest.raises(LeaseError, match="taken over"):
            write()
    assert [begun.attempt for begun in ledger.trials(claim.sweep_id)] == [2]
    ledger.commit(second, [(scored(0), 2)], {}, spent=0)
    assert ledger.results(claim.sweep_id) == [scored(0)]


def test_a_lease_that_ran_out_is_free(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = ledger_records.wall_ms() + lease.LEASE_MS + 1
    monkeypatch.setattr(ledger_records, "wall_ms", lambda: later)
    assert ledger.claim(claim.sweep_id).epoch == claim.epoch + 1


def test_a_sweep_whose_holder_is_gone_is_shown_as_crashed(
    ledger: Ledger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.sweep(claim.sweep_id).state == "running"
    end_as_if_killed(claim, monkeypatch)
    assert ledger.sweep(claim.sweep_id).state == "crashed"


def test_an_ended_sweep_is_free(ledger: Ledger, claim: Claim) -> None:
    ledger.end(claim, "interrupted", 12.5)
    with pytest.raises(LeaseError):
        ledger.claim(claim.sweep_id)
    ledger.release(claim)
    row = ledger.sweep(claim.sweep_id)
    assert (row.state, row.spent_seconds) == ("interrupted", 12.5)
    assert ledger.claim(claim.sweep_id).epoch == 2


def test_results_behind_a_gap_are_not_told_yet(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(number) for number in range(4)], {})
    ledger.commit(claim, [(scored(0), 1), (scored(2), 1)], {}, spent=0)
    results, waiting = told(ledger.trials(claim.sweep_id))
    assert [result.trial.number for result in results] == [0]
    assert [waited.number for waited in waiting] == [1, 2, 3]


def test_an_unknown_id_names_the_nearest(ledger: Ledger, claim: Claim) -> None:
    wrong = claim.sweep_id[:-1] + "0"
    with pytest.raises(LookupError, match=f"no sweep '{wrong}'.*{claim.sweep_id}"):
        ledger.sweep(wrong)


def test_a_removed_sweep_is_gone(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    ledger.end(claim, "finished", 0.0)
    ledger.release(claim)
    ledger.remove(claim.sweep_id)
    assert ledger.sweeps() == []
    assert ledger.trials(claim.sweep_id) == []


def test_a_running_sweep_is_not_removed(ledger: Ledger, claim: Claim) -> None:
    with pytest.raises(LeaseError):
        ledger.remove(claim.sweep_id)
    assert len(ledger.sweeps()) == 1


def test_nan_is_refused_rather_than_stored(ledger: Ledger, claim: Claim) -> None:
    ledger.begin(claim, [trial(0)], {})
    with pytest.raises(ValueError, match="JSON"):
        ledger.commit(claim, [(scored(0, float("nan")), 1)], {}, spent=0)
