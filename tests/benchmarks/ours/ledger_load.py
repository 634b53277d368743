"""What the ledger itself costs, without any training: python -m tests.benchmarks.ours.ledger_load.

Results are as large as those of five epochs of a classifier, one part each. First trials are begun
and committed in packs of several sizes, each size in a sweep of its own; then a store is filled
with large sweeps and read as the commands read it.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from search_spaces import Float, Param, Space
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.sweep import SearchChoice, Sweep, TaskChoice
from sweeps.trial import Failure, Part, Result, Trial
from tests.benchmarks.child import report

EPOCHS = 5
NAMES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
FINAL = tuple(f"{split}_{name}" for split in ("train", "val", "test") for name in NAMES[:2])
CONFUSION = dict.fromkeys(("train", "val", "test"), ((31, 2, 1), (0, 27, 3), (4, 0, 22)))
FAILING = 0.05
PACKS = ((1, 300), (32, 3_200), (1024, 10_240))
"""Trials a pack, trials in all."""

READINGS = 5
SWEEP = Sweep(
    name="ledger-load",
    task=TaskChoice("penguins"),
    space=Space.of(Param("learning_rate", Float(0.001, 0.1))),
    search=SearchChoice("random", trials=10_000),
    document={"task": "penguins", "space": {"learning_rate": {"low": 0.001, "high": 0.1}}},
)


def result(number: int, rng: random.Random) -> Result:
    """Made up, of the size of a real one; some have failed."""
    trial = Trial(number, {"layer_count": 2, "width": 100, "learning_rate": rng.random()})
    if rng.random() < FAILING:
        failure = Failure("diverged", f"loss is nan in epoch {rng.randrange(EPOCHS)}")
        return Result(trial, None, {}, {}, 0.01, error=failure)
    metrics = {name: rng.random() for name in (*FINAL, "parameters", "epochs")}
    history = {name: tuple(rng.random() for _ in range(EPOCHS)) for name in NAMES}
    part = Part(0, 0, metrics, history, 0.01, CONFUSION)
    score = metrics["val_accuracy"]
    return Result(trial, score, metrics, history, 0.01, (part,), trainer="fused")


def written(ledger: Ledger, size: int, count: int, rng: random.Random) -> tuple[Claim, float]:
    """A sweep with so many trials, begun and committed in packs; seconds a trial."""
    claim = ledger.create(SWEEP, {})
    results = [result(number, rng) for number in range(count)]
    before = time.perf_counter()
    for start in range(0, count, size):
        pack = results[start : start + size]
        ledger.begin(claim, [one.trial for one in pack], {"next": start})
        ledger.commit(claim, [(one, 1) for one in pack], {"next": start}, spent=1.0)
    return claim, (time.perf_counter() - before) / count


def read(call: Callable[[], Any]) -> float:
    """Seconds of a call, the median of several."""
    times = []
    for _ in range(READINGS):
        before = time.perf_counter()
        call()
        times.append(time.perf_counter() - before)
    return median(times)


def readings(ledger: Ledger, sweep_id: str) -> dict[str, float]:
    """Seconds of what `ls`, `status` and `best` ask for, and of what a session starts with."""
    return {
        "sweeps()": read(ledger.sweeps),
        "sweep()": read(lambda: ledger.sweep(sweep_id[:4])),
        "best()": read(lambda: ledger.best(sweep_id, maximize=True)),
        "reasons()": read(lambda: ledger.reasons(sweep_id)),
        "failures()": read(lambda: ledger.failures(sweep_id)),
        "trials()": read(lambda: ledger.trials(sweep_id)),
    }


def main(folder: str, sweeps: str, trials: str) -> None:
    rng = random.Random(0)
    url = f"sqlite:///{Path(folder) / 'ledger.db'}"
    ledger = Ledger.open(url)
    started = time.time()
    packs = {size: written(ledger, size, count, rng)[1] for size, count in PACKS}
    for _ in range(int(sweeps)):
        claim, _ = written(ledger, 1024, int(trials), rng)
        ledger.end(claim, "finished", 1.0)
        ledger.shipped(claim, range(0, int(trials), 2))
        ledger.release(claim)
    opening = read(lambda: Ledger.open(url).close())
    report(
        fits=sum(count for _, count in PACKS),
        seconds=sum(packs[size] * count for size, count in PACKS),
        started=started,
        packs={str(size): seconds for size, seconds in packs.items()},
        readings={"opening": opening, **readings(ledger, claim.sweep_id)},
        megabytes=(Path(folder) / "ledger.db").stat().st_size / 1e6,
    )
    ledger.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
