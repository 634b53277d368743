"""How much of the machine's arithmetic the training of one network reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.ours.matmul import ROWS
from tests.benchmarks.ours.work import dense_arithmetic
from tests.benchmarks.table import number

SEEDS = 1000
LEAST = 35
WIDTH = 100
OBJECTIVES = {
    "train_accuracy": "train and test rows judged at the end",
    "test_accuracy": "and the test rows after every epoch",
}


def section(bench: Bench) -> Section:
    """6-100-100-3, 1,000 seeds, 5 epochs, batches of 32, against products of the same shape."""
    bench.need("jax")
    matmul = measure("matmul", "tests.benchmarks.ours.matmul", [], bench.fresh("matmul"))
    rates = matmul.figures["rates"]
    same = [rate for rate in rates if rate["rows"] == ROWS and rate["inner"] == WIDTH]
    ours = {metric: _trained(bench, metric) for metric in OBJECTIVES}
    rows = [_row(run, same, rates) for run in ours.values()]
    share = 100 * _reached(ours["train_accuracy"]) / best(same)
    return Section(
        "arithmetic",
        "measured",
        [_rates(rates, matmul.figures["cores"]), _shares(rows, same, rates)],
        [
            Target(
                "goal: dense arithmetic of 6-100-100-3, share of the matmul rate", share, LEAST, "%"
            )
        ],
        list(ours.values()),
    )


def best(rates: Sequence[Mapping[str, Any]]) -> float:
    """The highest rate, GFLOP/s, of one call alone or of several at once."""
    return max(float(rate.get(how, 0.0)) for rate in rates for how in ("alone", "at_once"))


def _trained(bench: Bench, metric: str) -> Run:
    return measure(
        f"1,000 seeds of 6-100-100-3, {OBJECTIVES[metric]}",
        "tests.benchmarks.ours.packs",
        [bench.options.trainer, str(bench.options.rounds), "2", "network", str(SEEDS), metric],
        bench.fresh(f"network-{metric}"),
        SWEEPS_CACHE_DIR=str(bench.cache("warm")),
    )


def _reached(run: Run) -> float:
    return dense_arithmetic(run.fits) / run.seconds / 1e9


def _row(run: Run, same: Sequence[Any], rates: Sequence[Any]) -> list[str]:
    reached = _reached(run)
    return [
        run.name,
        number(run.seconds),
        number(reached),
        f"{100 * reached / best(same):.1f} %",
        f"{100 * reached / best(rates):.1f} %",
    ]


def _shares(rows: list[list[str]], same: Sequence[Any], rates: Sequence[Any]) -> Table:
    return Table(
        "Arithmetic: 6 x weights x rows x epochs of the dense layers",
        ("", "s", "GFLOP/s", "of the same shape's best", "of the best of all"),
        rows,
        [
            f"same shape: [F, {ROWS}, {WIDTH}] x [F, {WIDTH}, {WIDTH}], any F, one call or several "
            f"at once: {number(best(same))} GFLOP/s; best of all shapes: {number(best(rates))}",
            "the median round after two that compile; made-up rows of the penguins' shape; the "
            "time of judging is in it, its arithmetic is not",
        ],
    )


def _rates(rates: Sequence[Mapping[str, Any]], cores: int) -> Table:
    return Table(
        "This machine's matmul rate in JAX, float32, GFLOP/s",
        ("[F, rows, n] x [F, n, n]", "one call", f"{cores} at once"),
        [
            [
                f"F {rate['batch']:,}, rows {rate['rows']:,}, n {rate['inner']:,}",
                number(rate["alone"]),
                number(rate["at_once"]) if "at_once" in rate else "",
            ]
            for rate in rates
        ],
    )
