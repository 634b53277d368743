"""What a backend may be told before it is asked for anything: what earlier searches have found."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.trial import Config, Defined


@dataclass(frozen=True)
class Prior:
    """A configuration that has been tried elsewhere.

    It is one that the space allows, complete. `scores` are by every objective, smaller is better.
    Where configurations come about in training, `defined` has the values and what they were chosen
    from, and `config` is the same values.
    """

    config: Config
    scores: tuple[float, ...]
    defined: Defined | None = None
