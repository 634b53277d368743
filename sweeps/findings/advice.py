"""A piece of advice about a space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["failures", "bound", "alike", "batch", "refused", "no_effect"]
"""Failures of one region; the best values on a bound; trials that train the same; batches larger
than what is trained on; points that constraints refuse; a parameter without effect."""


@dataclass(frozen=True)
class Advice:
    """What of a space could be better, as one line for a person: what was seen, and the way out."""

    kind: Kind
    text: str
