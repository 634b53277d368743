"""What must be so of the points that a search has tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from search_spaces import Space, SpaceError
from sweeps.backends.choose import backend_for
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.hyperband import Hyperband
from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.sweep import Sweep
from sweeps.trial import Config

WALKED = 100_000
"""Points of a grid that are looked at one by one; whether a larger one was exhausted is not."""


def point_faults(
    sweep: Sweep, state: str, kept: Sequence[KeptTrial], told_before: Sequence[Config] = ()
) -> Iterator[Fault]:
    """Everything that is wrong with which points a search has tried, and with how many.

    What it was told before its start need not be tried again.
    """
    kept = [one for one in kept if one.trial.confirms is None]
    cap = sweep.search.trials
    for one in [] if cap is None else kept[cap:]:
        yield Fault("points", f"beyond the {cap:,} trials that the sweep may have", one.number)
    # A search with a limit of epochs ends with them, whatever it has not tried by then.
    whole = state == "finished" and sweep.budget.epochs is None
    backend = backend_for(sweep.search, sweep.space)
    if isinstance(backend, Hyperband):
        planned = sum(rung.trials for rungs in backend.plan(sweep.space) for rung in rungs)
        yield from _places(planned, cap, whole, kept)
        return
    if sweep.defined_as_it_runs:
        return
    seeds = [sweep.space.check(config) for config in sweep.search.seed_trials]
    yield from _seeds(seeds, kept)
    drawn = {one.number for one in kept[len(seeds) :]}
    places = _places_on_grid(sweep.space, kept)
    yield from _repeats(places)
    if isinstance(backend, GridSearch) and not backend.shuffle:
        yield from _walk({n: index for n, index in places.items() if n in drawn})
    if whole and (cap is None or len(kept) < cap):
        known = {sweep.space.index_of(config) for config in told_before if sweep.space.count}
        yield from _rest(sweep.space, known | set(places.values()), len(kept), cap)


def _places(
    planned: int, cap: int | None, whole: bool, kept: Sequence[KeptTrial]
) -> Iterator[Fault]:
    """Hyperband's places are counted beforehand; one that failed trials leave may stay empty."""
    expected = planned if cap is None else min(planned, cap)
    without_score = any(one.state != "done" or one.told_failed for one in kept)
    short = whole and len(kept) < expected and not without_score
    if short or len(kept) > planned:
        yield Fault("points", f"{len(kept):,} trials, where the plan has {expected:,}")


def _seeds(seeds: Sequence[Config], kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    for one, seed in zip(kept, seeds, strict=False):
        if dict(one.trial.config) != dict(seed):
            yield Fault("points", "not the seed trial of that number", one.number)


def _places_on_grid(space: Space, kept: Sequence[KeptTrial]) -> Mapping[int, int]:
    """By trial number, its place on the grid: none in continuous spaces, none of what is not on it.

    A configuration that the space does not have is said by itself.
    """
    places: dict[int, int] = {}
    if space.count is None:
        return places
    for one in kept:
        try:
            places[one.number] = space.index_of(one.trial.config)
        except SpaceError:
            continue
    return places


def _repeats(places: Mapping[int, int]) -> Iterator[Fault]:
    first: dict[int, int] = {}
    for number, index in places.items():
        if first.setdefault(index, number) != number:
            said = f"the configuration of trial {first[index]} once more"
            yield Fault("points", said, number)


def _walk(places: Mapping[int, int]) -> Iterator[Fault]:
    """A grid is walked in order."""
    for (_, before), (number, after) in pairwise(places.items()):
        if after < before:
            yield Fault("points", "out of the grid's order", number)


def _rest(space: Space, tried: set[int], trials: int, cap: int | None) -> Iterator[Fault]:
    """A search that has finished below its cap has left nothing of a finite space."""
    if space.count is None:
        if cap is not None:
            yield Fault("points", f"the sweep is finished with {trials:,} of {cap:,} trials")
        return
    if space.count > WALKED:
        return
    missing = sum(i not in tried and space.allows(space.at(i)) for i in range(space.count))
    if missing:
        points = "1 allowed point was" if missing == 1 else f"{missing:,} allowed points were"
        said = f"the sweep is finished after {trials:,} trials, but {points} never tried"
        yield Fault("points", said)
