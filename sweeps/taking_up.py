"""A session's loop, with what the sessions before it have left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweeps.backends.backend import Search
from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.executors.executor import Slots
from sweeps.flight import Flight
from sweeps.journal import Journal
from sweeps.ledger.records import Begun, told
from sweeps.live.live import Live
from sweeps.loop import Loop
from sweeps.memo.memo import Memo
from sweeps.open_trial import OpenTrial
from sweeps.parts import Parts
from sweeps.stages import stages_for
from sweeps.sweep import Sweep


def taken_up(
    parts: Parts,
    search: Search,
    executor: Slots,
    live: Live,
    journal: Journal,
    checkpoints: CheckpointKeeper,
    begun: Sequence[Begun],
    memo: Memo,
) -> Loop:
    """The loop, which goes on with the trials that were begun."""
    loop = Loop(
        sweep=parts.sweep,
        search=search,
        problem=parts.problem,
        trainer=parts.trainer,
        flight=Flight(executor, parts.trainer, parts.problem, live),
        journal=journal,
        checkpoints=checkpoints,
        stages=stages_for(parts.sweep, checkpoints.folder, begun),
        memo=memo,
        batch=max(
            parts.sweep.search.batch or parts.backend.batch, parts.sweep.evaluate.confirm_top
        ),
        asked=sum(one.trial.confirms is None for one in begun),
    )
    finished, _ = told(begun)
    loop.take_up(
        [_opened(one, parts.sweep, live) for one in begun if one.state == "running"],
        [one.result for one in begun[len(finished) :] if one.result is not None],
    )
    return loop


def _opened(begun: Begun, sweep: Sweep, live: Live) -> OpenTrial:
    # A retried trial that defines its configuration in training kept that of its last attempt.
    trial = replace(begun.trial, config={}) if sweep.defined_as_it_runs else begun.trial
    live.begin([trial], begun.started_ms, begun.attempt)
    return OpenTrial(
        trial,
        begun.attempt,
        begun.started_ms,
        tries=begun.tries,
        told=begun.told_failed,
        stages=begun.stages,
    )
