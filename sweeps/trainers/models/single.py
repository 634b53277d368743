"""Trains one model with Keras's own `fit`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sweeps.problem import Problem
from sweeps.tasks.task import Part
from sweeps.trainers.divergence import refuse_nonfinite
from sweeps.trainers.models import past
from sweeps.trainers.models.batches import drawn, in_order
from sweeps.trainers.models.judging import figures_of, judging_batch, outputs_of
from sweeps.trainers.models.keeping import Keeper
from sweeps.trainers.models.member import Fitted, Member
from sweeps.trainers.models.mishaps import failure_in
from sweeps.trainers.models.watching import Watch, callback
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Progress
from sweeps.trial import Failure


def trained_alone(
    member: Member,
    problem: Problem,
    progress: Progress | None,
    limit: TimeLimit,
    callbacks: Sequence[Any] = (),
) -> Fitted:
    """What comes of `model.fit` with the fit's own row orders; then the model is judged.

    `callbacks` are the user's. With any of them, which may remember more than a checkpoint holds,
    training starts at epoch 0 and no checkpoint is kept. What Keras raises over the user's model
    (`user_error`), a figure that is not finite (`diverged`), a lack of memory (`out_of_memory`) and
    time that is up (`timed_out`) are failures of the result; an OSError about a checkpoint raises.

    Time is that of the whole of `fit`, in which Keras traces the model as well.
    """
    started = time.perf_counter()
    watch = Watch(member.fit, limit, progress, watched=watched_split(problem))
    keeper = None
    if callbacks:
        watch.notes = past.begun_anew(member.fit, "callbacks remember more than a checkpoint")
    else:
        past.taken_up(member, watch, problem)
        keeper = Keeper(member, watch, problem)
    failure = failure_in(lambda: _train(member, problem, watch, keeper, callbacks), member, problem)
    if failure is not None or watch.failure is not None:
        return failed(watch, started, failure or watch.failure)
    return judged(member, problem, watch, started)


def judged(member: Member, problem: Problem, watch: Watch, started: float) -> Fitted:
    """What a trained model comes to."""
    found: list[Fitted] = []

    def judge() -> None:
        figures = (
            figures_of(member.model, member.data, member.batch_size)
            if member.model.compiled
            else {}
        )
        refuse_nonfinite(figures, f"after epoch {watch.epoch}")
        found.append(
            Fitted(
                history=watch.history,
                figures=figures,
                outputs=outputs_of(member.model, member.data, member.batch_size),
                weights=tuple(member.model.get_weights()),
                epochs=watch.epoch,
                seconds=time.perf_counter() - started,
                notes=watch.notes,
            )
        )

    failure = failure_in(judge, member, problem)
    return failed(watch, started, failure) if failure is not None else found[0]


def failed(watch: Watch, started: float, failure: Failure | None) -> Fitted:
    """A fit without figures, its history as far as it came."""
    seconds = time.perf_counter() - started
    return Fitted(watch.history, {}, {}, (), watch.epoch, seconds, failure, watch.notes)


def watched_split(problem: Problem) -> str:
    """The prefix of what is measured after each epoch; `val_` is Keras's own."""
    return "test_" if problem.objective.split == "test" else "val_"


def watched_rows(member: Member, problem: Problem) -> Part | None:
    """The rows that are judged after each epoch, if any."""
    if problem.objective.split == "test":
        return member.data.test
    return member.data.val


def _train(
    member: Member,
    problem: Problem,
    watch: Watch,
    keeper: Keeper | None,
    callbacks: Sequence[Any],
) -> None:
    if watch.ends():
        if keeper is not None:
            keeper.at_the_end()
        # As `fit` would at its end; of most optimizers that is nothing.
        member.model.optimizer.finalize_variable_values(member.model.trainable_weights)
        return
    batches = drawn(member.data.train, member.batch_size, member.fit.seed)
    watched = watched_rows(member, problem)
    ended = None if keeper is None else keeper.after_epoch
    with watch.limit.counting():
        member.model.fit(
            batches,
            shuffle=False,  # rows are in a drawn order already; Keras would draw that of batches
            initial_epoch=watch.epoch,
            epochs=member.fit.budget,
            validation_data=(
                None if watched is None else in_order(watched, judging_batch(member.batch_size))
            ),
            callbacks=[*callbacks, callback(watch, batches.begin, ended)],
            verbose=0,
        )
