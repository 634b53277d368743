"""A user's own Keras models: many as one program, beside one after the other."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.peers.small_models import BATCH_SIZE, EPOCHS, MODELS
from tests.benchmarks.table import number

GOAL = 10.0


def section(bench: Bench) -> Section:
    """Fifty small models with dropout and batch normalisation, by both backends and as one."""
    bench.need("jax", "tensorflow")
    ours = _ours(bench)
    peers = [_peer(bench, backend) for backend in ("jax", "tensorflow")]
    table = Table(
        f"A user's Keras models: 6-32-32-3 with dropout and batch normalisation, {EPOCHS} epochs",
        ("", "models", "s", "s a model", f"s for {MODELS}", "test accuracy", "peak MB"),
        [_row(run) for run in (ours, *peers)],
        [
            f"batches of {BATCH_SIZE} of 275 rows, 69 judged after every epoch, {MODELS} learning "
            "rates; building is counted, imports are not",
            f"as one program: nothing compiled before; {number(ours.figures['warm_seconds'])} s "
            "once it is",
        ],
    )
    targets = [
        Target(f"{run.name}, over as one program", _faster(ours, run), GOAL, "times")
        for run in peers
    ]
    return Section("models", "measured", [table], targets, [ours, *peers])


def _ours(bench: Bench) -> Run:
    return measure(
        "as one program",
        "tests.benchmarks.ours.models",
        [str(bench.options.rounds)],
        bench.fresh("models"),
        KERAS_BACKEND="jax",
        SWEEPS_CACHE_DIR=str(bench.cache("models")),
    )


def _peer(bench: Bench, backend: str) -> Run:
    run = measure(
        f"model.fit in a row on {backend}",
        "tests.benchmarks.peers.models_in_a_row",
        [str(MODELS if bench.options.full else bench.options.fits)],
        bench.fresh(f"models-{backend}"),
        KERAS_BACKEND=backend,
    )
    bench.peers[run.name] = run
    return run


def _faster(ours: Run, peer: Run) -> float:
    return peer.seconds_a_fit / ours.seconds_a_fit


def _row(run: Run) -> list[str]:
    return [
        run.name,
        str(run.fits),
        number(run.seconds),
        number(run.seconds_a_fit),
        number(MODELS * run.seconds_a_fit),
        f"{run.figures['test_accuracy']:.3f}",
        f"{run.megabytes:,.0f}",
    ]
