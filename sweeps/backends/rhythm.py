"""How asking and telling took turns: what a search that must be replayed needs besides results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class Rhythm:
    """A list of (limit asked for, results told since the ask before), equal neighbours once.

    A sweep asks and tells in a steady beat, so thousands of turns are a few numbers.
    """

    def __init__(self, beats: Sequence[Sequence[int]] = ()) -> None:
        self._beats = [list(beat) for beat in beats]

    def add(self, limit: int, told: int) -> None:
        """One more ask, after `told` more results."""
        if self._beats and self._beats[-1][:2] == [limit, told]:
            self._beats[-1][2] += 1
        else:
            self._beats.append([limit, told, 1])

    def state(self) -> list[list[int]]:
        """Rows of limit, told, and how many times in a row: what `Rhythm` takes."""
        return [list(beat) for beat in self._beats]

    def turns(self) -> Iterator[tuple[int, int]]:
        """Every ask in order, as (limit, results told since the ask before)."""
        for limit, told, times in self._beats:
            for _ in range(times):
                yield limit, told
