"""Made-up searches: configurations drawn from a space, with scores of a known truth."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sweeps.found import Found
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Config, Failure, Reason, Result, Trial
from tests.sweeps.founds import found

WIDTH = {"low": 8, "high": 128}
RATE = {"low": 0.0001, "high": 0.1, "log": True}


def sweep_of(space: Mapping[str, Any], **others: Any) -> Sweep:
    """A random search of penguins' space, or of whatever `others` say."""
    search = {"backend": "random", "trials": 100_000}
    return read_sweep({"task": "penguins", "space": dict(space), "search": search} | others)


def scored(number: int, config: Config, score: float, **others: Any) -> Result:
    """A trial that came to a score."""
    return Result(Trial(number, config, **others), score, {"val_accuracy": score}, {}, 1.0)


def failed(number: int, config: Config, reason: Reason = "diverged") -> Result:
    """A trial that came to nothing."""
    error = Failure(reason, "made up")
    return Result(Trial(number, config), None, {}, {}, 1.0, error=error)


def drawn(space: Mapping[str, Any], trials: int, seed: int = 0, **others: Any) -> list[Config]:
    """Configurations that random search might ask for."""
    rng = random.Random(seed)
    its = sweep_of(space, **others).space
    return [its.draw(rng) for _ in range(trials)]


def searched(
    space: Mapping[str, Any],
    trials: int,
    score: Callable[[Config], float],
    seed: int = 0,
    noise: float = 0.0,
    **others: Any,
) -> Found:
    """A random search of that space in which each configuration has its score, and some noise."""
    rng = random.Random(f"noise {seed}")
    configs = drawn(space, trials, seed, **others)
    results = [
        scored(number, config, score(config) + rng.gauss(0.0, noise))
        for number, config in enumerate(configs)
    ]
    return of(space, results, **others)


def of(space: Mapping[str, Any], results: Sequence[Result], **others: Any) -> Found:
    """What came of such a search."""
    return found(sweep_of(space, **others), results)


def number(config: Config, name: str) -> float:
    """A value that is one."""
    value = config[name]
    assert isinstance(value, int | float)
    return float(value)
