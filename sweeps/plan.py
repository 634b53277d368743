"""What a sweep would do, found out before anything is trained or imported."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from search_spaces import SpaceError
from sweeps.backends.backend import Backend
from sweeps.backends.choose import backend_for
from sweeps.backends.hyperband import Hyperband
from sweeps.backends.hyperband_plan import Rung
from sweeps.census import EXACT_TO, Census, census
from sweeps.likeness import Likeness, likeness
from sweeps.preview import SHOWN, preview
from sweeps.pruning.choose import PARTS, steps_for, trials_before_pruning
from sweeps.spent_epochs import most_trials
from sweeps.sweep import Sweep
from sweeps.trial import Config


@dataclass(frozen=True)
class Plan:
    """A sweep's trials, as far as they can be known before any has a score.

    `trials` is None when only time ends the sweep; with `about` it is an estimate. When they have
    ended, `confirmations` of them are trained once more, if as many have a score. `fits` counts
    every fold of every repeat of both. `first` and `last` are the configurations at either end of
    the trials; those that depend on scores are left out. `brackets` are Hyperband's. `asked` is
    `search.trials`, of which a small space may have fewer. `pruner` is asked after so many epochs
    as `looks` says, the longest trials given, or after every part where that is empty; the first
    `spared` trials are trained to their end for it to learn from.
    """

    name: str
    backend: str
    trials: int | None
    about: bool
    fits: int | None
    minutes: float | None
    space: Census
    continuous: tuple[str, ...]
    first: tuple[Config, ...]
    last: tuple[Config, ...]
    likeness: Likeness
    brackets: tuple[tuple[Rung, ...], ...] = ()
    asked: int | None = None
    pruner: str | None = None
    looks: tuple[int, ...] = ()
    spared: int = 0
    confirmations: int = 0

    def total(self, searched: int = 0, confirmed: int = 0) -> int | None:
        """Trials and confirmations, at most, when so many of both have their results."""
        if self.trials is None:
            return None
        # A search that goes on after its confirmations has others then.
        before = confirmed if searched < self.trials else 0
        return max(self.trials + self.confirmations + before, searched + confirmed)

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the names of the fields; refused and allowed points are spelled out."""
        plain = asdict(self)
        plain["space"] |= {"refused": self.space.refused, "allowed": self.space.allowed}
        return plain

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), indent=2)


UNKNOWN = Census(None, 0.0, 0, exact=True)
"""Of a space that is defined as it runs."""


def plan_sweep(sweep: Sweep) -> Plan:
    """Work out the plan, exactly up to 100,000 points and from samples above.

    Nothing is trained. Raises SpaceError when the backend cannot search the space, or when the
    constraints refuse all of it.
    """
    backend = backend_for(sweep.search, sweep.space)
    backend.check(sweep.space)
    counted = UNKNOWN if sweep.defined_as_it_runs else census(sweep.space)
    _check_allowed(sweep, counted)
    trials, about = _trials(sweep, backend, counted)
    confirmations = _confirmations(sweep, backend, trials)
    seen = preview(sweep, backend, trials)
    pruner, looks = _pruner(sweep)
    return Plan(
        name=sweep.name,
        backend=sweep.search.backend,
        trials=trials,
        about=about,
        fits=None if trials is None else _fits(sweep, trials, confirmations),
        minutes=sweep.budget.minutes,
        space=counted,
        continuous=sweep.space.continuous,
        first=seen.configs[:SHOWN],
        last=seen.last,
        likeness=likeness(seen.configs, seen.complete, networks=sweep.subject.kind == "network"),
        brackets=tuple(backend.plan(sweep.space)) if isinstance(backend, Hyperband) else (),
        asked=sweep.search.trials,
        pruner=pruner,
        looks=looks,
        spared=trials_before_pruning(sweep),
        confirmations=confirmations,
    )


def _pruner(sweep: Sweep) -> tuple[str | None, tuple[int, ...]]:
    """(the pruner's name, the epochs after which it is asked)."""
    steps = steps_for(sweep)
    if steps is None:
        return None, ()
    name = steps.choice.kind
    return name, () if name == PARTS else tuple(steps.until(steps.most)[:-1])


def expected_trials(sweep: Sweep, exact_to: int = EXACT_TO) -> int | None:
    """How many trials the sweep has; None if unknown.

    An estimate for constrained grids of more than `exact_to` points.
    """
    backend = backend_for(sweep.search, sweep.space)
    counted = UNKNOWN if sweep.defined_as_it_runs else census(sweep.space, exact_to)
    return _trials(sweep, backend, counted)[0]


def _confirmations(sweep: Sweep, backend: Backend, trials: int | None) -> int:
    """How many configurations are confirmed, at most; of Hyperband's, those trained in full."""
    top = sweep.evaluate.confirm_top
    if isinstance(backend, Hyperband):
        top = min(top, sum(bracket[-1].trials for bracket in backend.plan(sweep.space)))
    return top if trials is None else min(top, trials)


def _fits(sweep: Sweep, trials: int, confirmations: int) -> int:
    again = max(1, sweep.evaluate.folds) * sweep.evaluate.confirm_repeats
    return trials * fits_per_trial(sweep) + confirmations * again


def fits_per_trial(sweep: Sweep) -> int:
    """How many networks one trial of the search trains."""
    return max(1, sweep.evaluate.folds) * sweep.evaluate.repeats


def check_allowed(sweep: Sweep) -> None:
    """Raise SpaceError when the constraints refuse all of the space, as `plan_sweep` does."""
    _check_allowed(sweep, census(sweep.space))


def _check_allowed(sweep: Sweep, counted: Census) -> None:
    """Refuse a sweep that has nothing to try.

    A sample of a large grid says too little: the walk finds the few allowed points. So it does
    where seed trials are known to be allowed.
    """
    if counted.refused_share < 1.0:
        return
    if counted.exact:
        found = f"every one of the {counted.points:,} points is refused"
    elif counted.points is None and not sweep.search.seed_trials:
        found = f"none of {counted.looked_at:,} sampled points is allowed"
    else:
        return
    most = counted.reasons[0]
    message = f"{found}, {most.points:,} of them by {most.reason}; loosen the constraints"
    raise SpaceError(message, ("constraints",))


def _trials(sweep: Sweep, backend: Backend, counted: Census) -> tuple[int | None, bool]:
    """(number of trials, whether that is an estimate)."""
    available, about = counted.allowed, not counted.exact
    if isinstance(backend, Hyperband):
        rungs = [rung for bracket in backend.plan(sweep.space) for rung in bracket]
        available, about = sum(rung.trials for rung in rungs), False
    caps = [most for most in (sweep.search.trials, most_trials(sweep)) if most is not None]
    cap = min(caps, default=None)
    if available is None:
        return cap, False
    if cap is None:
        return available, about
    return min(cap, available), about and available < 2 * cap
