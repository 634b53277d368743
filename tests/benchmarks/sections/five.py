"""All five experiments, one repeat, everything counted."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section, Target
from tests.benchmarks.ours.work import EXPERIMENTS
from tests.benchmarks.sections.from_start import cold_and_warm, fastest, table

CONFIGURATIONS = 603
MOST = {"cold": 60, "warm": 40}


def section(bench: Bench) -> Section:
    """603 configurations from process start, with an empty compile cache and with a warm one."""
    bench.need("jax", "mlflow", "palmerpenguins")
    found = cold_and_warm(bench, EXPERIMENTS, 1, CONFIGURATIONS)
    targets = [
        Target(
            f"603 configurations, everything counted: {name}",
            fastest(runs).total_seconds,
            MOST[name.rpartition(" ")[2]],
            "s",
            most=True,
        )
        for name, runs in found.items()
    ]
    title = "All five experiments, one repeat, everything counted"
    plain = bench.peers.get("plain loop")
    runs = [run for turns in found.values() for run in turns]
    return Section("five", "measured", [table(title, found, plain)], targets, runs)
