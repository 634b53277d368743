"""What a sweep began with: versions, device, rows and code, to tell what has changed since."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sweeps.executors.where import Where
from sweeps.memo.devices import device_at
from sweeps.parts import Parts
from sweeps.surroundings import package_versions
from sweeps.sweep import Sweep
from sweeps.user_code.digest import own_digest, seen_of

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Provenance:
    """Plain facts.

    `rows` and `split` are digests of the task's rows and of how they are split, `code` is that of
    the user's modules in the folder (empty where there are none), `own` that of this package, as
    far as it decides figures. `device` is what there was to train on.
    """

    versions: dict[str, str]
    device: str
    processor: str
    rows: str
    split: str
    code: str
    own: str

    def to_json(self) -> str:
        """As the ledger keeps it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """What `to_json` wrote."""
        return cls(**json.loads(text))


def provenance_of(parts: Parts, place: Where) -> Provenance:
    """As things are now."""
    return Provenance(
        versions=package_versions(),
        device=device_at(place) or UNKNOWN,
        processor=_processor(),
        rows=parts.problem.task.digest(),
        split=_split(parts),
        code=seen_of(own_code(parts.sweep), parts.sweep.folder) or "",
        own=own_digest()[:16],
    )


def _split(parts: Parts) -> str:
    """Of the rows' split, however often trials are repeated on it."""
    problem = parts.problem
    if problem.evaluate.repeats == 1:
        return parts.split_hash
    return replace(problem, evaluate=replace(problem.evaluate, repeats=1)).split_hash()


def own_code(sweep: Sweep) -> Iterator[str]:
    """Every `module:name` of the user's that is called while a fit is trained or judged."""
    if sweep.subject.kind != "network":
        yield sweep.subject.path
        yield from (str(said) for said in sweep.subject.options.values() if ":" in str(said))
    yield from (metric for metric in sweep.evaluate.metrics if ":" in metric)


@dataclass(frozen=True)
class Change:
    """One fact that is not what it was."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before or not self.after or len(self.before) == 16:
            return f"{self.what} changed"
        return f"{self.what} {self.before} -> {self.after}"


def changes(before: Provenance, after: Provenance) -> list[Change]:
    """What is another now, in the order of how much it says."""
    named = {
        "rows": (before.rows, after.rows),
        "split": (before.split, after.split),
        "code": (before.code, after.code),
        "keras-sweeps' own code": (before.own, after.own),
        "device": (before.device, after.device),
        "processor": (before.processor, after.processor),
    }
    named |= {
        name: (before.versions.get(name, UNKNOWN), after.versions.get(name, UNKNOWN))
        for name in {**before.versions, **after.versions}
    }
    return [Change(what, *pair) for what, pair in named.items() if pair[0] != pair[1]]


def _processor() -> str:
    """Its model, where the system tells."""
    try:
        told: Any = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in told.split("\n") if "model name" in line]
    return models[0] if models else platform.machine()
