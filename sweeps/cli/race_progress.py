"""A race as it runs: a line a sweep."""

from __future__ import annotations

from collections.abc import Callable

from sweeps.race.race import Place, Race
from sweeps.watcher import SaysOnly, Summary
from sweeps.wording import count, duration, figure


class RaceProgress(SaysOnly):
    """Says how each sweep of a race ended, and passes on what a person should read."""

    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__(write)
        self._place = ""

    def next(self, race: Race, place: Place) -> None:
        """Note which sweep is the next."""
        places = race.places
        number = f"{places.index(place) + 1:>{len(str(len(places)))}}/{len(places)}"
        self._place = f"{number} {place.backend}, repeat {place.repeat + 1}"

    def ended(self, summary: Summary) -> None:
        """Say what the sweep found."""
        trials = count(summary.done + summary.failed + summary.pruned, "trial")
        failed = f" ({summary.failed:,} failed)" if summary.failed else ""
        best = summary.best
        found = "no score" if best is None or best.score is None else f"best {figure(best.score)}"
        ending = "" if summary.ending == "finished" else f"{summary.ending}, "
        self.said(
            f"{self._place} ({summary.sweep_id}): {ending}{trials}{failed}, {found}, "
            f"{duration(summary.seconds)}"
        )
