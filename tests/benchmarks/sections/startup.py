"""Experiments 2 and 3 with everything counted, from process start on an existing store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Run, Section, Target
from tests.benchmarks.peers.study import SHAPES
from tests.benchmarks.sections.from_start import cold_and_warm, fastest, table
from tests.benchmarks.table import number

LEAST = {"cold": 30, "warm": 40}


def section(bench: Bench) -> Section:
    """Both ways of starting, cold and warm, as multiples of the plain loop's seconds a fit."""
    bench.need("jax", "tensorflow", "mlflow", "palmerpenguins")
    plain = bench.plain_loop()
    found = cold_and_warm(bench, ("units", "ratio"), 1, len(SHAPES))
    targets = [
        Target(
            f"experiments 2 and 3, everything counted, over the plain loop's fits: {name}",
            plain.seconds_a_fit * len(SHAPES) / fastest(runs).total_seconds,
            LEAST[name.rpartition(" ")[2]],
            "times",
        )
        for name, runs in found.items()
    ]
    runs = [run for turns in found.values() for run in turns]
    title = "Start-up: experiments 2 and 3, everything counted"
    shown = table(title, found, plain, _likewise(bench.peers.get("plain loop, MLflow"), found))
    return Section("startup", "measured", [shown], targets, runs)


def _likewise(plain: Run | None, found: Mapping[str, Sequence[Run]]) -> list[str]:
    """The multiples of a plain loop that counts everything too, where it was measured."""
    if plain is None:
        return []
    seconds = plain.from_start(len(SHAPES))
    multiples = (
        f"{name} {number(seconds / fastest(runs).total_seconds)} times"
        for name, runs in found.items()
    )
    return [
        f"the plain loop with MLflow needs {number(seconds)} s for all 199 from its own start; "
        f"over that: {'; '.join(multiples)}"
    ]
