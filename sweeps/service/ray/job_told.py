"""What a coordinator that is a Ray job is told, in its environment, where no command line shows it.

Every job of a cluster, and whoever may read its dashboard, may see it: that is Ray's own boundary.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweeps.ledger.jobs import Job
from sweeps.service.settings import Allowed, Settings

TOLD = "SWEEPS_JOB"
LEDGER = "SWEEPS_LEDGER"
TRACKING = "SWEEPS_TRACKING_URI"

PASSED_ON = ("PG", "MLFLOW_", "RAY_AUTH_")
"""How variables begin that the job gets as the service has them: PostgreSQL's, MLflow's, Ray's."""

STOP_SECONDS = 20
"""From SIGTERM to SIGKILL, for a session to keep what is under way."""

ENTRYPOINT = "exec python -P -m sweeps.service.ray.coordinate"


@dataclass(frozen=True)
class Told:
    """What stands in `SWEEPS_JOB`.

    `workers` are those of the service's `slots` that the job was given at `launched_ms`. Whether
    the store's `folder` is the service's own shows by `mark`, the name of a file in it.
    """

    sweep_id: str
    launched_ms: int
    workers: int
    slots: int
    folder: str
    mark: str
    own_tracking: bool
    auth: bool
    allowed: Allowed

    def to_json(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Told:
        """Raises ValueError for what is none."""
        told: dict[str, Any] = json.loads(text)
        kept = told.pop("allowed")
        allowed = Allowed(
            data_folders=tuple(map(Path, kept["data_folders"])),
            code_folders=tuple(map(Path, kept["code_folders"])),
            code=tuple(kept["code"]),
            notify_hosts=tuple(kept["notify_hosts"]),
            notify_commands=tuple(kept["notify_commands"]),
        )
        return cls(**told, allowed=allowed)


def environment_for(
    job: Job, settings: Settings, mark: str, environ: Mapping[str, str]
) -> dict[str, str]:
    """The variables of the job's process."""
    told = Told(
        sweep_id=job.sweep_id,
        launched_ms=job.launched_ms or 0,
        workers=job.order.workers,
        slots=settings.slots,
        folder=str(settings.store.folder),
        mark=mark,
        own_tracking=settings.tracking_uri is None,
        auth=settings.auth,
        allowed=settings.allowed,
    )
    passed = {name: value for name, value in environ.items() if name.startswith(PASSED_ON)}
    return {
        **passed,
        **_path(),
        TOLD: told.to_json(),
        LEDGER: settings.store.ledger_url,
        TRACKING: settings.trials_at,
        "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS),
    }


def _path() -> dict[str, str]:
    """A virtual environment that is on the head as well is the one to be used there."""
    if sys.prefix == sys.base_prefix:
        return {}
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}${{PATH}}"}
