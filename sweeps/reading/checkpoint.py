"""From a plain mapping to how often a sweep's fits are kept under way."""

from __future__ import annotations

from sweeps.errors import SweepError
from sweeps.reading.section import Section
from sweeps.sweep import FIVE_MINUTES, CheckpointChoice, SubjectKind

NONE = "none"
KEY = "checkpoint"
MOST_EPOCHS = 10**6
MOST_MINUTES = 10_000_000.0
EXAMPLE = f"`{KEY}: {{every_minutes: 5}}`, `{KEY}: {{every_epochs: 10}}` or `{KEY}: {NONE}`"


def read_checkpoint(top: Section, subject: SubjectKind) -> CheckpointChoice:
    """What stands under `checkpoint`: every five minutes where nothing does.

    Raises SweepError for anything else, and where nothing could be kept: an estimator and a
    function of the user's are run in one go.
    """
    if KEY not in top.values:
        return FIVE_MINUTES
    if subject in ("estimator", "function"):
        article = "an" if subject == "estimator" else "a"
        message = f"has no effect on {article} {subject}, which is run in one go: leave it out"
        raise SweepError(message, (KEY,), about_key=True)
    if top.values[KEY] == NONE:
        return CheckpointChoice()
    if not isinstance(top.values[KEY], dict):
        raise top.wrong(KEY, f"does not say how often: write {EXAMPLE}")
    section = top.section(KEY).only(("every_epochs", "every_minutes"))
    if not section.values:
        return FIVE_MINUTES
    return CheckpointChoice(
        every_epochs=(
            section.whole("every_epochs", 0, low=1, high=MOST_EPOCHS)
            if "every_epochs" in section.values
            else None
        ),
        every_minutes=(
            section.number_between("every_minutes", 0.0, 0.0, MOST_MINUTES)
            if "every_minutes" in section.values
            else None
        ),
    )
