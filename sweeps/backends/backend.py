"""What a search backend is: settings that start a search, and a search that asks and tells.

A search sees proposals and results, nothing else: no ledger, no tracker, no executor. Everything
it decides follows from the space, the seed and the results told so far, so that a sweep gives the
same trials inline, in processes and after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from search_spaces import Space
from sweeps.trial import Defined, Failure, Trial

MEMORYLESS_BATCH = 1024
"""How many trials a search asks for at once that learns nothing from results: the same trials come
in whatever portions, large ones fill packs, and 100,000 trials are never in memory at once."""

PRUNED_BATCH = 64
"""The same with a pruner, which compares trials with those of earlier portions: few at once, so
that there are some soon, and enough to fill a pack. Then the portions do matter."""

State = Mapping[str, Any]
"""What a search needs to go on besides the results: JSON types only, small."""


@dataclass(frozen=True)
class Told:
    """What a backend learns of a finished trial: its score, smaller is better, or why it failed.

    `score` is None exactly when `failure` is set. `defined` is set where the configuration came
    about in training. `reported` are the (step, value) pairs that a pruner was given, whose values
    are scores as well. Of a sweep with several objectives, `scores` has one each, in their order,
    and `score` is the first. `epochs` are those that its fits have behind them together, its
    parent's included; None where nobody knows.
    """

    trial: Trial
    score: float | None
    failure: Failure | None = None
    defined: Defined | None = None
    reported: tuple[tuple[int, float], ...] = ()
    scores: tuple[float, ...] = ()
    epochs: int | None = None


class Search(Protocol):
    """A search under way."""

    @property
    def learns(self) -> bool:
        """Whether results change what is asked for next, or what `state` says.

        One that does not offers the same trials in whatever portions, and before their turn.
        """

    def ask(self, limit: int) -> list[Trial]:
        """Up to `limit` new trials, numbered on from the last.

        Nothing offered while nothing runs means finished; nothing offered while trials run means
        wait for their results. There is no third state.
        """

    def tell(self, results: Sequence[Told]) -> None:
        """Take in finished trials, in the order of their numbers."""

    def state(self) -> State:
        """What `Backend.restore` needs besides the results."""

    def continuable(self) -> frozenset[int]:
        """Numbers of the trials that a later trial may still name as its parent."""

    def knowledge(self) -> State | None:
        """What trials that choose values as they run must know, as it was at the last ask.

        None where every configuration is complete when it is asked for.
        """


class Backend(Protocol):
    """Frozen settings of a way to search; equal settings start equal searches."""

    @property
    def batch(self) -> int:
        """How many trials are asked for at once, unless the sweep says otherwise."""

    def check(self, space: Space) -> None:
        """Raise SpaceError when this way of searching cannot serve the space; imports nothing.

        The error's path points into the sweep file: ("space", …) or ("search", …).
        """

    def start(self, space: Space, seed: int) -> Search:
        """A new search. Raises SpaceError as `check` does."""

    def restore(
        self,
        space: Space,
        seed: int,
        state: State,
        results: Sequence[Told],
        running: Sequence[Trial],
    ) -> Search:
        """The search as it was: `state` as saved after the last ask or tell.

        `results` holds every result told before, `running` every trial that was asked for and has
        no result yet, both in the order of their numbers. What follows is what would have followed
        without the break.
        """
