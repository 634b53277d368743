"""The small models as one program, building them included.

    python -m tests.benchmarks.ours.models ROUNDS

The first round compiles, the others find the program that it kept; both are reported.
"""

from __future__ import annotations

import sys
import time
from statistics import fmean, median

from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.tasks.penguins import Penguins
from sweeps.trainers.models.keras_import import load
from sweeps.trainers.models.member import Fitted, Member
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trial import Fit, Trial
from tests.benchmarks.child import report
from tests.benchmarks.peers import small_models


def member(number: int, rate: float, problem: Problem) -> Member:
    """A model with its rows, its weights drawn from its number."""
    import keras

    keras.utils.set_random_seed(number)
    return Member(
        fit=Fit(Trial(number, {}), 0, 0, number, small_models.EPOCHS),
        model=small_models.build(rate),
        data=problem.data(0, 0),
        batch_size=small_models.BATCH_SIZE,
    )


def trained() -> list[Fitted]:
    """Build, ask whether and with whom they can be fused, train, judge."""
    from sweeps.trainers.models.fused.admission import fingerprint, why_not
    from sweeps.trainers.models.fused.training import trained_together

    subject = OwnCode(SubjectChoice("model", "small_models:build"), "")
    task = Penguins("published")
    problem = Problem(task, Evaluate(), Objective("test_accuracy"), seed=0, subject=subject)
    members = [
        member(number, rate, problem)
        for number, rate in enumerate(small_models.rates(small_models.MODELS))
    ]
    refused = [why for one in members if (why := why_not(one))]
    if refused or len({fingerprint(one) for one in members}) != 1:
        raise SystemExit(f"the models are not one program: {refused}")
    return trained_together(members, problem, None, TimeLimit([one.fit for one in members]))


def main() -> None:
    load("jax")
    started = time.time()
    seconds: list[float] = []
    for _ in range(int(sys.argv[1])):
        before = time.perf_counter()
        found = trained()
        seconds.append(time.perf_counter() - before)
    errors = [one.error for one in found if one.error is not None]
    if errors:
        raise SystemExit(f"{len(errors)} models failed; the first: {errors[0]}")
    accuracy = fmean(one.figures["test_accuracy"] for one in found)
    warm = median(seconds[1:] or seconds)
    report(len(found), seconds[0], started, warm_seconds=warm, test_accuracy=accuracy)


if __name__ == "__main__":
    main()
