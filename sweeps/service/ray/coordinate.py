"""A coordinator as a Ray job: `python -m sweeps.service.ray.coordinate ID`.

All else it is told by its environment. It runs on the cluster's head, where the service's folder
may not be. What it says goes to its output, which the service reads through the job server.
"""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sweeps.errors import LedgerError
from sweeps.ledger.jobs import Job, job_of
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import give_up
from sweeps.service.ray.job_told import LEDGER, TOLD, TRACKING, Told
from sweeps.service.running.coordinating import AWAY, FAILED, Say, Work, coordinate
from sweeps.service.running.session_log import stamped
from sweeps.store import Store

JOB_CONFIG = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""From which Ray takes what all workers of the job get; the service's secrets are among it."""

OF_ONE_MACHINE = ("sqlite:", "file:", "/", ".")
"""How addresses of MLflow begin that mean nothing elsewhere."""

FOR_ALL = "RAY_ADDRESS"
"""Where Ray says which cluster the job is of."""


def main(say: Say) -> int:
    """Do what the job is for; the exit code."""
    told = Told.from_json(os.environ[TOLD])
    _keep_from_workers()
    store, shared = store_for(told, os.environ[LEDGER])
    if not shared:
        say(
            f"the folder {told.folder} of the service is not seen here: checkpoints and plots are "
            f"in {store.folder} on the cluster's head, and the service draws reports itself"
        )
    try:
        job = _job(told, store)
    except LedgerError as error:
        say(str(error))
        return AWAY
    if job is None:
        say("this session is not wanted any more")
        return 0
    if not shared and os.environ[TRACKING].startswith(OF_ONE_MACHINE):
        return _given_up(job, store, say)
    work = Work(
        job,
        store,
        os.environ[TRACKING],
        address=os.environ.get(FOR_ALL, "auto"),
        own_tracking=told.own_tracking,
        auth=told.auth,
        allowed=told.allowed,
        slots=told.slots,
    )
    return coordinate(work, say)


def _given_up(job: Job, store: Store, say: Say) -> int:
    """Nothing would be logged where anybody looks for it."""
    said = (
        "trials would be logged to a database on the service's machine, which the cluster's head "
        "does not see: serve with --tracking-uri http://… for coordinators that are Ray jobs"
    )
    say(said)
    with closing(Ledger.open(store.ledger_url)) as ledger:
        give_up(ledger, job, said)
    return FAILED


def store_for(told: Told, ledger: str) -> tuple[Store, bool]:
    """The store to work with, and whether its folder is the service's own."""
    folder = Path(told.folder)
    if (folder / "service" / told.mark).exists():
        return Store.at(folder, ledger), True
    return Store.at(Path.home() / ".sweeps", ledger), False


def _job(told: Told, store: Store) -> Job | None:
    """What is wanted; None when that was taken back or somebody else has been launched for it."""
    with closing(Ledger.open(store.ledger_url)) as ledger:
        job = job_of(ledger, told.sweep_id)
    if job is None or job.state != "running" or job.launched_ms != told.launched_ms:
        return None
    return replace(job, order=replace(job.order, workers=told.workers))


def _keep_from_workers() -> None:
    """Let Ray hand none of this job's variables on: in its workers the user's code runs."""
    config = json.loads(os.environ.get(JOB_CONFIG, "{}"))
    config.get("runtime_env", {}).pop("env_vars", None)
    os.environ[JOB_CONFIG] = json.dumps(config)
    os.environ.pop(TOLD)


if __name__ == "__main__":
    raise SystemExit(main(stamped()))
