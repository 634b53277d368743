"""What a subject is: it reads a configuration for everybody who need not know what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sweeps.trial import Config


@dataclass(frozen=True)
class Spec:
    """What the loop must know of a configuration.

    `identity` is text that is equal exactly for equal networks and fits, epochs left out: seeds
    hash it. `epochs` is how long a fit is trained unless a budget says less.
    """

    identity: str
    epochs: int


class Subject(Protocol):
    """What is tuned. Subjects are frozen, small and picklable; the user's code is not imported."""

    def read(self, config: Config) -> Spec:
        """Raises ValueError that names the parameter and its value for one that cannot be."""
