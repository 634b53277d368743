"""Trials that are trained again, with a trainer whose figures hang on the company of a fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, update

from sweeps import checkpoints, provenance
from sweeps.ledger import schema
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.rerunning.rerun import Rerun, rerun
from sweeps.surroundings import package_versions
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import MemoryTracker

TOGETHER = 3


@dataclass(frozen=True)
class Companionable:
    """Each epoch's loss follows from the one before, and a little from who is trained beside it."""

    rounding: float = 1e-9
    packs: list[Pack] = field(default_factory=list, compare=False)

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [
            Pack(tuple(fits[start : start + TOGETHER])) for start in range(0, len(fits), TOGETHER)
        ]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        self.packs.append(pack)
        company = json.dumps([[fit.trial.config, fit.seed] for fit in pack.fits], sort_keys=True)
        return [self._outcome(fit, company, problem.objective.metric) for fit in pack.fits]

    def _outcome(self, fit: Fit, company: str, metric: str) -> Outcome:
        losses = _kept(fit)
        while len(losses) < fit.budget:
            what = json.dumps([fit.trial.config, fit.seed, len(losses)], sort_keys=True)
            before = losses[-1] if losses else 0.0
            losses.append(before / 2 + _drawn(what) + self.rounding * _drawn(what + company))
        if fit.save_to is not None:
            checkpoints.save(Path(fit.save_to), {"losses": np.array(losses)}, {})
        return Outcome(fit, {metric: losses[-1]}, {"loss": tuple(losses)}, seconds=0.25)


def _kept(fit: Fit) -> list[float]:
    kept = None if fit.resume_from is None else checkpoints.load(Path(fit.resume_from))
    return [] if kept is None else [float(loss) for loss in kept.arrays["losses"]]


def _drawn(what: str) -> float:
    return int(hashlib.sha256(what.encode()).hexdigest()[:8], 16) / 2**32


HALVING = {
    **DOCUMENT,
    "space": {"width": {"low": 1, "high": 500}, "epochs": 9},
    "search": {"backend": "hyperband"},
}


@pytest.fixture
def trainer(bench: Bench) -> Companionable:
    made = Companionable()
    bench.train_with(made)
    return made


def again(bench: Bench, sweep_id: str, number: int) -> Rerun:
    ledger = bench.ledger()
    try:
        return rerun(ledger, sweep_id, number, {}, lambda _: None)
    finally:
        ledger.close()


@pytest.mark.parametrize("number", [0, 4, 9])
def test_a_trial_is_trained_in_its_company(
    bench: Bench, trainer: Companionable, number: int
) -> None:
    sweep_id = bench.run(read_sweep({**DOCUMENT, "evaluate": {"folds": 2}})).sweep_id
    before = bench.results(sweep_id)
    records = len(bench.tracker.records)
    held = again(bench, sweep_id, number)
    assert held.agreement.verdict == "bit-equal"
    assert held.apart is None
    assert held.changed == ()
    assert bench.results(sweep_id) == before
    assert len(bench.tracker.records) == records, "MLflow is told nothing"


def test_alone_it_would_come_out_different_in_the_last_digits(
    bench: Bench, trainer: Companionable
) -> None:
    """The proof that company matters, and what is said of trials of which it is not kept."""
    sweep_id = bench.run(read_sweep(DOCUMENT)).sweep_id
    _forget_marks(bench)
    held = again(bench, sweep_id, 4)
    assert held.agreement.verdict == "within tolerance"
    assert held.apart == "it is not kept what trial 4 was trained beside"
    assert (held.packs, held.fits) == (1, 1)


def _forget_marks(bench: Bench) -> None:
    ledger = bench.ledger()
    trial = schema.trial.c
    with ledger.changing() as connection:
        forgotten = func.replace(trial.result, '"pack"', '"no_pack"')
        connection.execute(update(schema.trial).values(result=forgotten))
    ledger.close()


def test_company_that_has_no_result_is_missed(bench: Bench, trainer: Companionable) -> None:
    sweep_id = bench.run(read_sweep(DOCUMENT)).sweep_id
    ledger = bench.ledger()
    with ledger.changing() as connection:
        gone = update(schema.trial).where(schema.trial.c.number == 1)
        connection.execute(gone.values(result=None, state="running"))
    ledger.close()
    held = again(bench, sweep_id, 0)
    assert held.agreement.verdict == "within tolerance"
    assert held.apart == "not all that was trained beside it has a result of then"
    assert again(bench, sweep_id, 4).agreement.verdict == "bit-equal", "which was trained elsewhere"


def test_a_halved_pack_is_trained_as_the_half_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True)
    class Breaking(Companionable):
        def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
            if len(pack.fits) > 2:
                raise RuntimeError("three are too many")
            return super().train(pack, problem, progress)

    bench.train_with(Breaking())
    sweep_id = bench.run(read_sweep(DOCUMENT)).sweep_id
    held = again(bench, sweep_id, 2)
    assert held.agreement.verdict == "bit-equal"
    assert held.fits == 2


@pytest.mark.slow
def test_a_promoted_trial_goes_on_from_its_parents_trained_again(
    bench: Bench, trainer: Companionable
) -> None:
    sweep_id = bench.run(read_sweep(HALVING)).sweep_id
    promoted = [one.trial for one in bench.results(sweep_id) if one.trial.budget == 9]
    last = next(trial for trial in promoted if trial.parent is not None)
    held = again(bench, sweep_id, last.number)
    assert held.agreement.verdict == "bit-equal"
    assert held.packs > 1


@pytest.mark.slow
def test_a_trial_of_many_stages_agrees_within_tolerance(
    bench: Bench, trainer: Companionable
) -> None:
    search = {"backend": "random", "trials": 12, "pruner": {"median": {"n_startup_trials": 4}}}
    sweep_id = bench.run(read_sweep({**HALVING, "search": search})).sweep_id
    results = bench.results(sweep_id)
    for state in ("done", "pruned"):
        number = next(one.trial.number for one in reversed(results) if one.state == state)
        held = again(bench, sweep_id, number)
        assert held.agreement.verdict in ("bit-equal", "within tolerance")
        assert held.apart is not None
        assert "a stage at a time" in held.apart


def test_what_the_memo_found_is_trained_where_it_was(bench: Bench, trainer: Companionable) -> None:
    first = bench.run(read_sweep(DOCUMENT), memo=True).sweep_id
    second = bench.run(read_sweep(DOCUMENT), memo=True).sweep_id
    held = again(bench, second, 5)
    assert (held.sweep_id, held.trial.trial.number) == (first, 5)
    assert held.agreement.verdict == "bit-equal"
    ledger = bench.ledger()
    ledger.remove(first)
    ledger.close()
    alone = again(bench, second, 5)
    assert alone.sweep_id == second
    assert alone.agreement.verdict == "within tolerance"


def test_other_figures_are_told_with_what_has_changed(
    bench: Bench, trainer: Companionable, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = bench.run(read_sweep(DOCUMENT)).sweep_id
    bench.train_with(Companionable(rounding=0.5))
    versions = {**package_versions(), "keras": "9.9"}
    monkeypatch.setattr(provenance, "package_versions", lambda: versions)
    held = again(bench, sweep_id, 1)
    assert held.agreement.verdict == "different"
    assert held.changed is not None
    assert [(one.what, one.after) for one in held.changed] == [("keras", "9.9")]


def test_what_cannot_be_trained_again_is_refused(bench: Bench, trainer: Companionable) -> None:
    sweep_id = bench.run(read_sweep(DOCUMENT)).sweep_id
    with pytest.raises(LookupError, match="no trial 77"):
        again(bench, sweep_id, 77)
    ledger = bench.ledger()
    with ledger.changing() as connection:
        connection.execute(update(schema.trial).values(result=None, state="cancelled"))
    ledger.close()
    with pytest.raises(ValueError, match="has no result"):
        again(bench, sweep_id, 0)


@pytest.mark.slow
@pytest.mark.parametrize("trainer_name", ["fused", "keras"])
def test_real_trainers_are_bit_equal(tmp_path: Path, trainer_name: str) -> None:
    """In workers, with more trials than a lane holds; two for Keras, which takes its time."""
    from sweeps import coordinator
    from sweeps.ledger.ledger import Ledger
    from sweeps.store import Store

    trials = 20 if trainer_name == "fused" else 2
    document: dict[str, Any] = {
        "task": "penguins",
        "trainer": trainer_name,
        "space": {"width": {"low": 4, "high": 40}, "epochs": 3},
        "search": {"backend": "random", "trials": trials},
        "evaluate": {"folds": 2},
    }
    store = Store.at(tmp_path)
    summary = coordinator.run(read_sweep(document), store=store, tracker=MemoryTracker, workers=1)
    ledger = Ledger.open(store.ledger_url)
    held = rerun(ledger, summary.sweep_id, 1, {"workers": 1}, lambda _: None)
    ledger.close()
    assert held.agreement.verdict == "bit-equal"
    assert held.agreement.figures > 0
    assert held.apart is None
