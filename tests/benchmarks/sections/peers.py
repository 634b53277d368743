"""What a fit costs with the tools that people use now, each as they would use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import ChildError, measure
from tests.benchmarks.figures import Run, Section, Table
from tests.benchmarks.machine import has
from tests.benchmarks.peers.study import SHAPES
from tests.benchmarks.table import number

MLFLOW_VARIANT = "{}, MLflow"


@dataclass(frozen=True)
class Peer:
    """A tool, the module that uses it, and the packages it needs."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


PEERS = (
    Peer("plain loop", "plain_loop"),
    Peer("SciKeras, RandomizedSearchCV", "scikeras_search", needs=("scikeras",)),
    Peer("KerasTuner RandomSearch", "keras_tuner_search", ("random",), ("keras_tuner",)),
    Peer("KerasTuner Hyperband", "keras_tuner_search", ("hyperband",), ("keras_tuner",)),
    Peer("Optuna", "optuna_search", needs=("optuna",)),
)
NOTES = (
    "a warm-up fit and imports are left out of `s a fit`; `from start` counts them, for 199 fits "
    "(at the rate measured, where fewer were trained)",
    "the plain loop and Optuna evaluate train and test rows after each fit; SciKeras scores both "
    "sides of three shuffled, stratified folds; KerasTuner validates on the test rows every epoch",
    "Hyperband's fits have 2 to 5 epochs, all others 5",
    "MLflow as its users add it: a nested run for each trial with mlflow.keras.MlflowCallback; "
    "for SciKeras mlflow.sklearn.autolog without models",
)


def section(bench: Bench) -> Section:
    """All peers, each in a process of its own, without and with MLflow."""
    bench.need("tensorflow", "mlflow")
    absent = [peer.name for peer in PEERS if not all(map(has, peer.needs))]
    failed: list[str] = []
    for peer in PEERS:
        if peer.name not in absent:
            failed.extend(_measured(bench, peer))
    runs = list(bench.peers.values())
    notes = [
        _sample(bench),
        *NOTES,
        *failed,
        *(f"skipped: {name}: not installed" for name in absent),
    ]
    table = Table(
        "Peers: experiments 2 and 3, networks of two hidden layers",
        ("peer", "fits", "s a fit", "199 from start, s", "peak MB", "x plain loop"),
        [_row(run, bench.peers["plain loop"]) for run in runs],
        notes,
    )
    return Section("peers", "measured", [table], runs=runs)


def _measured(bench: Bench, peer: Peer) -> Iterator[str]:
    """Measure both variants; yields a line for each that failed."""
    for variant, name in (("bare", peer.name), ("mlflow", MLFLOW_VARIANT.format(peer.name))):
        if name in bench.peers:
            continue
        folder = bench.with_mlflow(f"peer-{peer.module}{''.join(peer.arguments)}-{variant}")
        try:
            bench.peers[name] = measure(
                name,
                f"tests.benchmarks.peers.{peer.module}",
                [*peer.arguments, str(bench.fits), variant],
                folder,
                MLFLOW_TRACKING_URI=f"sqlite:///{folder / 'mlflow.db'}",
            )
        except ChildError as error:
            yield f"FAILED: {name}: {error}"


def _row(run: Run, plain: Run) -> list[str]:
    return [
        run.name,
        str(run.fits),
        number(run.seconds_a_fit),
        number(run.from_start(len(SHAPES))),
        f"{run.megabytes:,.0f}",
        number(run.seconds_a_fit / plain.seconds_a_fit),
    ]


def _sample(bench: Bench) -> str:
    if bench.options.full:
        return "all 199 configurations of each peer's work"
    return (
        f"a sample: about {bench.fits} fits of each peer's work after a warm-up fit, spread over "
        "the 199 configurations; --full trains all of them"
    )
