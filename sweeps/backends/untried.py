"""Which points of a finite space no trial has had yet."""

from __future__ import annotations

from collections.abc import Iterable

from search_spaces import Space, SpaceError
from sweeps.backends.permutation import Permutation
from sweeps.trial import Config

MOST_REFUSALS = 1_000_000
"""Grid points refused by constraints in a row before a walk gives up: about half a minute."""


class Untried:
    """Keeps the trials of a finite space apart; in a continuous space every point counts as new.

    `take` notes a configuration and says whether it was new. `rest` hands out what is left, in an
    order shuffled by the seed: for when drawing brings up nothing new any more.
    """

    def __init__(
        self, space: Space, seed: int, tried: Iterable[Config] = (), walked: int = 0
    ) -> None:
        self.walked = walked
        self.refused = 0
        self._space = space
        self._count = space.count
        self._order = None if self._count is None else Permutation(self._count, f"rest:{seed}")
        self._tried = set() if self._count is None else {space.index_of(c) for c in tried}

    @property
    def finite(self) -> bool:
        """Whether the space can run dry."""
        return self._count is not None

    @property
    def dry(self) -> bool:
        """Whether the whole grid was tried or walked."""
        return self._count is not None and max(len(self._tried), self.walked) >= self._count

    def take(self, config: Config) -> bool:
        """Note that `config` is tried now; False when it was before."""
        if self._count is None:
            return True
        index = self._space.index_of(config)
        new = index not in self._tried
        self._tried.add(index)
        return new

    def rest(self) -> Config | None:
        """The next allowed point that was not tried, taken; None when there is none.

        Raises SpaceError when no point at all is allowed, or a million in a row are not.
        """
        if self._order is None:
            raise ValueError("a continuous space has no rest to walk through")
        in_a_row = 0
        while not self.dry:
            config = self._space.at(self._order.at(self.walked))
            self.walked += 1
            if self._space.allows(config):
                if self.take(config):
                    return config
                continue
            self.refused += 1
            in_a_row += 1
            if in_a_row >= MOST_REFUSALS:
                raise refused_in_a_row(self._space, config, in_a_row)
        if not self._tried:
            raise SpaceError(
                f"every one of the {self._count:,} points is refused", ("constraints",)
            )
        return None


def refused_in_a_row(space: Space, config: Config, times: int) -> SpaceError:
    """The error for constraints that leave next to nothing of a space."""
    message = (
        f"constraints refused {times:,} draws in a row, the last one by {space.refusal(config)}: "
        "loosen the constraints, or narrow the ranges to what they allow"
    )
    return SpaceError(message, ("constraints",))
