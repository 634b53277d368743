"""Optuna with several objectives, and with what earlier searches have found."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from search_spaces import Float, Param, Space
from sweeps.backends.backend import Search, State, Told
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.prior import Prior
from sweeps.trial import Trial, Value

from .contract import FINITE, BackendContract, run, score_of

PLANE = Space.of(Param("x", Float(0.0, 1.0)), Param("y", Float(0.0, 1.0)))


class Twofold:
    """A search that is told two scores, where the contract's made-up results have one."""

    def __init__(self, search: Any) -> None:
        self._search = search

    def __getattr__(self, name: str) -> Any:
        return getattr(self._search, name)

    def tell(self, results: Sequence[Told]) -> None:
        self._search.tell([twofold(told) for told in results])


def twofold(told: Told) -> Told:
    if told.score is None:
        return told
    return replace(told, scores=(told.score, float(len(told.trial.config))))


@dataclass(frozen=True)
class Prepared:
    """A backend with two objectives, or with priors drawn from whatever space it searches."""

    settings: OptunaSearch
    priors: int = 0

    @property
    def batch(self) -> int:
        return self.settings.batch

    def check(self, space: Space) -> None:
        self.settings.check(space)

    def start(self, space: Space, seed: int) -> Any:
        return self._wrapped(self._with_priors(space).start(space, seed))

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> Any:
        results = [twofold(told) for told in results] if self._several else results
        made = self._with_priors(space).restore(space, seed, state, results, running)
        return self._wrapped(made)

    @property
    def _several(self) -> bool:
        return self.settings.objectives > 1

    def _wrapped(self, search: Search) -> Any:
        return Twofold(search) if self._several else search

    def _with_priors(self, space: Space) -> OptunaSearch:
        return replace(self.settings, priors=tuple(drawn(space, self.priors)))


def drawn(space: Space, count: int) -> list[Prior]:
    rng = random.Random(5)
    allowed = (config for _ in range(100) if space.allows(config := space.draw(rng)))
    return [
        Prior(config, (score_of(Trial(0, config)) or 0.0,))
        for config, _ in zip(allowed, range(count), strict=False)
    ]


class PreparedContract(BackendContract):
    def seeded(self, configs: Sequence[Mapping[str, Value]]) -> Any:
        prepared: Any = self.backend
        settings = replace(prepared.settings, seed_trials=tuple(configs))
        return replace(prepared, settings=settings)


@pytest.mark.slow
class TestTpeByTwoObjectives(PreparedContract):
    backend = Prepared(OptunaSearch(n_startup_trials=4, objectives=2))
    most = 12


class TestNsgaIIByTwoObjectives(PreparedContract):
    backend = Prepared(OptunaSearch(sampler="nsgaii", batch=4, objectives=2))
    most = 12


class TestTpeWithPriors(PreparedContract):
    backend = Prepared(OptunaSearch(n_startup_trials=4), priors=6)
    most = 12

    def test_a_finite_space_is_tried_whole_and_runs_dry(self) -> None:
        trials = run(self.backend.start(FINITE, seed=1))
        known = {FINITE.index_of(prior.config) for prior in drawn(FINITE, 6)}
        tried = [FINITE.index_of(trial.config) for trial in trials]
        assert sorted([*tried, *known]) == list(range(FINITE.count or 0))

    def test_only_what_constraints_allow_is_tried_and_the_rest_is_counted(self) -> None:
        """Priors are left out; see above."""


def near(trial: Trial, x: float, y: float) -> float:
    return sum((float(trial.config[name] or 0) - at) ** 2 for name, at in (("x", x), ("y", y)))


def test_priors_lead_to_what_they_found_good_at_once() -> None:
    rng = random.Random(2)
    tried = [Trial(0, PLANE.draw(rng)) for _ in range(100)]
    priors = tuple(Prior(trial.config, (near(trial, 0.8, 0.3),)) for trial in tried)
    warm = OptunaSearch(priors=priors).start(PLANE, seed=1).ask(8)
    cold = OptunaSearch().start(PLANE, seed=1).ask(8)
    assert sum(near(t, 0.8, 0.3) for t in warm) < sum(near(t, 0.8, 0.3) for t in cold) / 3


def test_priors_are_no_trials() -> None:
    prior = Prior({"x": 0.5, "y": 0.5}, (0.1,))
    search = OptunaSearch(priors=(prior,)).start(PLANE, seed=1)
    assert [trial.number for trial in search.ask(3)] == [0, 1, 2]
    assert "priors" not in search.state()


@pytest.mark.parametrize(("sampler", "generations"), [("tpe", 6), ("nsgaii", 30)])
def test_two_objectives_are_improved_together(sampler: Any, generations: int) -> None:
    """Between (0, 0) and (1, 0), y = 0 is best by both; x is the trade-off."""

    def share_of_small_y(backend: OptunaSearch) -> float:
        search, trials = backend.start(PLANE, seed=3), []
        for _ in range(generations):
            asked = search.ask(8)
            search.tell([Told(t, *both(t)) for t in asked])
            trials += asked
        late = trials[len(trials) // 2 :]
        return sum(float(trial.config["y"] or 0) < 0.2 for trial in late) / len(late)

    def both(trial: Trial) -> Any:
        scores = (near(trial, 0.0, 0.0), near(trial, 1.0, 0.0))
        return scores[0], None, None, (), scores

    learning = share_of_small_y(OptunaSearch(sampler=sampler, objectives=2, batch=8))
    chance = share_of_small_y(OptunaSearch(sampler="random", objectives=2, batch=8))
    assert learning > 2 * chance
