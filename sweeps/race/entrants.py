"""The sweeps of a race, made from one sweep file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweeps.backends.hyperband import Hyperband
from sweeps.plan import fits_per_trial
from sweeps.race.race import Place, Race
from sweeps.race.thinning import thinned
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep

LONGEST_NAME = 70
LEFT_OUT = ("backend", "trials", "seed_trials", "warm_start")
"""What the file says of its search that would end it before others, or favour it."""
KEPT_OF_BUDGET = ("trial_seconds",)
MOST_ITERATIONS = 1000
MOST_POINTS = 100_000
"""Of a grid: thinning counts points, and no race walks more."""


def sweep_for(race: Race, place: Place) -> Sweep:
    """The sweep that has that place in the race. Raises SpaceError for one that cannot be."""
    document = _even(race.document) | {
        "name": f"{race.name[:LONGEST_NAME].rstrip(' .')} {place.backend} {place.repeat + 1}",
        "seed": race.document.get("seed", 0) + place.repeat,
        "budget": _budget(race),
        "search": {"backend": place.backend, **_settings(race, place.backend)},
    }
    if place.backend == "grid":
        document = thinned(document, grid_points(race), lambda found: plain(found).space)
    return read_sweep(document)


def grid_points(race: Race) -> int:
    """How many points of a grid the epochs pay for."""
    return max(1, min(MOST_POINTS, race.epochs // epochs_of_a_trial(plain(_even(race.document)))))


def epochs_of_a_trial(sweep: Sweep) -> int:
    """Epochs that a trial spends at least: all its folds and repeats, the fewest that it may have.

    What has no epochs counts one a fit.
    """
    found = next((param for param in sweep.space.params if param.name == "epochs"), None)
    if found is None:
        # The default of networks and of models; functions and estimators count fits.
        each = 10 if sweep.subject.kind in ("network", "model") else 1
    else:
        domain = found.domain
        each = min(domain.choices) if hasattr(domain, "choices") else getattr(domain, "low", 1)
    return int(each) * fits_per_trial(sweep)


def epochs_of_hyperband(sweep: Sweep, factor: int) -> int:
    """Epochs that one iteration spends when nothing ends early."""
    spent = 0
    for bracket in Hyperband(factor).plan(sweep.space):
        below = 0
        for rung in bracket:
            spent += rung.trials * (rung.epochs - below)
            below = rung.epochs
    return spent * fits_per_trial(sweep)


def plain(document: Mapping[str, Any]) -> Sweep:
    """The document under a search that takes every space."""
    search = {"backend": "random", "trials": 1}
    return read_sweep({**document, "search": search})


def _even(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without what one entrant alone would have, or what no race needs."""
    even = {key: value for key, value in document.items() if key != "notify"}
    evaluate = dict(even.get("evaluate", {}))
    if evaluate.pop("confirm_top", 0):
        evaluate["repeats"] = evaluate.pop("search_repeats", 1)
    return even | ({"evaluate": evaluate} if evaluate else {})


def _budget(race: Race) -> dict[str, Any]:
    given = race.document.get("budget", {})
    return {key: given[key] for key in KEPT_OF_BUDGET if key in given} | {"epochs": race.epochs}


def _settings(race: Race, backend: str) -> dict[str, Any]:
    """What the file says of this backend, if it is about this one, and what a race adds."""
    search = race.document.get("search", "grid")
    given: Mapping[str, Any] = {"backend": search} if isinstance(search, str) else search
    own = given if given.get("backend", "grid") == backend else {}
    settings = {key: value for key, value in own.items() if key not in LEFT_OUT}
    if backend == "hyperband":
        spent = epochs_of_hyperband(plain(_even(race.document)), settings.get("factor", 3))
        iterations = min(MOST_ITERATIONS, -(-race.epochs // spent))
        settings |= {"in_turn": True, "hyperband_iterations": iterations}
    if backend == "grid":
        settings |= {"shuffle": True}
    return settings
