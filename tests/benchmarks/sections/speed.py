"""Experiments 2 and 3: training and evaluating, compile time left out."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number

LEAST, GOAL = 200, 300
ROUNDS = 7
"""Of less than a second each."""


def section(bench: Bench) -> Section:
    """Fits a second of the trainer alone, as a multiple of every peer measured in this call."""
    bench.need("jax", "tensorflow", "palmerpenguins")
    bench.plain_loop()
    ours = measure(
        f"trainer {bench.options.trainer}, experiments 2 and 3",
        "tests.benchmarks.ours.packs",
        [bench.options.trainer, str(ROUNDS), "2", "experiments", "units,ratio", "1"],
        bench.fresh("speed"),
        SWEEPS_CACHE_DIR=str(bench.cache("warm")),
    )
    plain = bench.plain_loop_again()
    multiple = plain.seconds_a_fit / ours.seconds_a_fit
    table = Table(
        "Speed: experiments 2 and 3, training and evaluating, compile time left out",
        ("", "fits", "s a fit", "fits/s", "ours is faster by"),
        [_row(ours, ours), *(_row(peer, ours) for peer in bench.peers.values())],
        [
            f"ours: {ours.figures['packs']} packs, the median of {ROUNDS} rounds "
            f"over all 199 after two that compile; all rounds: {_listed(ours.figures['rounds'])} s",
            "the plain loop: its fastest turn, of one before ours and one after",
            f"mean test accuracy: ours {ours.figures['test_accuracy']:.3f}, the plain loop's "
            f"networks {plain.figures['test_accuracy']:.3f}",
        ],
    )
    text = "fits/s of experiments 2 and 3, compile left out, over the plain loop's"
    targets = [
        Target(text, multiple, LEAST, "times"),
        Target(f"goal: {text}", multiple, GOAL, "times"),
    ]
    return Section("speed", "measured", [table], targets, [ours, plain])


def _row(run: Run, ours: Run) -> list[str]:
    multiple = run.seconds_a_fit / ours.seconds_a_fit
    return [
        run.name,
        str(run.fits),
        number(run.seconds_a_fit),
        number(1 / run.seconds_a_fit),
        "" if run is ours else f"{number(multiple)} times",
    ]


def _listed(seconds: list[float]) -> str:
    return ", ".join(number(value) for value in seconds)
