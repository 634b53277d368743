"""Following a sweep's events in a test: what a stream's text says, and a sweep that has some."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from sweeps.ledger import jobs as ledger_jobs
from sweeps.service.running.session_log import log_file
from tests.sweeps.service.api import Service

QUICK = 0.01
LONG = 30.0

Told = tuple[str, Any, str]
"""Kind, data, id."""


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it, in a while."""
    return asyncio.run(asyncio.wait_for(work, LONG))


def read(text: str) -> list[Told]:
    """The events of a stream's text; comments are `beat`s."""
    found: list[Told] = []
    for block in text.split("\n\n")[:-1]:
        if block.startswith(":"):
            found.append(("beat", None, ""))
            continue
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"]), fields["id"]))
    return found


async def taken(stream: AsyncIterator[bytes], until: str) -> list[Told]:
    """What comes, up to the first of that kind."""
    found: list[Told] = []
    async for chunk in stream:
        found += read(chunk.decode())
        if found[-1][0] == until:
            break
    return found


def short(told: list[Told]) -> list[tuple[str, Any]]:
    """Kinds, with what tells the event from others of the kind."""
    told_by = {"sweep": "state", "trial": "number", "end": "sweep_id"}
    return [(kind, data[told_by[kind]] if kind in told_by else data) for kind, data, _ in told]


def say(api: Service, sweep_id: str, line: str) -> None:
    """The sweep's coordinator writes a line into its log."""
    log = log_file(api.store, sweep_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(f"{line}\n")


def end(api: Service, sweep_id: str, claim: Any) -> None:
    """Its session has ended, and so has its job."""
    api.ledger.end(claim, "finished", spent=1.0)
    api.ledger.release(claim)
    job = ledger_jobs.job_of(api.ledger, sweep_id)
    assert job is not None
    assert ledger_jobs.change(api.ledger, job, state="over")
