"""What is trained next: batches of trials that a search is asked for, with their fits.

A search that learns nothing from results is asked for its next batch while the last one is being
trained, a few trials at a time, so that nobody waits for thousands of them to be drawn and read.
Nothing of that is kept before the batch begins: after a crash the same trials are asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from search_spaces import SpaceError
from sweeps.backends.backend import Search, State
from sweeps.trial import Failure, Fit, Trial

PORTION = 16
"""Trials asked for beforehand at a time: they take a few milliseconds."""

Ready = tuple[Trial, Sequence[Fit] | Failure]
"""A trial and the fits it needs, or why there are none."""


class Asking:
    """Batches of a search: `batch` trials each, as long as there are fewer than `cap` in all.

    `asked` is how many there are already. `read` gives a trial's fits. The `first` trials, if that
    is not 0, are a batch of their own.
    """

    def __init__(
        self,
        search: Search,
        read: Callable[[Trial], Sequence[Fit] | Failure],
        batch: int,
        cap: int | None,
        asked: int,
        first: int = 0,
    ) -> None:
        self._search = search
        self._read = read
        self._batch = batch
        self._cap = cap
        self._asked = asked
        self._first = first
        self._ready: list[Ready] = []
        self._before: State = {}
        self._error: SpaceError | None = None

    @property
    def state(self) -> State:
        """The search's, as if only what has begun had been asked for."""
        return self._before if self._ready else self._search.state()

    def next(self) -> list[Ready]:
        """The next batch; none when there is no more for now."""
        if self._error is not None:
            raise self._error
        self._more(self._wanted - len(self._ready))
        batch, self._ready = self._ready, []
        self._asked += len(batch)
        return batch

    def look_ahead(self) -> None:
        """Ask for some of the next batch, if results cannot change it."""
        lacking = self._wanted - len(self._ready)
        if self._search.learns or self._error is not None or lacking <= 0:
            return
        if not self._ready:
            self._before = self._search.state()
        try:
            self._more(min(PORTION, lacking))
        except SpaceError as error:  # what is being trained has its results before anybody hears it
            self._error = error

    @property
    def _wanted(self) -> int:
        of_the_first = self._first - self._asked
        most = min(self._batch, of_the_first) if of_the_first > 0 else self._batch
        return most if self._cap is None else min(most, self._cap - self._asked)

    def _more(self, count: int) -> None:
        trials = self._search.ask(count) if count > 0 else []
        self._ready += [(trial, self._read(trial)) for trial in trials]
