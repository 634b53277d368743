"""From what a sweep says that it tunes to the subject."""

from __future__ import annotations

from sweeps.subjects.networks import Networks
from sweeps.subjects.own_code import OwnCode
from sweeps.subjects.subject import Subject
from sweeps.sweep import SubjectChoice


def subject_for(choice: SubjectChoice, folder: str) -> Subject:
    """The subject; nothing of the user's is imported."""
    return Networks() if choice.kind == "network" else OwnCode(choice, folder)
