"""Sweeps and trials as plain JSON values and back: what a service sends, and its clients read.

Results travel as the ledger keeps them, so a figure is the same bit for bit on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sweeps.ledger.course import Passed
from sweeps.ledger.records import Begun, SweepRow
from sweeps.result_json import result_from_json, result_to_json
from sweeps.trial import Result, Trial


def row_fields(row: SweepRow) -> dict[str, Any]:
    """A sweep as a listing shows it."""
    return asdict(row)


def row_from(fields: Mapping[str, Any]) -> SweepRow:
    """What `row_fields` made; fields that this version does not know are left out."""
    return SweepRow(**{name: fields[name] for name in SweepRow.__dataclass_fields__})


def begun_fields(begun: Begun) -> dict[str, Any]:
    """A trial with its result, as whole as it was read."""
    trial = begun.trial
    return {
        "number": trial.number,
        "config": dict(trial.config),
        "budget": trial.budget,
        "parent": trial.parent,
        "confirms": trial.confirms,
        "state": begun.state,
        "attempt": begun.attempt,
        "tries": begun.tries,
        "told_failed": begun.told_failed,
        "started_ms": begun.started_ms,
        "ended_ms": begun.ended_ms,
        "sent": begun.shipped,
        "result": None if begun.result is None else json.loads(result_to_json(begun.result)),
    }


def begun_from(
    fields: Mapping[str, Any], read: Callable[[Trial, str], Result] = result_from_json
) -> Begun:
    """What `begun_fields` made; `read` says how much of its result is wanted."""
    trial = Trial(
        fields["number"], fields["config"], fields["budget"], fields["parent"], fields["confirms"]
    )
    result = fields["result"]
    return Begun(
        trial=trial,
        state=fields["state"],
        attempt=fields["attempt"],
        tries=fields["tries"],
        told_failed=fields["told_failed"],
        started_ms=fields["started_ms"],
        ended_ms=fields["ended_ms"],
        result=None if result is None else read(trial, json.dumps(result)),
        shipped=fields["sent"],
    )


def passed_fields(passed: Passed) -> dict[str, Any]:
    """When a trial began and ended, and what it came to."""
    # There may be many: `asdict` would take ten times as long.
    return dict(vars(passed))


def passed_from(fields: Mapping[str, Any]) -> Passed:
    """What `passed_fields` made."""
    return Passed(**{name: fields[name] for name in Passed.__dataclass_fields__})
