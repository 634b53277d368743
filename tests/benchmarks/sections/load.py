"""Ten thousand trials through the whole path, and what it costs when MLflow is away."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure, timed
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number
from tests.sweeps.durability.loads import BACKENDS
from tests.tracking.faulty_proxy import FaultyProxy, Mode

TRIALS = 10_000
MEGABYTES = 1000
LOOKS = ("ls", "status", "best")
LOOK_SECONDS = 1.0

EPOCHS, TRAINED = 60, 200
AWAY: Sequence[tuple[str, Mode, float]] = (
    ("MLflow answers", "pass", 0.0),
    ("MLflow is away", "refuse", 0.0),
    ("MLflow answers 0.5 s late", "slow", 0.5),
)
SLOWER, EXIT_SECONDS = 5.0, 10.0
"""Per cent that training may be slower, and seconds that the end may take, when MLflow is away."""


def section(bench: Bench) -> Section:
    """Both tables."""
    bench.need("jax", "mlflow")
    loads = [_load(bench, backend) for backend in BACKENDS]
    looks = [(name, _look(bench, name)) for name in LOOKS]
    away = _away(bench)
    healthy, *others = away
    targets = [
        Target(f"{run.name}, peak memory", run.megabytes, MEGABYTES, "MB", True) for run in loads
    ]
    targets += [
        Target(f"sweeps {name}, from its start to its end", seconds, LOOK_SECONDS, "s", True)
        for name, seconds in looks
    ]
    targets += [
        Target(f"{run.name}: training is slower by", _slower(run, healthy), SLOWER, "%", True)
        for run in others
    ]
    targets += [
        Target(f"{run.name}: the end takes", run.figures["exit_seconds"], EXIT_SECONDS, "s", True)
        for run in others
    ]
    tables = [_load_table(loads), _away_table(away)]
    return Section("load", "measured", tables, targets, [*loads, *away])


def _load(bench: Bench, backend: str) -> Run:
    folder = bench.with_mlflow(f"load-{backend}")
    return measure(
        f"{TRIALS:,} trials, {backend}",
        "tests.benchmarks.ours.load",
        ["made-up", backend, str(TRIALS)],
        folder,
        MLFLOW_TRACKING_URI=f"sqlite:///{folder / 'mlflow.db'}",
    )


def _look(bench: Bench, name: str) -> float:
    """Seconds of a command on the store of the last backend's sweep."""
    code = f"from sweeps.cli.app import main; main([{name!r}, '--store', 'store'])"
    folder = bench.folder / f"load-{BACKENDS[-1]}"
    return min(timed([sys.executable, "-c", code], folder, {}).seconds for _ in range(3))


def _away(bench: Bench) -> list[Run]:
    """The same training with an MLflow server that answers, is away, and is slow, in turns.

    Of each the fastest turn; one before the first compiles the programs.
    """
    with _served(bench) as proxy:
        _trained(bench, "warm-up", proxy, "refuse", 0.0)
        turns = [
            [_trained(bench, name, proxy, mode, seconds) for name, mode, seconds in AWAY]
            for _ in range(bench.options.rounds)
        ]
    return [min(runs, key=lambda run: run.seconds) for runs in zip(*turns, strict=True)]


@contextmanager
def _served(bench: Bench) -> Iterator[FaultyProxy]:
    from tracking.ui import serving_ui

    folder = bench.with_mlflow("load-server")
    with serving_ui(f"sqlite:///{folder / 'mlflow.db'}") as address, FaultyProxy(address) as proxy:
        yield proxy


def _trained(bench: Bench, name: str, proxy: FaultyProxy, mode: Mode, seconds: float) -> Run:
    proxy.turn(mode, seconds)
    folder: Path = bench.fresh("load-away")
    run = measure(
        name,
        "tests.benchmarks.ours.load",
        ["fused", str(EPOCHS), str(TRAINED)],
        folder,
        MLFLOW_TRACKING_URI=proxy.address,
        SWEEPS_CACHE_DIR=str(bench.cache("warm")),
    )
    shutil.rmtree(folder)
    return run


def _slower(run: Run, healthy: Run) -> float:
    return 100 * (run.seconds / healthy.seconds - 1)


def _load_table(runs: Sequence[Run]) -> Table:
    return Table(
        "Load: made-up scores through backend, ledger and an SQLite store of MLflow's",
        ("", "trials", "s", "trials a second", "end s", "unsent", "peak MB"),
        [_load_row(run) for run in runs],
        [
            "trials are kept in the ledger at once; unsent ones are left to `sweeps sync`",
            "Optuna with its random sampler: TPE's time grows with the square of the trials",
        ],
    )


def _load_row(run: Run) -> list[str]:
    return [
        run.name,
        f"{run.fits:,}",
        number(run.seconds),
        number(run.fits / run.seconds),
        number(run.figures["exit_seconds"]),
        f"{run.figures['unsent']:,}",
        f"{run.megabytes:,.0f}",
    ]


def _away_table(runs: Sequence[Run]) -> Table:
    rows = [
        [
            run.name,
            number(run.seconds),
            f"{_slower(run, runs[0]):+.1f} %",
            number(run.figures["exit_seconds"]),
            f"{run.figures['unsent']:,}",
        ]
        for run in runs
    ]
    return Table(
        f"MLflow behind a server: {TRAINED} networks trained in the coordinator's own process",
        ("", "training s", "slower", "end s", "unsent"),
        rows,
        ["the fastest of the rounds; programs compiled before"],
    )
