"""Results by memo key: the oldest one that is done, in any sweep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeps.evaluation import failed
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.trial_rows import AT_ONCE
from sweeps.store import Store
from sweeps.trial import Failure, Result, Trial
from tests.sweeps.bench import RANDOM


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(Store.at(tmp_path).ledger_url)
    yield opened
    opened.close()


def kept(ledger: Ledger, results: list[Result], keys: dict[int, str]) -> str:
    """A sweep with these results."""
    claim = ledger.create(RANDOM, {})
    ledger.begin(claim, [result.trial for result in results], {})
    ledger.commit(claim, [(result, 1) for result in results], {}, 1.0, (), keys)
    return claim.sweep_id


def result(number: int, score: float = 0.5) -> Result:
    trial = Trial(number, {"width": number})
    return Result(trial, score=score, metrics={"val_accuracy": score}, history={}, seconds=1.0)


def test_the_oldest_result_of_a_key_is_found(ledger: Ledger) -> None:
    first = kept(ledger, [result(0), result(1), result(2)], {1: "a", 2: "a"})
    kept(ledger, [result(0, 0.9)], {0: "a"})
    found = ledger.trained_before(["a", "b"])
    assert {key: place[:2] for key, place in found.items()} == {"a": (first, 1)}
    assert '"score":0.5' in found["a"][2]


def test_what_has_no_key_or_no_score_is_not_found(ledger: Ledger) -> None:
    error = Failure("diverged", "loss is nan")
    kept(ledger, [result(0), failed(result(1).trial, error)], {1: "b"})
    assert ledger.trained_before(["b", ""]) == {}


def test_any_number_of_keys_may_be_asked_for(ledger: Ledger) -> None:
    many = AT_ONCE + 3
    sweep_id = kept(ledger, [result(n) for n in range(many)], {n: f"key {n}" for n in range(many)})
    found = ledger.trained_before([f"key {n}" for n in range(many)])
    assert {key: place[:2] for key, place in found.items()} == {
        f"key {n}": (sweep_id, n) for n in range(many)
    }
