"""All five experiments with many repeats, and what ledger and MLflow add to the training."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.ours.work import EXPERIMENTS
from tests.benchmarks.sections.five import CONFIGURATIONS
from tests.benchmarks.sections.from_start import script
from tests.benchmarks.table import number

MOST_SECONDS = 600
MOST_SHARE = 10
TURNS = 2
NOTES = (
    "`s` is from process start for the script, and for the others from the executor's start to "
    "the last sweep's end, imports of the workers included; the script finds the compile cache "
    "empty, the others find it filled",
    "`trainer alone` trains the same packs on the same executor without ledger, MLflow and reports;"
    " the two are measured in turns, the faster of two each",
)


def section(bench: Bench) -> Section:
    """Wall time with everything, without reports, and of the trainer alone."""
    bench.need("jax", "mlflow", "palmerpenguins")
    repeats = bench.options.repeats
    fits = CONFIGURATIONS * repeats
    cache = bench.cache("repeats")
    everything = script(bench, EXPERIMENTS, repeats, fits, cache)
    turns = [(_in_a_row(bench, repeats), _trainer_alone(bench, repeats)) for _ in range(TURNS)]
    kept, alone = (min(runs, key=lambda run: run.seconds) for runs in zip(*turns, strict=True))
    added = 100 * (kept.seconds - alone.seconds) / alone.seconds
    rows = [
        _row("script of sweeps.run, everything", everything, everything.total_seconds),
        _row("ledger and MLflow, no reports", kept, kept.seconds),
        _row("trainer alone", alone, alone.seconds),
    ]
    title = f"Repeats: all five experiments, {repeats} repeats each"
    targets = [
        Target(
            f"{fits:,} fits, everything counted", everything.total_seconds, MOST_SECONDS, "s", True
        ),
        Target("wall time that ledger and MLflow add", added, MOST_SHARE, "%", True),
    ]
    table = Table(title, ("", "fits", "s", "CPU s", "ms a fit", "peak MB"), rows, NOTES)
    return Section("repeats", "measured", [table], targets, [everything, kept, alone])


def _in_a_row(bench: Bench, repeats: int) -> Run:
    return measure(
        "ledger and MLflow, no reports",
        "tests.benchmarks.ours.in_a_row",
        [bench.options.trainer, "bare", ",".join(EXPERIMENTS), str(repeats)],
        bench.used_store(),
        SWEEPS_CACHE_DIR=str(bench.cache("repeats")),
    )


def _trainer_alone(bench: Bench, repeats: int) -> Run:
    return measure(
        "trainer alone",
        "tests.benchmarks.ours.packs",
        [bench.options.trainer, "1", "0", "experiments", ",".join(EXPERIMENTS), str(repeats)],
        bench.fresh("trainer-alone"),
        SWEEPS_CACHE_DIR=str(bench.cache("repeats")),
    )


def _row(name: str, run: Run, seconds: float) -> list[str]:
    each = number(1000 * seconds / run.fits)
    cpu = number(run.cpu_seconds)
    return [name, f"{run.fits:,}", number(seconds), cpu, each, f"{run.megabytes:,.0f}"]
