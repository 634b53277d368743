"""Work of the other posts: 32 configurations of a network on a real data set.

Here so that the loop and ours read it from one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2)


@dataclass(frozen=True)
class Settings:
    """What tells the configurations of a post's network from each other."""

    rate: float
    dropout: float
    kernel_l2: float


@dataclass(frozen=True)
class Post:
    """A network, how it is trained, and on what: the first rows validate, as the posts have it."""

    task: str
    units: tuple[int, ...]
    optimizer: str
    batch_size: int
    epochs: int
    validated: int
    dropouts: tuple[float, ...]
    penalties: tuple[float, ...]

    @property
    def settings(self) -> list[Settings]:
        """All 32 configurations."""
        return [Settings(*one) for one in product(RATES, self.dropouts, self.penalties)]

    def sample(self, count: int) -> list[Settings]:
        """So many of them, evenly spread; all of them when not fewer."""
        everything = self.settings
        count = min(count, len(everything))
        return [everything[position * len(everything) // count] for position in range(count)]


POSTS: Mapping[str, Post] = {
    "reuters": Post(
        "reuters", (64, 64), "rmsprop", 512, 20, 1000, (0.0, 0.5), penalties=(0.0, 1e-3)
    ),
    "fashion": Post(
        "fashion_mnist", (100,), "adam", 32, 5, 5000, (0.0, 0.3), penalties=(0.0, 1e-4)
    ),
}
