"""A race: who runs, how often, and how many epochs each sweep of it may spend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple


class Place(NamedTuple):
    """One sweep of a race. Repeats count from 0; those of one repeat share all seeds and rows."""

    backend: str
    repeat: int


@dataclass(frozen=True)
class Race:
    """Everything that decides what the sweeps of a race are.

    `document` is the sweep file as it was read, with the `seed` of repeat 0; `started_ms` is
    milliseconds since 1970.
    """

    race_id: str
    name: str
    backends: tuple[str, ...]
    repeats: int
    epochs: int
    started_ms: int
    document: Mapping[str, Any]

    @property
    def places(self) -> list[Place]:
        """One repeat after the other, so that whole ones can be compared when it is broken off."""
        return [
            Place(backend, repeat) for repeat in range(self.repeats) for backend in self.backends
        ]


def entry_to_json(race: Race, place: Place) -> str:
    """What the ledger keeps with each sweep of a race: its place, and all of the race."""
    return json.dumps({**asdict(race), **place._asdict()})


def entry_from_json(text: str) -> tuple[Race, Place]:
    """The race of a sweep, and the sweep's place there."""
    held = json.loads(text)
    place = Place(held.pop("backend"), held.pop("repeat"))
    return Race(**{**held, "backends": tuple(held["backends"])}), place
