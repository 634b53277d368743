"""A Hyperband search under way: the oracle's places, filled with configurations of ours."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from search_spaces import Space
from sweeps.backends.backend import State, Told
from sweeps.backends.draws import Draws
from sweeps.backends.hyperband_oracle import Place
from sweeps.trial import Config, Trial


class Oracle(Protocol):
    """Which places there are and who is promoted (see `HyperbandOracle`)."""

    def places(self) -> list[Place]:
        """Every place that can be filled by now; none when it is over."""

    def fill(self, scores: Sequence[tuple[str, float | None]]) -> None:
        """Take in the scores of places, smaller is better; None is a failure."""


class HalvingSearch:
    """Asks in waves: all places that can be filled, then nothing until all of them are told.

    So a rung is complete before anything is promoted from it, and the trials do not depend on
    how many are asked for at once. The oracle is told in the order of the trials' numbers. A
    place that the oracle gives to a failed trial stays empty: it is told as failed without a
    trial, which happens when a rung has fewer scores than the next one has places.
    """

    learns = True

    def __init__(
        self,
        space: Space,
        seed: int,
        *,
        seed_trials: Sequence[Config],
        max_epochs: int,
        oracle: Oracle,
    ) -> None:
        self._oracle = oracle
        self._new = NewConfigs(space, seed, seed_trials)
        self._max_epochs = max_epochs
        self._trials: dict[str, Trial] = {}
        self._places: dict[int, str] = {}
        self._scores: dict[str, float | None] = {}
        self._wave: list[str] = []
        self._queue: deque[Trial] = deque()
        self._over = False

    @property
    def refused(self) -> int:
        """How many draws the constraints refused so far."""
        return self._new.refused

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` trials of the wave under way, or of the next when all of it is told."""
        while not self._over and not self._queue and self._wave_is_told():
            self._next_wave()
        return [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]

    def _wave_is_told(self) -> bool:
        return all(name in self._scores for name in self._wave)

    def _next_wave(self) -> None:
        self._oracle.fill([(name, self._scores[name]) for name in self._wave])
        places = self._oracle.places()
        self._wave = [place.name for place in places]
        self._over = not places
        for place in places:
            if place.promoted is not None and self._scores[place.promoted] is None:
                self._scores[place.name] = None
            else:
                self._offer(place)

    def _offer(self, place: Place) -> None:
        number = len(self._places)
        if place.promoted is None:
            trial = Trial(number, self._new.next(), place.epochs)
        else:
            parent = self._trials[place.promoted]
            trial = Trial(number, parent.config, place.epochs, parent.number)
        self._trials[place.name] = trial
        self._places[number] = place.name
        self._queue.append(trial)

    def tell(self, results: Sequence[Told]) -> None:
        """Take in finished trials; a score that is not finite counts as a failure."""
        for told in results:
            good = told.score is not None and math.isfinite(told.score)
            self._scores[self._places[told.trial.number]] = told.score if good else None

    def state(self) -> State:
        """How many trials were asked for: the rest follows from the results."""
        return {"asked": len(self._places) - len(self._queue)}

    def continuable(self) -> frozenset[int]:
        """Trials of this wave below the top rung, and parents of trials not yet asked for."""
        parents = {trial.parent for trial in self._queue if trial.parent is not None}
        return frozenset(parents.union(self._promotable()))

    def knowledge(self) -> None:
        """Configurations are complete when they are asked for."""

    def _promotable(self) -> list[int]:
        trials = [
            self._trials[name] for name in self._wave if self._scores.get(name, 0.0) is not None
        ]
        return [trial.number for trial in trials if trial.budget != self._max_epochs]


class NewConfigs:
    """The configurations of new trials, without end: seed trials, then draws, then again."""

    def __init__(self, space: Space, seed: int, seed_trials: Sequence[Config]) -> None:
        self._draws = Draws(space, seed, seed_trials)
        self._different = list(seed_trials)
        self._given = 0

    @property
    def refused(self) -> int:
        """How many draws the constraints refused so far."""
        return self._draws.refused

    def next(self) -> Config:
        """The next configuration; from the beginning when a finite space has no more."""
        if self._given >= len(self._different):
            config = self._draws.next()
            if config is not None:
                self._different.append(config)
        self._given += 1
        return self._different[(self._given - 1) % len(self._different)]
