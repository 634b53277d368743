"""Whether the cost of a fit grows with their number."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number

COUNTS = (100, 1_000, 10_000)
TOLERANCE = 1.1
"""A tenth more seconds a fit is the noise of a machine, not growth."""


def section(bench: Bench) -> Section:
    """Seconds a fit of one network, trained 100, 1,000 and 10,000 times."""
    bench.need("jax")
    runs = [_trained(bench, count) for count in COUNTS]
    growth = runs[-1].seconds_a_fit / runs[0].seconds_a_fit
    table = Table(
        "Scaling: 6-100-100-3, 5 epochs, test rows judged after every epoch, trainer alone",
        ("fits", "packs", "s", "ms a fit", "peak MB"),
        [_row(run) for run in runs],
        ["the median of three rounds after one that compiles"],
    )
    text = "seconds a fit, 10,000 fits over 100 (1 is linear growth)"
    target = Target(text, growth, TOLERANCE, "times", True)
    return Section("scaling", "measured", [table], [target], runs)


def _trained(bench: Bench, count: int) -> Run:
    return measure(
        f"{count:,} fits of 6-100-100-3",
        "tests.benchmarks.ours.packs",
        [bench.options.trainer, "3", "1", "network", str(count), "test_accuracy"],
        bench.fresh(f"scaling-{count}"),
        SWEEPS_CACHE_DIR=str(bench.cache("warm")),
    )


def _row(run: Run) -> list[str]:
    return [
        f"{run.fits:,}",
        str(run.figures["packs"]),
        number(run.seconds),
        number(1000 * run.seconds_a_fit),
        f"{run.megabytes:,.0f}",
    ]
