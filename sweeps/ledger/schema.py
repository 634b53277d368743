"""The tables of the ledger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

VERSION = 5
"""Of the layout below; `sweeps.ledger.migration` brings older ones up to it."""

metadata = MetaData()

ledger = Table("ledger", metadata, Column("version", Integer, nullable=False))

sweep = Table(
    "sweep",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("spent_seconds", Float, nullable=False, default=0.0),
    Column("backend_state", Text, nullable=False),
    Column("lease_owner", Text),
    Column("lease_epoch", Integer, nullable=False, default=0),
    Column("lease_until_ms", BigInteger, nullable=False, default=0),
    # What somebody wants the coordinator to do, until it has taken it.
    Column("command", String(16)),
    # Why it failed, in a line.
    Column("cause", Text),
    # Whether MLflow knows how the sweep ended.
    Column("end_shipped", Boolean, nullable=False, default=False, server_default=false()),
    # What a simple model came to on the same rows; JSON, see `sweeps.trust.baseline`.
    Column("baseline", Text),
    # What earlier sweeps and studies had found when this one began; JSON.
    Column("priors", Text),
    # Versions, device, rows and code that it began with; JSON, see `sweeps.provenance`.
    Column("provenance", Text),
    # The race that it is a part of, and its place there; JSON.
    Column("race", Text),
)

trial = Table(
    "trial",
    metadata,
    Column("sweep_id", String(16), ForeignKey("sweep.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("config", Text, nullable=False),
    Column("budget", Integer),
    Column("parent", Integer),
    Column("state", String(16), nullable=False),
    # Counts every beginning; a result is taken from the newest one only.
    Column("attempt", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("result", Text),
    Column("shipped", Boolean, nullable=False, default=False),
    # Attempts that ended by the machine's fault or a process's death while this trial alone was
    # trained: they are capped.
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    # Which asking of the backend the trial came from, counted from 0.
    Column("wave", Integer, nullable=False, default=0, server_default="0"),
    # The backend took this trial for failed and asked for others since; a result that a retry
    # brings is not told to it.
    Column("told_failed", Boolean, nullable=False, default=False, server_default=false()),
    # The trial whose configuration this one trains once more on other seeds and folds.
    Column("confirms", Integer),
    # Equal exactly for what would be trained alike; null where nobody may be given its result.
    Column("memo_key", String(64)),
    # What is known of a trial that is trained a stage at a time, and has no result yet; JSON.
    Column("stages", Text),
    # Processor and GPU time of its result, so that a sweep's are summed without reading any.
    Column("core_seconds", Float),
    Column("gpu_seconds", Float),
    # Copies of what stands in the result, so that thousands of trials are ranked and counted
    # without reading it.
    Column("score", Float),
    Column("reason", String(32)),
)

by_state = Index("trial_by_state", trial.c.sweep_id, trial.c.state, trial.c.shipped, trial.c.reason)
by_score = Index("trial_by_score", trial.c.sweep_id, trial.c.score)
by_memo = Index("trial_by_memo", trial.c.memo_key)
by_end = Index("trial_by_end", trial.c.sweep_id, trial.c.ended_ms)
by_age = Index("sweep_by_age", sweep.c.created_ms, sweep.c.id)

# Sweeps that a service runs: who wants them, with what, and who has taken them on.
job = Table(
    "job",
    metadata,
    Column("sweep_id", String(16), ForeignKey("sweep.id", ondelete="CASCADE"), primary_key=True),
    # Who submitted it.
    Column("owner", Text, nullable=False),
    # What the owner calls this submission, so that one that is sent twice is taken once; and a
    # digest of what was submitted under it.
    Column("client_key", String(128)),
    Column("digest", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("submitted_ms", BigInteger, nullable=False),
    # What its next session is to do, and with what; JSON.
    Column("wanted", String(16), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("workers", Integer, nullable=False),
    Column("gpus", Integer, nullable=False),
    Column("gpu_share", Float),
    Column("memo", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    # Sessions in a row that ended by the machine's fault, and when the next may begin.
    Column("tries", Integer, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    # The process that took it on, and when.
    Column("runner", Text),
    Column("launched_ms", BigInteger),
    # The GPUs that it was given then; a JSON list of names.
    Column("given", Text, nullable=False, default="[]"),
)

token = Table(
    "token",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    # SHA-256 of the secret, which is 256 random bits.
    Column("hash", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)

by_key = Index("job_by_key", job.c.owner, job.c.client_key, unique=True)
job_by_state = Index("job_by_state", job.c.state)
