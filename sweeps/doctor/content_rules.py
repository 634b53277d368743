"""What must be so of a trial's run in MLflow: it says what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from sweeps.doctor.expected import Expected
from tracking.records import RunFacts
from tracking.wording import PARENT_TAG

HASH_TAG = "sweeps.config_hash"
NAMED = 3
"""Names of metrics, tags or parameters that a line gives."""


def differences(
    run: RunFacts, expected: Expected, objective: str, parent_id: str | None
) -> Iterator[tuple[str, str]]:
    """(rule, sentence) for each way in which the run is not what it must be."""
    if run.status != expected.status:
        yield "status", f"status {run.status} in MLflow, which must be {expected.status}"
    if (run.started_ms, run.ended_ms) != (expected.started_ms, expected.ended_ms):
        yield "run_times", "start or end in MLflow are not those of the ledger"
    if run.tags.get(PARENT_TAG) != parent_id:
        yield "runs", "the run in MLflow does not hang on the sweep's run"
    yield from _about_parameters(run, expected)
    yield from _about_tags(run, expected)
    yield from _about_metrics(run, expected, objective)


def _about_parameters(run: RunFacts, expected: Expected) -> Iterator[tuple[str, str]]:
    if run.tags.get(HASH_TAG) != expected.tags[HASH_TAG]:
        yield "parameters", f"{HASH_TAG} in MLflow is not that of the ledger's configuration"
    names = _different(run.params, expected.params)
    names |= {name: None for name in run.params if name not in expected.params}
    if names:
        yield "parameters", f"parameters in MLflow are not the ledger's ({_listed(names)})"


def _about_tags(run: RunFacts, expected: Expected) -> Iterator[tuple[str, str]]:
    names = _different(run.tags, expected.tags)
    names.pop(HASH_TAG, None)
    if names:
        yield "tags", f"tags in MLflow are not what the ledger says ({_listed(names)})"


def _about_metrics(run: RunFacts, expected: Expected, objective: str) -> Iterator[tuple[str, str]]:
    missing = {name: None for name in expected.metrics if name not in run.metrics}
    if missing:
        yield "metrics", f"{run.status} in MLflow without metrics ({_listed(missing)})"
    different = _different(run.metrics, expected.metrics)
    for name in missing:
        different.pop(name)
    if objective in different:
        yield "objective", f"{objective} in MLflow is not the ledger's"
        different.pop(objective)
    if different:
        yield "metrics", f"metrics in MLflow are not the ledger's ({_listed(different)})"


def _different(found: Mapping[str, object], expected: Mapping[str, object]) -> dict[str, None]:
    return {name: None for name, value in expected.items() if found.get(name) != value}


def _listed(names: Mapping[str, None]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(islice(names, NAMED)) + more
