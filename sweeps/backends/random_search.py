"""Random search: configurations drawn from the space's own distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search_spaces import Space
from sweeps.backends.backend import MEMORYLESS_BATCH, State, Told
from sweeps.backends.draws import Draws
from sweeps.trial import Config, Trial


@dataclass(frozen=True)
class RandomSearch:
    """Draws at random (Bergstra and Bengio, JMLR 13, 2012), log-uniformly on log scales.

    A finite space is drawn without replacement, so the search ends when every allowed point was
    tried; a space with a continuous parameter goes on for as long as it is asked.
    """

    seed_trials: tuple[Config, ...] = ()
    batch: int = MEMORYLESS_BATCH

    def check(self, space: Space) -> None:
        """Every space will do."""

    def start(self, space: Space, seed: int) -> DrawingSearch:
        """A new search."""
        return DrawingSearch(self.seed_trials, Draws(space, seed, self.seed_trials), 0)

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> DrawingSearch:
        """The search as it was; what was tried decides what a finite space still holds."""
        asked = [told.trial.config for told in results] + [trial.config for trial in running]
        draws = Draws.restored(space, seed, state["draws"], [*self.seed_trials, *asked])
        return DrawingSearch(self.seed_trials, draws, state["number"])


class DrawingSearch:
    """A random search under way: seed trials first, then draws."""

    learns = False

    def __init__(self, seed_trials: Sequence[Config], draws: Draws, number: int) -> None:
        self._seed_trials = seed_trials
        self._draws = draws
        self._number = number

    @property
    def refused(self) -> int:
        """How many draws the constraints refused so far."""
        return self._draws.refused

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` new trials; fewer when a finite space runs dry."""
        trials: list[Trial] = []
        while len(trials) < limit and (config := self._next_config()) is not None:
            trials.append(Trial(self._number, config))
            self._number += 1
        return trials

    def _next_config(self) -> Config | None:
        if self._number < len(self._seed_trials):
            return self._seed_trials[self._number]
        return self._draws.next()

    def tell(self, results: Sequence[Told]) -> None:
        """Random search learns nothing from results."""

    def state(self) -> State:
        """How far the search has got."""
        return {"number": self._number, "draws": self._draws.state()}

    def continuable(self) -> frozenset[int]:
        """No trial continues another."""
        return frozenset()

    def knowledge(self) -> None:
        """Configurations are complete when they are asked for."""
