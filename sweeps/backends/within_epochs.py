"""A search that ends when so many epochs are spent, whatever backend chooses the trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search_spaces import Space
from sweeps.backends.backend import Backend, Search, State, Told
from sweeps.trial import Trial

Planned = Callable[[Trial], int]
"""Epochs that a trial has behind it if nothing ends it early, those of its parent included."""


@dataclass(frozen=True)
class WithinEpochs:
    """Offers what `inner` offers, as long as fewer than `epochs` are spent by what was told.

    Of a batch only so many trials are asked for as are planned to spend what is left. So the last
    trial may go beyond the limit, and none begins after it.
    """

    inner: Backend
    epochs: int
    planned: Planned

    @property
    def batch(self) -> int:
        """The inner backend's."""
        return self.inner.batch

    def check(self, space: Space) -> None:
        """As the inner backend's."""
        self.inner.check(space)

    def start(self, space: Space, seed: int) -> SearchWithinEpochs:
        """A new search."""
        return SearchWithinEpochs(self.inner.start(space, seed), self.epochs, self.planned)

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> SearchWithinEpochs:
        """The inner search as it was; what is spent follows from the results."""
        inner = self.inner.restore(space, seed, state, results, running)
        search = SearchWithinEpochs(inner, self.epochs, self.planned)
        search.count(results)
        return search


class SearchWithinEpochs:
    """A search under way, and what its trials have spent.

    It learns even where the inner search does not: how long trials were trained for decides how
    many there are.
    """

    learns = True

    def __init__(self, search: Search, epochs: int, planned: Planned) -> None:
        self._search = search
        self._left = epochs
        self._planned = planned
        self._behind: dict[int, int] = {}

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` trials, none when the epochs are spent. One at a time, to know its cost."""
        trials: list[Trial] = []
        left = self._left
        while len(trials) < limit and left > 0 and (found := self._search.ask(1)):
            trials += found
            left -= sum(self._planned(trial) - self._before(trial) for trial in found)
        return trials

    def tell(self, results: Sequence[Told]) -> None:
        """Pass them on, and count."""
        self._search.tell(results)
        self.count(results)

    def count(self, results: Sequence[Told]) -> None:
        """Take off what trials have newly spent; of a failed one all that was planned for it."""
        for told in results:
            behind = self._planned(told.trial) if told.epochs is None else told.epochs
            self._behind[told.trial.number] = behind
            self._left -= max(0, behind - self._before(told.trial))

    def _before(self, trial: Trial) -> int:
        return 0 if trial.parent is None else self._behind.get(trial.parent, 0)

    def state(self) -> State:
        """The inner search's."""
        return self._search.state()

    def continuable(self) -> frozenset[int]:
        """The inner search's, as long as it is asked for more."""
        return self._search.continuable() if self._left > 0 else frozenset()

    def knowledge(self) -> State | None:
        """The inner search's."""
        return self._search.knowledge()
