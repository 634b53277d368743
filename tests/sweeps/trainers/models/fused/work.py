"""What the tests have done in a process where Keras runs on JAX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweeps.trainers.models.member import Fitted
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trial import Fit

CASES = ("dense",)
SLOW_CASES = (
    "normalised",
    "own_layer",
    "weighted",
    "convolutional",
    "recurrent",
    "embedded",
    "subclassed",
    "summed",
)


def both_ways(case: str, metric: str = "val_loss", **fit: Any) -> list[tuple[Fitted, Fitted]]:
    """Each member of a case trained together with the others, and by Keras's own `fit`."""
    from sweeps.trainers.models.single import trained_alone
    from tests.sweeps.trainers.models.fused import cases

    build, shape, kind = cases.CASES[case]
    data, problem = cases.data_of(shape, kind), cases.problem_of(metric)
    alone = [
        trained_alone(member, problem, None, TimeLimit([member.fit]))
        for member in cases.members_of(build, data, **fit)
    ]
    return list(zip(together(case, metric, **fit), alone, strict=True))


def together(case: str, metric: str = "val_loss", progress: Any = None, **fit: Any) -> list[Fitted]:
    """The members of a case trained together; they must be alike, and nothing speak against it."""
    from tests.sweeps.trainers.models.fused import cases

    build, shape, kind = cases.CASES[case]
    members = cases.members_of(build, cases.data_of(shape, kind), **fit)
    return trained(members, metric, progress)


def trained(members: Sequence[Any], metric: str = "val_loss", progress: Any = None) -> list[Fitted]:
    from sweeps.trainers.models.fused.admission import fingerprint, why_not
    from sweeps.trainers.models.fused.training import trained_together
    from tests.sweeps.trainers.models.fused import cases

    assert [why_not(member) for member in members] == [None] * len(members)
    assert len({fingerprint(member) for member in members}) == 1
    limit = TimeLimit([member.fit for member in members])
    return trained_together(members, cases.problem_of(metric), progress, limit)


def refusals() -> dict[str, str | None]:
    """Why each of the models that cannot be fused is not."""
    from sweeps.trainers.models.fused.admission import why_not
    from tests.sweeps.trainers.models.fused import cases, odd

    data = cases.data_of((4,), "classes")
    return {
        name: why_not(cases.members_of(build, data, rates=(0.01,))[0])
        for name, build in odd.ODD.items()
    }


def told_apart() -> dict[str, bool]:
    """Of pairs of models, whether their fingerprints are equal."""
    from sweeps.trainers.models.fused.admission import fingerprint
    from tests.sweeps.trainers.models.fused import cases, odd

    data = cases.data_of((4,), "classes")
    found = {}
    for name, (one, other) in odd.PAIRS.items():
        first, second = (
            fingerprint(cases.members_of(build, data, rates=(0.01,))[0]) for build in (one, other)
        )
        found[name] = first == second
    return found


def on_two_folds() -> list[tuple[Fitted, Fitted]]:
    """Members of two data sets, one of which diverges; the same by themselves."""
    from sweeps.trainers.models.single import trained_alone
    from tests.sweeps.trainers.models.fused import cases

    def members() -> list[Any]:
        folds = [cases.data_of((4,), "numbers", seed) for seed in (1, 2)]
        return [
            member
            for data, rates in zip(folds, ((0.1, 1e30), (0.2,)), strict=True)
            for member in cases.members_of(cases.summed, data, rates)
        ]

    problem = cases.problem_of()
    alone = [trained_alone(one, problem, None, TimeLimit([one.fit])) for one in members()]
    return list(zip(trained(members()), alone, strict=True))


def told_of_progress() -> tuple[list[Fitted], list[tuple[int, int, dict[str, float]]]]:
    """Members of different budgets, and what was told of them on the way."""
    from dataclasses import replace

    from sweeps.trainers.trainer import Progress
    from tests.sweeps.trainers.models.fused import cases

    told: list[tuple[int, int, dict[str, float]]] = []

    def progress(fit: Fit, epoch: int, values: Any) -> None:
        told.append((fit.trial.number, epoch, dict(values)))

    # Two lanes, so that each has a member that ends before the other.
    rates, budgets = (0.002, 0.03, 0.01, 0.02), (1, 3, 2, 2)
    members = cases.members_of(cases.dense, cases.data_of((4,), "classes"), rates)
    mixed = [
        replace(member, fit=replace(member.fit, budget=budget))
        for member, budget in zip(members, budgets, strict=True)
    ]
    return trained(mixed, progress=Progress(progress)), told


def starved() -> tuple[list[int], list[Fitted], list[Fitted]]:
    """How wide the lanes were that were tried where no more than two fit, and what came of it."""
    from sweeps.trainers.models.fused import training
    from tests.sweeps.trainers.models.fused import cases

    tried: list[int] = []
    lane = training.Lane

    def narrow(seats: Any, program: Any, *rest: Any) -> Any:
        tried.append(program.layout.width)
        if program.layout.width > 2:
            raise MemoryError
        return lane(seats, program, *rest)

    def members() -> list[Any]:
        rates = (0.002, 0.01, 0.03, 0.02, 0.001, 0.005, 0.04)
        return cases.members_of(cases.dense, cases.data_of((4,), "classes"), rates)

    wanted = trained(members())
    training.Lane = narrow  # type: ignore[assignment, misc]
    try:
        return tried, trained(members()), wanted
    finally:
        training.Lane = lane  # type: ignore[misc]


def in_two_halves(folder: str) -> tuple[list[Fitted], list[Fitted]]:
    """Two epochs and then two more from checkpoints; and four at once."""
    from dataclasses import replace

    from tests.sweeps.trainers.models.fused import cases

    def members(budget: int, **paths: str) -> list[Any]:
        fresh = cases.members_of(cases.normalised, cases.data_of((4,), "classes"), budget=budget)
        own = {
            name: [str(Path(folder) / f"{path}-{number}.npz") for number in range(len(fresh))]
            for name, path in paths.items()
        }
        return [
            replace(one, fit=replace(one.fit, **{name: own[name][at] for name in own}))
            for at, one in enumerate(fresh)
        ]

    trained(members(2, save_to="half"))
    return trained(members(4, resume_from="half")), trained(members(4))


def compilations() -> list[int]:
    """How many programs were compiled for a group, for the same again, and for other numbers."""
    import jax

    from tests.sweeps.trainers.models.fused import cases

    counted = [0]

    def count(event: str, duration: float, **_: Any) -> None:
        counted[0] += event == "/jax/core/compile/backend_compile_duration"

    jax.monitoring.register_event_duration_secs_listener(count)
    found = []
    data = cases.data_of((4,), "classes", rows=37)
    for rates in (cases.RATES, cases.RATES, (0.004, 0.005)):
        before = counted[0]
        trained(cases.members_of(cases.dense, data, rates))
        found.append(counted[0] - before)
    return found
