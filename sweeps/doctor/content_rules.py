"""What must be so of a trial's run in MLflow: it says what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sweeps.doctor.expected import Expected
from tracking.records import RunFacts
from tracking.wording import PARENT_TAG

HASH_TAG = "sweeps.config_hash"
NAMED = 3
"""Names of metrics, tags or parameters that a line gives."""


@dataclass(frozen=True)
class Difference:
    """One way in which a run is not what it must be; see `Fault` for `rule` and `said`.

    `in_mlflow` is False when it may as well be the ledger that was changed.
    """

    rule: str
    said: str
    in_mlflow: bool = True


def differences(
    run: RunFacts, expected: Expected, objective: str, parent_id: str | None
) -> Iterator[Difference]:
    """All the ways in which the run is not what it must be."""
    if run.status != expected.status:
        yield Difference("status", f"status {run.status}, which must be {expected.status}")
    if (run.started_ms, run.ended_ms) != (expected.started_ms, expected.ended_ms):
        yield Difference("run_times", "start or end are not those of the ledger")
    if run.tags.get(PARENT_TAG) != parent_id:
        yield Difference("runs", "the run does not hang on the sweep's run")
    yield from _about_parameters(run, expected)
    yield from _about_tags(run, expected)
    yield from _about_metrics(run, expected, objective)


def _about_parameters(run: RunFacts, expected: Expected) -> Iterator[Difference]:
    """Where hash and parameters agree against the ledger, it is the ledger that was changed."""
    other_hash = run.tags.get(HASH_TAG) != expected.tags[HASH_TAG]
    names = _different(run.params, expected.params)
    names |= {name: None for name in run.params if name not in expected.params}
    if other_hash and names:
        said = f"given another configuration than the ledger has now ({_listed(names)})"
        yield Difference("parameters", said, in_mlflow=False)
    elif other_hash:
        yield Difference("parameters", f"{HASH_TAG} is not that of the ledger's configuration")
    elif names:
        yield Difference("parameters", f"parameters are not the ledger's ({_listed(names)})")


def _about_tags(run: RunFacts, expected: Expected) -> Iterator[Difference]:
    names = _different(run.tags, expected.tags)
    names.pop(HASH_TAG, None)
    if names:
        yield Difference("tags", f"tags are not what the ledger says ({_listed(names)})")


def _about_metrics(run: RunFacts, expected: Expected, objective: str) -> Iterator[Difference]:
    different = _different(run.metrics, expected.metrics)
    missing = {name: None for name in different if name not in run.metrics}
    if missing:
        yield Difference("metrics", f"{run.status} without metrics ({_listed(missing)})")
    changed = {name: None for name in different if name not in missing}
    if objective in changed:
        yield Difference("objective", f"{objective} is not the ledger's")
        del changed[objective]
    if changed:
        yield Difference("metrics", f"metrics are not the ledger's ({_listed(changed)})")


def _different(found: Mapping[str, object], expected: Mapping[str, object]) -> dict[str, None]:
    return {name: None for name, value in expected.items() if found.get(name) != value}


def _listed(names: Mapping[str, None]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(islice(names, NAMED)) + more
