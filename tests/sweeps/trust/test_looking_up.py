"""What is read of a ledger for what can be trusted of a sweep: few trials, and the same is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.found import found_of
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Failure, Part, Result, Trial
from sweeps.trust.looking_up import trust_in
from sweeps.trust.trust import trust_of

DOCUMENT = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}},
    "search": {"backend": "random", "trials": 5},
    "evaluate": {"confirm_top": 2, "repeats": 3},
}
SWEEP = read_sweep(DOCUMENT)
FRONT = read_sweep({**DOCUMENT, "objective": ["val_accuracy", "val_loss"], "evaluate": {}})
SEARCHED = (0.7, 0.9, None, 0.9, 0.8)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db")) as opened:
        yield opened


def result(number: int, score: float | None, confirms: int | None = None) -> Result:
    trial = Trial(number, {"width": number + 1}, confirms=confirms)
    if score is None:
        return Result(trial, None, {}, {}, 1.0, error=Failure("diverged", "loss became nan"))
    metrics = {"val_accuracy": score, "val_loss": 1 - score}
    parts = [
        Part(0, repeat, {**metrics, "val_accuracy": score + 0.01 * repeat * number}, {}, 1.0)
        for repeat in range(3)
    ]
    return Result(trial, score, metrics, {}, 1.0, tuple(parts))


def kept(ledger: Ledger, results: Sequence[Result], sweep: Sweep = SWEEP, running: int = 0) -> str:
    """The id of a sweep with these results, and with confirmations of trial 1 under way."""
    claim = ledger.create(sweep, {})
    begun = [Trial(len(results) + place, {"width": 2}, confirms=1) for place in range(running)]
    ledger.begin(claim, [*(one.trial for one in results), *begun], {})
    ledger.commit(claim, [(one, 1) for one in results], {}, spent=1.0)
    return claim.sweep_id


def searched(scores: Sequence[float | None] = SEARCHED) -> list[Result]:
    return [result(number, score) for number, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("again", "running"),
    [
        ([], 0),
        ([(0.85, 1)], 0),
        ([(0.85, 1), (0.8, 3)], 1),
        ([(0.5, 1), (0.8, 4)], 0),
        ([(None, 1), (0.8, 3)], 0),
        ([], 2),
    ],
)
def test_it_is_as_if_all_had_been_read(
    ledger: Ledger, again: list[tuple[float | None, int]], running: int
) -> None:
    confirmed = [result(5 + place, score, of) for place, (score, of) in enumerate(again)]
    sweep_id = kept(ledger, [*searched(), *confirmed], running=running)
    trust = trust_in(ledger, sweep_id)
    assert trust is not None
    assert trust == trust_of(found_of(ledger, sweep_id))
    assert trust.winner == 1


def test_nothing_can_be_said_without_a_best(ledger: Ledger) -> None:
    assert trust_in(ledger, kept(ledger, searched([None, None]))) is None
    assert trust_in(ledger, kept(ledger, searched(), FRONT)) is None
    with pytest.raises(LookupError, match="no sweep 'nosuch'"):
        trust_in(ledger, "nosuch")


def test_few_trials_are_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep_id = kept(ledger, [*searched(), result(5, 0.85, 1), result(6, 0.8, 3)])
    read, asked = ledger.trial, list[int]()

    def noted(sweep_id: str, number: int) -> object:
        asked.append(number)
        return read(sweep_id, number)

    monkeypatch.setattr(ledger, "trial", noted)
    monkeypatch.setattr(ledger, "trials", None)
    assert trust_in(ledger, sweep_id) is not None
    assert sorted(asked) == [1, 3, 5, 6]
