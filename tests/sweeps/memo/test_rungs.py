"""The memo where trials are continued, under Hyperband."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import Bench
from tests.sweeps.made_up import MadeUp
from tests.sweeps.memo.counting import changed, served


def halving(**budget: Any) -> dict[str, Any]:
    space = {"width": {"low": 1, "high": 500}, "epochs": 9}
    return changed(search={"backend": "hyperband"}, space=space, **budget)


@pytest.mark.slow
def test_hyperband_promotes_trials_of_the_memo_to_the_same_results(bench: Bench) -> None:
    bench.train_with(MadeUp())
    first = bench.run(read_sweep(halving()), memo=True)
    ledger = bench.ledger()
    number = next(one.trial.number for one in bench.results(first.sweep_id) if one.trial.parent)
    with ledger.changing() as connection:
        from sqlalchemy import update

        from sweeps.ledger import schema

        promoted = schema.trial.c.parent.is_not(None)
        connection.execute(update(schema.trial).where(promoted).values(memo_key=None))
    ledger.close()
    second = bench.run(read_sweep(halving()), memo=True)
    before, after = bench.results(first.sweep_id), bench.results(second.sweep_id)
    assert [one.trial for one in before] == [one.trial for one in after]
    assert [one.history for one in before] == [one.history for one in after]
    assert "memo" in after[0].notes
    assert "memo" not in after[number].notes


@pytest.mark.slow
def test_a_trial_with_little_time_is_not_promoted_from_the_memo(bench: Bench) -> None:
    bench.train_with(MadeUp())
    document = halving(budget={"trial_seconds": 60})
    bench.run(read_sweep(document), memo=True)
    summary = bench.run(read_sweep(document), memo=True)
    for result in bench.results(summary.sweep_id):
        assert ("memo" in result.notes) == (result.trial.budget == 9)


@pytest.mark.slow
def test_a_short_rung_is_no_short_training(bench: Bench) -> None:
    """A schedule spans the horizon of 9 epochs, not the rung of 3."""
    bench.train_with(MadeUp())
    bench.run(read_sweep(halving()), memo=True)
    ledger = bench.ledger()
    rows = ledger.trials(ledger.sweeps()[0].sweep_id)
    ledger.close()
    configs = [row.trial.config for row in rows if row.trial.budget == 3]
    assert configs
    short = [{**config, "epochs": 3} for config in configs]
    space = {"width": {"low": 1, "high": 500}, "epochs": {"low": 3, "high": 9}}
    search = {"backend": "random", "trials": len(short), "seed_trials": short}
    assert served(bench, changed(space=space, search=search)) == 0
    full = [{**config, "epochs": 9} for config in configs]
    promoted = [row.trial.config for row in rows if row.trial.budget == 9]
    both = sum(config in promoted for config in configs)
    assert served(bench, changed(space=space, search={**search, "seed_trials": full})) == both > 0
