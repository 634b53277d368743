"""A search with its confirmations is a search; and what is confirmed are the best of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from search_spaces import Space
from sweeps.backends.backend import Backend, Search, State, Told
from sweeps.backends.confirming import Confirm, Confirming, first_state, restored
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.trial import Failure, Trial, Value
from tests.sweeps.backends.contract import (
    BATCH,
    CONTINUOUS,
    FINITE,
    STEPPED,
    BackendContract,
    run,
    score_of,
    told,
)

TOP = 3


class Watched(Confirming):
    """With the figure that the contract asks for, and everything that it was told."""

    heard: list[Told]

    @property
    def refused(self) -> int:
        return self._search.refused  # type: ignore[attr-defined,no-any-return]

    def tell(self, results: Sequence[Told]) -> None:
        self.heard += results
        super().tell(results)


@dataclass(frozen=True)
class ConfirmingBackend:
    """A backend whose searches confirm; the ledger's part is what they were told."""

    inner: Backend
    top: int = TOP
    cap: int | None = None
    seed_trials: tuple[Mapping[str, Value], ...] = ()
    longest: int | None = None

    @property
    def batch(self) -> int:
        return self.inner.batch

    def check(self, space: Space) -> None:
        self._inner.check(space)

    @property
    def _inner(self) -> Backend:
        return dataclasses.replace(self.inner, seed_trials=self.seed_trials)  # type: ignore[type-var]

    @property
    def _confirm(self) -> Confirm:
        return Confirm(self.top, self.batch, self.cap, self.longest)

    def start(self, space: Space, seed: int) -> Search:
        heard: list[Told] = []
        search = Watched(self._inner.start(space, seed), self._confirm, lambda: ranked(heard))
        assert search.state() == first_state(search._search)
        search.heard = heard
        return search

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> Search:
        heard = list(results)
        search = restored(
            self._inner,
            space,
            seed,
            state,
            results,
            running,
            self._confirm,
            lambda: ranked(heard),
        )
        search.__class__ = Watched
        search.heard = heard  # type: ignore[attr-defined]
        return search


def ranked(heard: Sequence[Told]) -> list[Trial]:
    """As the ledger ranks them."""
    scored = [
        (told.score, told.trial.number, told.trial)
        for told in heard
        if told.score is not None and told.trial.confirms is None
    ]
    return [trial for *_, trial in sorted(scored, key=lambda each: each[:2])]


def confirmations(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.confirms is not None]


class TestARandomSearch(BackendContract):
    backend = ConfirmingBackend(RandomSearch(), cap=24)
    never_repeats = False

    def test_a_finite_space_is_tried_whole_and_runs_dry(self) -> None:
        search = replace(self.backend, cap=None).start(FINITE, seed=1)
        trials = run(search, most=10 * (FINITE.count or 0))
        assert {FINITE.index_of(t.config) for t in trials} == set(range(FINITE.count or 0))
        assert search.ask(5) == []
        assert len(trials) == (FINITE.count or 0) + TOP


class TestSamplers(BackendContract):
    backend = ConfirmingBackend(OptunaSearch(batch=5), cap=15)
    most = 20
    never_repeats = False

    def test_a_finite_space_is_tried_whole_and_runs_dry(self) -> None:
        """With the cap it is not."""


@pytest.mark.slow
class TestHyperband(BackendContract):
    backend = ConfirmingBackend(Hyperband(), longest=4)
    never_repeats = False

    def test_a_finite_space_is_tried_whole_and_runs_dry(self) -> None:
        """It has places for some of it only."""


def nameless(trial: Trial) -> Told:
    """A result that does not depend on what the trial is called."""
    return Told(trial, score_of(replace(trial, number=0)))


def run_nameless(search: Search, most: int = 1000) -> list[Trial]:
    trials: list[Trial] = []
    while len(trials) < most and (asked := search.ask(min(BATCH, most - len(trials)))):
        search.tell([nameless(trial) for trial in asked])
        trials += asked
    return trials


def searched(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.confirms is None]


@pytest.mark.parametrize("inner", [GridSearch(), RandomSearch(), OptunaSearch(batch=5)])
def test_the_best_are_confirmed_when_the_search_is_over(inner: Backend) -> None:
    trials = run(ConfirmingBackend(inner, cap=18).start(STEPPED, seed=2))
    assert trials[:18] == run(inner.start(STEPPED, seed=2), most=18)
    scores = {trial.number: score_of(trial) for trial in trials[:18]}
    best = sorted((score, number) for number, score in scores.items() if score is not None)[:TOP]
    assert [trial.confirms for trial in trials[18:]] == [number for _, number in best]
    assert [trial.number for trial in trials] == list(range(18 + TOP))
    for trial in trials[18:]:
        assert trial.config == trials[trial.confirms or 0].config


def test_nothing_is_confirmed_before_every_trial_has_its_result() -> None:
    search = ConfirmingBackend(RandomSearch(), cap=6).start(CONTINUOUS, seed=1)
    first = search.ask(6)
    assert search.ask(6) == []
    search.tell([told(trial) for trial in first[:5]])
    assert search.ask(6) == []
    search.tell([told(first[5])])
    assert len(confirmations(search.ask(6))) == TOP
    assert search.ask(6) == [], "once"


def test_confirmations_come_in_portions_as_well() -> None:
    search = ConfirmingBackend(RandomSearch(), top=4, cap=8).start(CONTINUOUS, seed=1)
    search.tell([told(trial) for trial in search.ask(8)])
    found = [search.ask(1) for _ in range(5)]
    assert [len(each) for each in found] == [1, 1, 1, 1, 0]
    assert len({trial.confirms for each in found for trial in each}) == 4


def test_fewer_than_wanted_are_confirmed_when_fewer_have_a_score() -> None:
    search = ConfirmingBackend(RandomSearch(), cap=4).start(CONTINUOUS, seed=1)
    trials = search.ask(4)
    failure = Failure("diverged", "nan")
    search.tell([Told(trials[0], 1.0), *(Told(trial, None, failure) for trial in trials[1:])])
    assert [trial.confirms for trial in search.ask(9)] == [0]


def test_of_equal_scores_the_earlier_are_confirmed() -> None:
    search = ConfirmingBackend(RandomSearch(), cap=9).start(CONTINUOUS, seed=1)
    search.tell([Told(trial, 0.5) for trial in search.ask(9)])
    assert [trial.confirms for trial in search.ask(9)] == [0, 1, 2]


def test_the_search_never_hears_of_its_confirmations() -> None:
    class Listening:
        learns, heard = True, list[Told]()

        def ask(self, limit: int) -> list[Trial]:
            return []

        def tell(self, results: Sequence[Told]) -> None:
            assert results
            self.heard += results

        def state(self) -> dict[str, Any]:
            return {"heard": len(self.heard)}

        def continuable(self) -> frozenset[int]:
            return frozenset()

        def knowledge(self) -> None:
            return None

    known = [Trial(0, {"width": 1}), Trial(1, {"width": 2})]
    inner = Listening()
    search = Confirming(inner, Confirm(2, 9), lambda: known, known)
    asked = search.ask(9)
    before = search.state()
    search.tell([told(trial) for trial in asked])
    assert (len(asked), inner.heard, search.state()) == (2, [], before)


@pytest.mark.slow
def test_hyperband_confirms_what_was_trained_in_full() -> None:
    backend = ConfirmingBackend(Hyperband(), longest=4)
    trials = run(backend.start(CONTINUOUS, seed=1))
    in_full = {trial.number for trial in searched(trials) if trial.budget == 4}
    assert {trial.confirms for trial in confirmations(trials)} <= in_full
    assert all((trial.budget, trial.parent) == (4, None) for trial in confirmations(trials))
    configs = [json.dumps(dict(trial.config)) for trial in confirmations(trials)]
    assert len(set(configs)) == len(configs) == TOP


@pytest.mark.parametrize(
    "inner", [RandomSearch(), OptunaSearch(batch=5), OptunaSearch("cmaes", batch=5)], ids=repr
)
@pytest.mark.parametrize("again", [False, True])
def test_extended_it_searches_on_as_if_nothing_had_been_confirmed(
    inner: Backend, again: bool
) -> None:
    whole = run_nameless(inner.start(CONTINUOUS, seed=4), most=25)
    backend = ConfirmingBackend(inner, cap=15)
    search = backend.start(CONTINUOUS, seed=4)
    trials = run_nameless(search)
    state = json.loads(json.dumps(search.state()))
    longer = replace(backend, cap=25)
    results = [nameless(trial) for trial in trials]
    if again:  # broken off once more, in the middle of a batch
        search = longer.restore(CONTINUOUS, 4, state, results, [])
        trials += search.ask(BATCH)
        state = json.loads(json.dumps(search.state()))
        search = longer.restore(CONTINUOUS, 4, state, results, trials[-BATCH:])
        search.tell([nameless(trial) for trial in trials[-BATCH:]])
    else:
        search = longer.restore(CONTINUOUS, 4, state, results, [])
    trials += run_nameless(search)
    assert [trial.config for trial in searched(trials)] == [trial.config for trial in whole]
    best = ranked([nameless(trial) for trial in trials])[:TOP]
    keys = [json.dumps(dict(trial.config)) for trial in confirmations(trials)]
    assert {json.dumps(dict(trial.config)) for trial in best} <= set(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
def test_a_parent_has_its_number_in_the_sweep() -> None:
    """Hyperband, capped, confirmed and extended: what is promoted continues the right trial."""
    inner = Hyperband(factor=2)
    new = sum(trial.parent is None for trial in run(inner.start(CONTINUOUS, seed=1)))
    backend = ConfirmingBackend(inner, cap=new, longest=4)
    search = backend.start(CONTINUOUS, seed=1)
    trials = run(search)
    assert confirmations(trials)
    longer = replace(backend, cap=None)
    search = longer.restore(CONTINUOUS, 1, search.state(), [told(t) for t in trials], [])
    trials += run(search)
    by_number = {trial.number: trial for trial in trials}
    promoted = [trial for trial in trials if trial.parent is not None]
    assert any((trial.parent or 0) > new for trial in promoted), "or numbers are the same"
    for trial in promoted:
        parent = by_number[trial.parent or 0]
        assert parent.confirms is None
        assert parent.config == trial.config
        assert (parent.budget or 0) < (trial.budget or 0)
