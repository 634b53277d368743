"""A simple model on the rows that every trial had: what a search has to beat."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.result_json import parts_from_json, parts_to_json
from sweeps.trial import Part


@dataclass(frozen=True)
class Baseline:
    """What a simple model came to, part by part.

    `parts` are numbered as those of trials and have the same rows: the folds and repeats of the
    search, then those of its confirmation. `name` is what people call the model.
    """

    name: str
    parts: tuple[Part, ...]

    def to_json(self) -> str:
        """As text for the ledger. Raises ValueError for NaN and infinity."""
        return parts_to_json(self.name, self.parts)

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """What `to_json` wrote."""
        return cls(*parts_from_json(text))
