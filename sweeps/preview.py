"""The configurations that a backend will try, where no score is needed to know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from search_spaces import Space
from sweeps.backends.backend import Backend
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.optuna_search import OptunaSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.census import fewer
from sweeps.sweep import Sweep
from sweeps.trial import Config

WALKED_AT_MOST = 100_000
DRAWN_AT_MOST = 5_000
"""Random draws cost several times what grid points cost: 5,000 take a quarter of a second."""
SHOWN = 3


@dataclass(frozen=True)
class Preview:
    """Configurations in the order of their trials: all of them when `complete`, else the first.

    `last` holds the final few in order; it is empty where they depend on scores or lie too far off.
    """

    configs: tuple[Config, ...]
    complete: bool
    last: tuple[Config, ...] = ()


def preview(sweep: Sweep, backend: Backend, trials: int | None) -> Preview:
    """Ask the backend itself. `trials` is how many the sweep has, None for no end.

    Raises SpaceError when the constraints refuse everything.
    """
    match backend:
        case GridSearch():
            return _of_grid(sweep, backend, trials)
        case RandomSearch():
            return _asked(sweep, backend, trials, fewer(DRAWN_AT_MOST, sweep.space))
        case Hyperband():
            return _of_first_rungs(sweep, backend)
        case OptunaSearch():
            return Preview(backend.seed_trials, complete=False)
        case _:
            return Preview((), complete=False)


def _of_grid(sweep: Sweep, grid: GridSearch, trials: int | None) -> Preview:
    cap, points = sweep.search.trials, sweep.space.count or 0
    walked = fewer(WALKED_AT_MOST, sweep.space)
    if points <= walked and (cap is None or cap >= points):
        configs = _ask(grid, sweep, points)
        return Preview(configs, complete=True, last=configs[-SHOWN:])
    if cap is None or cap > walked:  # more points than that: `trials` may be an estimate
        beginning = _ask(grid, sweep, fewer(DRAWN_AT_MOST, sweep.space))
        last = () if cap is not None else _end_of_grid(sweep.space)
        return Preview(beginning, complete=False, last=last)
    return _asked(sweep, grid, trials, walked)


def _asked(sweep: Sweep, backend: Backend, trials: int | None, limit: int) -> Preview:
    wanted = limit if trials is None else min(trials, limit)
    configs = _ask(backend, sweep, wanted)
    complete = wanted == trials
    return Preview(configs, complete, last=configs[-SHOWN:] if complete else ())


def _of_first_rungs(sweep: Sweep, hyperband: Hyperband) -> Preview:
    """New configurations of all brackets; promoted ones repeat them and are not listed."""
    places = sum(bracket[0].trials for bracket in hyperband.plan(sweep.space))
    wanted = min(places, fewer(DRAWN_AT_MOST, sweep.space))
    drawn = _ask(RandomSearch(hyperband.seed_trials), sweep, wanted)
    return Preview(tuple(islice(cycle(drawn), wanted)), complete=wanted == places)


def _ask(backend: Backend, sweep: Sweep, limit: int) -> tuple[Config, ...]:
    return tuple(trial.config for trial in backend.start(sweep.space, sweep.seed).ask(limit))


def _end_of_grid(space: Space) -> tuple[Config, ...]:
    """The last few allowed points, looked for among the last five thousand."""
    count = space.count or 0
    looked_at = fewer(DRAWN_AT_MOST, space)
    backwards: Sequence[int] = range(count - 1, max(-1, count - 1 - looked_at), -1)
    allowed = (config for index in backwards if space.allows(config := space.at(index)))
    return tuple(reversed(list(islice(allowed, SHOWN))))
