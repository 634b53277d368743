"""How sweeps and trials read in MLflow's pages: run names, tags, the note on a sweep's page."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tracking.records import NOTE, Artifact, LiveRecord, RaceRecord, SweepRecord, TrialRecord
from tracking.store_uri import artifact_link, runs_link

SWEEP_TAG = "sweeps.sweep"
RACE_TAG = "sweeps.race"
"""On the run of a race and on those of its sweeps."""
RACE_RUN_TAG = "sweeps.race_run"
"""On the run of a race alone."""
TRIAL_TAG = "sweeps.trial"
ATTEMPT_TAG = "sweeps.attempt"
PARENT_TAG = "mlflow.parentRunId"
STATE_TAG = "sweeps.state"
RUNNING = "running"
"""The state of a trial whose run is shown while it is trained."""
UNFINISHED = "unfinished"
"""The state of a trial whose run was shown while it was trained, and that nobody trains now."""
NOTE_TAG = "mlflow.note.content"
COMMAND_TAG = "sweeps.command"
"""On a sweep's run; a person writes a wish into it, and it is empty once that was heard."""


def child_name(record: SweepRecord, number: int) -> str:
    """Name a trial's run: charts show nothing but this name, and lists only how it starts."""
    return f"#{number} {record.name}"


def parent_tags(record: SweepRecord, experiment_id: str) -> dict[str, str]:
    """Return the tags of a sweep's run; those of the record win over our own."""
    return {
        NOTE_TAG: _note(record, experiment_id),
        **_origin(),
        **record.tags,
        SWEEP_TAG: record.sweep_id,
        COMMAND_TAG: "",
    }


def note_tags(
    record: SweepRecord, experiment_id: str, run_id: str, artifacts: Sequence[Artifact]
) -> dict[str, str]:
    """Return the tag with the note on a sweep's run once it is known what was found.

    Where that names another artifact as code (`report.html`), it gets a link to it.
    """
    found = next((artifact.content for artifact in artifacts if artifact.path == NOTE), None)
    if found is None:
        return {}
    for artifact in artifacts:
        link = artifact_link(experiment_id, run_id, artifact.path)
        found = found.replace(f"`{artifact.path}`", f"[{artifact.path}]({link})")
    return {NOTE_TAG: f"{parent_tags(record, experiment_id)[NOTE_TAG]}\n\n{found}"}


def race_tags(record: RaceRecord) -> dict[str, str]:
    """Return the tags of a race's run; those by which it is found again cannot be overridden."""
    return {
        **_origin(),
        **record.tags,
        RACE_TAG: record.race_id,
        RACE_RUN_TAG: record.race_id,
    }


def child_tags(parent_id: str, trial: TrialRecord | LiveRecord) -> dict[str, str]:
    """Return the tags of a trial's run; those by which it is found again cannot be overridden."""
    return {
        **_origin(),
        **trial.tags,
        PARENT_TAG: parent_id,
        SWEEP_TAG: trial.sweep_id,
        TRIAL_TAG: str(trial.number),
        ATTEMPT_TAG: str(trial.attempt),
    }


def _note(record: SweepRecord, experiment_id: str) -> str:
    """Describe the sweep in Markdown, with links to its trials alone: the page lists but ten."""
    trials = f"tags.\"{SWEEP_TAG}\" = '{record.sweep_id}' AND tags.\"{TRIAL_TAG}\" != ''"
    page = runs_link(experiment_id, trials, record.objective, not record.maximize)
    return (
        f"Sweep **{record.name}** (`{record.sweep_id}`); every trial is a child run. "
        f"[Its trials, best first]({page}), and [as charts]({page}&compareRunsMode=CHART)."
    )


def _origin() -> dict[str, str]:
    return {
        "mlflow.user": _user(),
        "mlflow.source.name": Path(sys.argv[0]).name or "python",
        "mlflow.source.type": "LOCAL",
    }


def _user() -> str:
    """Return who runs this; a container's user id may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
