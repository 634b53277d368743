from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer


def test_what_passed_is_what_the_results_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path, monkeypatch)
    bench.train_with(FakeTrainer(failing=frozenset({3})))
    summary = bench.run()
    ledger = bench.ledger()
    course = ledger.course(summary.sweep_id)
    begun = ledger.trials(summary.sweep_id)
    ledger.close()
    assert [one.number for one in course] == list(range(10))
    assert [one.state for one in course] == [one.state for one in begun]
    assert [one.score for one in course] == [one.result and one.result.score for one in begun]
    assert [one.ended_ms for one in course] == [one.ended_ms for one in begun]
    assert [one.started_ms for one in course] == [one.started_ms for one in begun]
    assert [one.reason for one in course if one.state == "failed"] == ["diverged"]
    assert not any(one.confirms for one in course)
