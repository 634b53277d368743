"""Experiments 2 and 3 with everything counted, from process start on an existing store."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section, Target
from tests.benchmarks.peers.study import SHAPES
from tests.benchmarks.sections.from_start import cold_and_warm, fastest, table

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
    return Section("startup", "measured", [table(title, found, plain)], targets, runs)
