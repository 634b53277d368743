from __future__ import annotations

from sweeps.cli.watch_lines import Changes, figures, state_of, work
from tests.sweeps.cli.seen import seen
from tests.sweeps.watcher_contract import MANY, SINGLE


def test_how_far_it_is() -> None:
    assert ", ".join(figures(seen())) == (
        "22/60 trials, 2 failed, best 0.9 (trial 7), 30.0 trials/min, 1 min 16 s left"
    )
    unknown = seen(total=None, best=None, per_second=None, seconds_left=None, row={"failed": 0})
    assert figures(unknown) == ["20 trials"]
    assert "3.0 trials/s" in figures(seen(per_second=3.0))


def test_confirmations_are_counted_apart() -> None:
    said = figures(seen({"confirmed": 4, "unconfirmed": 1}))
    assert said[:3] == ["22/60 trials", "3 failed", "4 confirmed"]


def test_its_state_and_who_runs_it() -> None:
    assert state_of(seen()) == "small abc234: running, by process 12 on here"
    assert state_of(seen({"state": "finished", "holder": None})) == "small abc234: finished"


def test_what_workers_train_or_what_the_ledger_knows_of_it() -> None:
    assert work(seen(at_work=[SINGLE, MANY]), 1) == [
        "worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345",
        "and 1 more",
    ]
    assert work(seen(), 8) == ["3 trials begun, the first 5 s ago"]
    assert work(seen({"running": 0}), 8) == []
    assert work(seen({"holder": None}), 8) == []


def test_a_pipe_hears_of_what_is_new() -> None:
    changes = Changes()
    first = changes.lines(seen(), 100.0)
    assert first == [
        "small abc234: running, by process 12 on here",
        "trial 3 failed, diverged: loss became nan",
        ", ".join(figures(seen())),
    ]
    assert changes.lines(seen(), 110.0) == []
    assert changes.lines(seen({"done": 21}), 111.0) == [", ".join(figures(seen({"done": 21})))]


def test_a_pipe_hears_once_that_nobody_can_look_and_once_that_it_is_over() -> None:
    changes, away = Changes(), seen(away="no service at http://a")
    changes.lines(seen(), 100.0)
    assert changes.lines(away, 101.0) == ["as it was when last seen: no service at http://a"]
    assert changes.lines(away, 111.0) == []
    assert changes.lines(seen(), 112.0) == ["it can be looked at again"]
    assert changes.lines(seen(), 113.0) == []


def test_a_pipe_hears_of_progress_every_five_seconds_and_of_the_last() -> None:
    changes = Changes()
    changes.lines(seen(), 100.0)
    assert changes.lines(seen({"done": 21}), 104.0) == []
    assert len(changes.lines(seen({"done": 22}), 105.0)) == 1
    over = {"done": 23, "state": "finished", "holder": None}
    last = changes.lines(seen(over), 105.1)
    assert last == ["small abc234: finished", ", ".join(figures(seen(over)))]
    assert len(changes.lines(seen(over), 105.2)) == 0
