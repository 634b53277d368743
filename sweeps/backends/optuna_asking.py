"""A search under way that asks an Optuna sampler."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from search_spaces import Space
from sweeps.backends.backend import State, Told
from sweeps.backends.draws import Draws
from sweeps.backends.optuna_samplers import SamplerSettings
from sweeps.backends.optuna_study import OptunaStudy
from sweeps.backends.prior import Prior, telling
from sweeps.backends.rhythm import Rhythm
from sweeps.trial import Config, Trial

TRIES_BEFORE_DRAWING = 10
"""Suggestions that may be repeated or refused before random search decides a trial."""


class SamplerSearch:
    """Seed trials first, then what the sampler suggests, from the results told in order.

    Priors are known from the start; they are no trials, and are not suggested again unless they
    were judged elsewhere.
    """

    learns = True

    def __init__(
        self,
        space: Space,
        seed: int,
        sampler: SamplerSettings,
        *,
        seed_trials: Sequence[Config],
        batch: int,
        objectives: int = 1,
        priors: Sequence[Prior] = (),
    ) -> None:
        self._space = space
        self._seed = seed
        self._sampler = sampler
        self._seed_trials = seed_trials
        self._study = OptunaStudy(space, seed, sampler, batch, objectives, telling(priors))
        known = [prior.config for prior in priors if not prior.elsewhere]
        self._tried = [*seed_trials, *known]
        self._draws = Draws(space, seed, self._tried)
        self._rhythm = Rhythm()
        self._refused = 0
        self._number = 0
        self._told = 0
        self._told_at_ask = 0

    @property
    def refused(self) -> int:
        """How many suggestions and draws the constraints refused so far."""
        return self._refused + self._draws.refused

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` new trials; fewer when a finite space runs dry."""
        self._rhythm.add(limit, self._told - self._told_at_ask)
        self._told_at_ask = self._told
        trials: list[Trial] = []
        while len(trials) < limit and (config := self._next_config()) is not None:
            trials.append(Trial(self._number, config))
            self._number += 1
        return trials

    def _next_config(self) -> Config | None:
        if self._number < len(self._seed_trials):
            return self._recorded(self._seed_trials[self._number])
        if self._draws.untried.dry:
            return None
        for attempt in range(TRIES_BEFORE_DRAWING):
            config, attributes = self._study.suggest(self._number, attempt)
            if not self._space.allows(config):
                self._refused += 1
            elif self._draws.untried.take(config):
                self._study.record(self._number, config, attributes)
                return config
        drawn = self._draws.next()
        return None if drawn is None else self._recorded(drawn)

    def _recorded(self, config: Config) -> Config:
        self._study.record(self._number, config, {})
        return config

    def tell(self, results: Sequence[Told]) -> None:
        """Take in results; a score that is not finite counts as a failure, pruned is pruned.

        Raises ValueError when a trial is told out of turn.
        """
        for told in results:
            if told.trial.number != self._told:
                raise ValueError(f"trial {told.trial.number} is told, but {self._told} is next")
            scores = told.scores or (() if told.score is None else (told.score,))
            good = bool(scores) and all(math.isfinite(score) for score in scores)
            if told.failure is not None and told.failure.reason == "pruned" and told.reported:
                self._study.prune(told.trial.number, told.reported)
            else:
                self._study.tell(told.trial.number, scores if good else None)
            self._told += 1

    def state(self) -> State:
        """What is not in the results; for a sampler that is replayed, the rhythm is enough."""
        if self._sampler.kind.replayed:
            return {"number": self._number, "rhythm": self._rhythm.state()}
        running = range(self._told, self._number)
        noted: dict[str, Any] = {str(n): self._study.attributes(n) for n in running}
        return {
            "number": self._number,
            "refused": self._refused,
            "draws": self._draws.state(),
            "noted": {number: attributes for number, attributes in noted.items() if attributes},
        }

    def fill(self, state: State, results: Sequence[Told], running: Sequence[Trial]) -> None:
        """Take the place of a search that gave these trials and was told these results."""
        trials = [*(told.trial for told in results), *running]
        tried = [*self._tried, *(trial.config for trial in trials)]
        self._draws = Draws.restored(self._space, self._seed, state["draws"], tried)
        self._refused = state["refused"]
        self._number = state["number"]
        for trial in trials:
            noted = state["noted"].get(str(trial.number), {})
            self._study.record(trial.number, trial.config, noted)
        self.tell(results)

    def replay(self, state: State, results: Sequence[Told]) -> list[Trial]:
        """Ask and tell again in the old rhythm; returns all trials that were asked for."""
        asked: list[Trial] = []
        for limit, told in Rhythm(state["rhythm"]).turns():
            self.tell(results[self._told : self._told + told])
            asked += self.ask(limit)
        self.tell(results[self._told :])
        return asked

    def continuable(self) -> frozenset[int]:
        """No trial continues another."""
        return frozenset()

    def knowledge(self) -> None:
        """Configurations are complete when they are asked for."""
