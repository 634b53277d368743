"""Members of a group that end at different times, are told of, or run out of time."""

from __future__ import annotations

from functools import partial

import pytest

from tests.sweeps.trainers.models.fused import work
from tests.sweeps.trainers.models.workers import Workers


@pytest.mark.slow
def test_members_end_with_their_own_budget_and_are_told_of(workers: Workers) -> None:
    fitted, told = workers.call("jax", work.told_of_progress)
    assert [one.epochs for one in fitted] == [1, 3, 2, 2]
    assert [len(one.history["val_loss"]) for one in fitted] == [1, 3, 2, 2]
    for number, one in enumerate(fitted):
        epochs = [(epoch, values) for of, epoch, values in told if of == number]
        assert [epoch for epoch, _ in epochs] == list(range(1, one.epochs + 1))
        assert tuple(values["loss"] for _, values in epochs) == one.history["loss"]
    # The shortest is not touched any more once it is done.
    (alone,) = workers.call("jax", partial(work.together, "dense", budget=1, rates=(0.002,)))
    assert fitted[0].figures == pytest.approx(alone.figures, rel=1e-4)
    assert fitted[0].history["val_loss"][-1] == pytest.approx(alone.figures["val_loss"], rel=1e-4)


def test_test_rows_are_judged_after_each_epoch_where_they_decide(workers: Workers) -> None:
    for one in workers.call("jax", partial(work.together, "dense", metric="test_accuracy")):
        assert len(one.history["test_loss"]) == 3
        assert not any(name.startswith("val_") for name in one.history)
        # Judged with the final weights, as after the last epoch.
        assert one.history["test_loss"][-1] == pytest.approx(one.figures["test_loss"], rel=1e-5)


def test_time_that_is_up_ends_all_of_them(workers: Workers) -> None:
    fitted = workers.call("jax", partial(work.together, "dense", budget=4000, seconds=0.01))
    for one in fitted:
        assert one.error is not None
        assert one.error.reason == "timed_out"
        assert "2 fits trained together took longer than" in one.error.message
        assert one.epochs == len(one.history["loss"]) < 4000


@pytest.mark.slow
def test_other_numbers_find_their_program_compiled(workers: Workers) -> None:
    first, again, others = workers.call("jax", work.compilations)
    assert first > 0
    assert (again, others) == (0, 0)
