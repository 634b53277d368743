"""Grid search: every point of a finite space, walked by index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search_spaces import Space, SpaceError
from sweeps.backends.backend import MEMORYLESS_BATCH, State, Told
from sweeps.backends.permutation import Permutation
from sweeps.backends.untried import MOST_REFUSALS, refused_in_a_row
from sweeps.trial import Config, Trial


@dataclass(frozen=True)
class GridSearch:
    """Tries every allowed point once, in grid order or, with `shuffle`, in one that is drawn.

    Nothing is laid out beforehand: points are reached by index. A grid of more than `limit`
    points is refused, unless `trials` caps how many of them are walked.
    """

    seed_trials: tuple[Config, ...] = ()
    batch: int = MEMORYLESS_BATCH
    trials: int | None = None
    limit: int = 10_000_000
    shuffle: bool = False

    def check(self, space: Space) -> None:
        """Raise SpaceError when the space is continuous or the grid is too large."""
        if space.continuous:
            raise _not_a_grid(space)
        count = space.count or 0
        if count > self.limit and self.trials is None:
            message = (
                f"the grid has {count:,} points, more than the limit of {self.limit:,}: thin it "
                "out, cap it with `trials`, raise `limit`, or search with `random`"
            )
            raise SpaceError(message, ("search", "backend"))

    def start(self, space: Space, seed: int) -> GridWalk:
        """A new walk; the seed decides a shuffled order only. Raises SpaceError as `check` does."""
        self.check(space)
        return GridWalk(space, self.seed_trials, f"grid:{seed}" if self.shuffle else None)

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],  # noqa: ARG002
        running: Sequence[Trial],  # noqa: ARG002
    ) -> GridWalk:
        """The walk where it stood; `state` alone says where that is."""
        walk = self.start(space, seed)
        walk.go_on_from(state)
        return walk


def _not_a_grid(space: Space) -> SpaceError:
    vary = "varies" if len(space.continuous) == 1 else "vary"
    message = (
        f"{', '.join(space.continuous)} {vary} continuously, so there is no grid to walk: give a "
        "step or a list of values, or search with `random`"
    )
    first = next(param for param in space.params if param.name == space.continuous[0])
    return SpaceError(message, ("space", *(first.path or (first.name,))))


class GridWalk:
    """A grid search under way: seed trials first, then every other point by index.

    With a `key` the points come in the order that `Permutation` makes of it.
    """

    learns = False

    def __init__(self, space: Space, seed_trials: Sequence[Config], key: str | None = None) -> None:
        self.refused = 0
        self._space = space
        self._count = space.count or 0
        self._place = int if key is None else Permutation(self._count, key).at
        self._seed_trials = seed_trials
        self._seeds = {space.index_of(config) for config in seed_trials}
        self._number = 0
        self._index = 0

    def go_on_from(self, state: State) -> None:
        """Take the place that `state` describes."""
        self._number, self._index = state["number"], state["index"]
        self.refused = state["refused"]

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` new trials; fewer at the end of the grid.

        Raises SpaceError when constraints refuse every point, or a million in a row.
        """
        trials: list[Trial] = []
        while len(trials) < limit and (config := self._next_config()) is not None:
            trials.append(Trial(self._number, config))
            self._number += 1
        return trials

    def _next_config(self) -> Config | None:
        if self._number < len(self._seed_trials):
            return self._seed_trials[self._number]
        in_a_row = 0
        while self._index < self._count:
            index, self._index = self._place(self._index), self._index + 1
            config = self._space.at(index)
            if self._space.allows(config):
                if index not in self._seeds:
                    return config
                continue
            self.refused += 1
            in_a_row += 1
            if in_a_row >= MOST_REFUSALS:
                raise refused_in_a_row(self._space, config, in_a_row)
        if self._number == 0:
            raise SpaceError(
                f"every one of the {self._count:,} points is refused", ("constraints",)
            )
        return None

    def tell(self, results: Sequence[Told]) -> None:
        """Grid search learns nothing from results."""

    def state(self) -> State:
        """How far the walk has got."""
        return {"number": self._number, "index": self._index, "refused": self.refused}

    def continuable(self) -> frozenset[int]:
        """No trial continues another."""
        return frozenset()

    def knowledge(self) -> None:
        """Configurations are complete when they are asked for."""
