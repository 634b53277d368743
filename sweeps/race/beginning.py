"""A race that is about to begin: what was asked for, checked before anything is written."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from search_spaces.spelling import suggestion
from sweeps.backends.choose import BACKENDS
from sweeps.backends.hyperband import Hyperband
from sweeps.clock import now_ms
from sweeps.errors import SweepError
from sweeps.ledger.sweep_row import ID_LETTERS
from sweeps.plan import expected_trials
from sweeps.race.entrants import epochs_of_a_trial, epochs_of_hyperband, sweep_for
from sweeps.race.race import Race
from sweeps.reading.sweep import LARGEST_SEED
from sweeps.sweep import Sweep

ENTRANTS = ("grid", "random", "hyperband", "optuna")
FEWEST_REPEATS = 2
MOST_REPEATS = 100


class RaceError(ValueError):
    """What was asked for makes no race; the message says why, and the way out, in one line."""


def race_of(sweep: Sweep, backends: Sequence[str], repeats: int, epochs: int | None) -> Race:
    """A new race of these backends on the sweep's space; `epochs` of None is `usual_epochs`.

    Raises RaceError for entrants and repeats that make no race, SpaceError for a sweep that some
    entrant cannot search.
    """
    _check(sweep, backends, repeats)
    race = Race(
        race_id="r-" + "".join(secrets.choice(ID_LETTERS) for _ in range(6)),
        name=sweep.name,
        backends=tuple(backends),
        repeats=repeats,
        epochs=usual_epochs(sweep) if epochs is None else epochs,
        started_ms=now_ms(),
        document=sweep.document,
    )
    for place in race.places[: len(backends)]:
        sweep_for(race, place)
    return race


def usual_epochs(sweep: Sweep) -> int:
    """The epochs that the sweep would spend itself. Raises RaceError where nobody knows."""
    if sweep.budget.epochs is not None:
        return sweep.budget.epochs
    if sweep.search.backend == "hyperband" and sweep.search.trials is None:
        return epochs_of_hyperband(sweep, int(sweep.search.options.get("factor", Hyperband.factor)))
    trials = expected_trials(sweep)
    if trials is None:
        raise RaceError(
            "how many epochs may each backend spend? The file does not say how many trials there "
            "are: say it with --epochs N, `budget: {epochs: N}` or `search: {trials: N}`"
        )
    return trials * epochs_of_a_trial(sweep)


def _check(sweep: Sweep, backends: Sequence[str], repeats: int) -> None:
    for name in backends:
        if name not in BACKENDS:
            raise RaceError(f"no backend is called {name!r}; {suggestion(name, ENTRANTS)}")
    if len(set(backends)) < len(backends) or len(backends) < 2:
        raise RaceError(f"a race needs two backends or more, each once: {', '.join(backends)}")
    if not FEWEST_REPEATS <= repeats <= MOST_REPEATS:
        raise RaceError(f"{repeats} repeats: from {FEWEST_REPEATS} to {MOST_REPEATS} can be judged")
    if sweep.defined_as_it_runs:
        raise SweepError(
            "Optuna alone can search a space that is defined as it runs", ("function",)
        )
    if sweep.further:
        raise SweepError("a race needs one objective: leave the others out", ("objective",))
    if sweep.seed + repeats > LARGEST_SEED:
        raise SweepError(f"{sweep.seed} leaves no room for {repeats} repeats", ("seed",))
