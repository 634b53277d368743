"""What an earlier search has found, as it has it itself."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.trial import Config, Defined


@dataclass(frozen=True)
class Tried:
    """One configuration and what it came to, by every objective of the sweep that is to be told.

    `values` are as they were measured, in the objectives' own directions. With `complete`, every
    parameter is in `config`; otherwise what the new space fixes was fixed there as well. `defined`
    is set where it is known what the values were chosen from. `unfit` says why it can be told to
    nobody, whatever the space.
    """

    config: Config
    values: tuple[float, ...]
    complete: bool = True
    defined: Defined | None = None
    unfit: str = ""


@dataclass(frozen=True)
class Earlier:
    """A sweep or a study, by the name that it goes by, and its trials that have a score.

    `otherwise` says in which respects they were judged in another way.
    """

    name: str
    tried: tuple[Tried, ...]
    otherwise: tuple[str, ...] = ()
