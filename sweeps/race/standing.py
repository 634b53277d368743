"""How far a race is: which of its sweeps there are, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from search_spaces import nearest
from sweeps.ledger.races import Races
from sweeps.ledger.records import FINAL, SweepRow
from sweeps.race.race import Place, Race, entry_from_json

LATEST = "latest"


@dataclass(frozen=True)
class Standing:
    """A race and its sweeps in the ledger. `given_up` were stopped or cancelled by somebody."""

    race: Race
    rows: Mapping[Place, SweepRow]

    @property
    def missing(self) -> list[Place]:
        """Places whose sweeps have not begun or not ended, in the order in which they are run."""
        over = ("finished", *FINAL)
        return [
            place
            for place in self.race.places
            if place not in self.rows or self.rows[place].state not in over
        ]

    @property
    def given_up(self) -> list[Place]:
        """Places whose sweeps will never end by themselves."""
        return [place for place, row in self.rows.items() if row.state in FINAL]

    @property
    def comparable(self) -> list[int]:
        """Repeats in which every backend's sweep has finished."""
        done = {place for place, row in self.rows.items() if row.state == "finished"}
        race = self.race
        return [
            repeat
            for repeat in range(race.repeats)
            if all(Place(backend, repeat) in done for backend in race.backends)
        ]


def standing_of(ledger_url: str, wanted: str) -> Standing:
    """The race whose id begins so, or the `latest`.

    Raises LookupError when there is none, naming the nearest id, or more than one.
    """
    with closing(Races(ledger_url)) as ledger:
        entries = {sweep_id: entry_from_json(text) for sweep_id, text in ledger.entries()}
        race = _chosen({race.race_id: race for race, _ in entries.values()}, wanted)
        rows = {
            place: ledger.sweep(sweep_id)
            for sweep_id, (its_own, place) in entries.items()
            if its_own.race_id == race.race_id
        }
    return Standing(race, rows)


def _chosen(races: Mapping[str, Race], wanted: str) -> Race:
    if not races:
        raise LookupError("no race in this store yet; try `sweeps race FILE`")
    if wanted == LATEST:
        return list(races.values())[-1]
    found = [race_id for race_id in races if race_id.startswith(wanted)]
    if len(found) == 1:
        return races[found[0]]
    if found:
        raise LookupError(f"{wanted!r} may be any of {', '.join(found)}: write more of it")
    close = nearest(wanted, list(races))
    hint = f"; did you mean {close}?" if close else f"; there is {', '.join(races)}"
    raise LookupError(f"no race {wanted!r} in this store{hint}")
