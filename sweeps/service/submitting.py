"""From a submission to a sweep that waits in the queue."""

from __future__ import annotations

import hashlib
import json

from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.jobs import Order, enqueue, under_key
from sweeps.service.desk import Desk
from sweeps.service.identity import Who
from sweeps.service.models import Submission
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.running.too_large import too_large


def submit(desk: Desk, who: Who, asked: Submission, key: str | None) -> tuple[str, bool]:
    """(the id of the sweep, whether it is new). The same key stands for the same submission.

    Raises SweepFileError for a file that is none or names what it may not, KeyTakenError for a key
    that was used for something else, ProblemError for all else that cannot be.
    """
    desk.refuse_when_draining()
    order = _order(who, asked, key)
    before = under_key(desk.ledger, order)
    if before is not None:
        return before.sweep_id, False
    _refuse_what_never_fits(desk, who, order)
    _refuse_too_many(desk, who)
    sweep = desk.admit(asked.file.encode(), asked.file_name, asked.overrides, desk.settings.allowed)
    job, new = enqueue(desk.ledger, sweep, order)
    desk.runner.wake()
    return job.sweep_id, new


def _order(who: Who, asked: Submission, key: str | None) -> Order:
    content = json.dumps(asked.model_dump(by_alias=True), sort_keys=True)
    return Order(
        owner=who.name,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        priority=asked.priority,
        workers=asked.workers,
        gpus=asked.gpus,
        gpu_share=asked.gpu_share,
        memo=asked.memo,
        client_key=key,
    )


def _refuse_what_never_fits(desk: Desk, who: Who, order: Order) -> None:
    """Raise ProblemError for a sweep that would wait for ever, or go before others unasked."""
    if order.priority > 0 and not who.may("admin"):
        raise ProblemError(
            403, f"priority {order.priority}: above 0 is for admins; a submitter's is -10 to 0"
        )
    never = too_large(order, desk.settings, desk.nodes.view())
    if never is not None:
        raise ProblemError(422, never)


def _refuse_too_many(desk: Desk, who: Who) -> None:
    most = desk.settings.limits.queued
    if ledger_pages.jobs_open(desk.ledger, who.name) >= most:
        raise ProblemError(
            429,
            f"{who.name} has {most:,} sweeps that have not ended, which is the most: wait until "
            "some have, or cancel some",
            FAILED,
            {"Retry-After": "60"},
        )
