"""What the API takes and answers, as its description shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sweeps.ledger.jobs import JobState
from sweeps.trial import Reason

EXAMPLE = """\
task: penguins
space: {width: {low: 8, high: 256}, epochs: 20}
search: {backend: random, trials: 20}
"""

NOTHING_ODD = r"^[^\x00-\x1f\x7f]*$"
"""Text of one line: databases and logs take nothing else."""

Line = Annotated[str, Field(max_length=300, pattern=NOTHING_ODD)]
Milliseconds = Annotated[int, Field(description="since 1970")]


class Asked(BaseModel):
    """What a client sends: keys that nobody knows are refused, and so are texts for numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answered(BaseModel):
    """What the service sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Answered):
    """What is wrong (RFC 9457), in the words of the command line.

    `exit_code` is what it would end with; `lines` is a traceback of the user's own code, where that
    is what failed.
    """

    type: str
    title: str
    status: int
    detail: str
    exit_code: int
    lines: str


class Submission(Asked):
    """A sweep file, and with what it is to be run.

    `set` are overrides as `KEY.KEY=VALUE`. The sweep takes `workers` slots of the service and
    `gpus` GPUs; `gpu_share` is the part of one that each worker may have. Higher `priority` goes
    first. With `memo`, what was trained before in any sweep is not trained again.
    """

    file: Annotated[str, Field(max_length=2_000_000, examples=[EXAMPLE])]
    file_name: Annotated[str, Field(max_length=255)] = "sweep.yaml"
    overrides: Annotated[list[str], Field(alias="set", max_length=100)] = []
    priority: Annotated[int, Field(ge=-10, le=100)] = 0
    workers: Annotated[int, Field(ge=1, le=10_000)] = 1
    gpus: Annotated[int, Field(ge=0, le=10_000)] = 0
    gpu_share: Annotated[float, Field(gt=0, le=1)] | None = None
    memo: bool = True


class Retry(Asked):
    """Which failed trials run again: those that failed for one of the reasons, or (null) all."""

    reasons: Annotated[list[Reason], Field(min_length=1, max_length=8)] | None = None


class Extend(Asked):
    """How many trials more."""

    trials: Annotated[int, Field(ge=1, le=1_000_000_000)]


class SignIn(Asked):
    """The token that the page asks its user for."""

    token: Annotated[str, Field(max_length=500)]


class JobInfo(Answered):
    """A sweep's place in the queue.

    `position` is 1 for the one that begins next, null for one that does not wait. It begins no
    sooner than `not_before_ms`, after `tries` sessions in a row that ended by the machine's fault.
    """

    owner: str
    priority: int
    state: JobState
    position: int | None
    submitted_ms: Milliseconds
    workers: int
    gpus: int
    tries: int
    not_before_ms: Milliseconds


class Objective(Answered):
    """What a search goes by."""

    metric: str
    goal: str


class SweepInfo(Answered):
    """A sweep, its trials counted.

    `done` trials of the search have a score, `failed` ones none, `pruned` ones were ended early;
    `confirmed` and `unconfirmed` are confirmations with and without a score. `running` ones have no
    result yet, `cancelled` ones never will, `unsent` ones are not in MLflow yet. `holder` is the
    process that runs it; `expected` how many trials there are, null when nobody can know; `job` its
    place in the queue, null for one that was never there.
    """

    sweep_id: str
    name: str
    task: str
    backend: str
    state: str
    created_ms: Milliseconds
    ended_ms: Milliseconds | None
    spent_seconds: float
    done: int
    failed: int
    pruned: int
    running: int
    cancelled: int
    unsent: int
    end_sent: bool
    core_seconds: float
    gpu_seconds: float
    holder: str | None
    cause: str | None
    confirmed: int
    unconfirmed: int
    race: str | None
    objectives: list[Objective]
    expected: int | None
    job: JobInfo | None


class SweepPage(Answered):
    """Sweeps, the newest first; `next` is the `before` of the page after this one."""

    items: list[SweepInfo]
    next: str | None
