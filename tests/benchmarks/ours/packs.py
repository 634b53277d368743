"""A trainer alone: its packs, on the executor that a sweep would use, without ledger or MLflow.

    python -m tests.benchmarks.ours.packs TRAINER ROUNDS WARM experiments units,ratio 1
    python -m tests.benchmarks.ours.packs TRAINER ROUNDS WARM network 1000 train_accuracy
    python -m tests.benchmarks.ours.packs TRAINER ROUNDS WARM post reuters ""

WARM says how often the same packs are trained before the rounds that count, so that all programs
are compiled by then, in every worker.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from statistics import fmean, median

from sweeps.executors.executor import Slots, executor_for
from sweeps.flight import Flight
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Outcome
from tests.benchmarks.child import report
from tests.benchmarks.ours import work
from tests.benchmarks.ours.work import Work
from tests.benchmarks.ours.workers import workers_for


def trained(works: Sequence[Work], trainer: Trainer, executor: Slots) -> list[Outcome]:
    """Pack and train one sweep's fits after the other's."""
    outcomes: list[Outcome] = []
    for one in works:
        flight = Flight(executor, trainer, one.problem)
        flight.queue(trainer.pack(one.fits, one.problem))
        flight.launch()
        while flight.aloft:
            landed, lost = flight.land()
            if lost:
                raise lost[0].error
            outcomes.extend(landed)
            flight.launch()
    return outcomes


def refuse_failures(outcomes: Sequence[Outcome]) -> None:
    """What failed was not trained, so its time says nothing."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if errors:
        raise SystemExit(f"{len(errors)} of {len(outcomes)} fits failed; the first: {errors[0]}")


def asked_for(kind: str, what: str, how: str) -> list[Work]:
    if kind == "network":
        return [work.network(int(what), how)]
    if kind == "post":
        return [work.post(what)]
    return [work.experiment(name, int(how)) for name in what.split(",")]


def main() -> None:
    name, rounds, warm, *what = sys.argv[1:]
    trainer = trainer_for(name)
    works = asked_for(*what)
    started = time.time()
    executor = executor_for(workers_for(name), trainer.environment)
    try:
        seconds: list[float] = []
        for turn in range(int(warm) + int(rounds)):
            if turn == int(warm):
                started = time.time()
            before = time.perf_counter()
            outcomes = trained(works, trainer, executor)
            seconds.append(time.perf_counter() - before)
    finally:
        executor.shutdown()
    refuse_failures(outcomes)
    report(
        len(outcomes),
        median(seconds[int(warm) :]),
        started,
        rounds=seconds,
        packs=len([pack for one in works for pack in trainer.pack(one.fits, one.problem)]),
        test_accuracy=fmean(outcome.metrics["test_accuracy"] for outcome in outcomes),
    )


if __name__ == "__main__":
    main()
