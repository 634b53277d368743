"""Tells of a lane's epochs, once they are in its members' histories."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.trainers.fused.seat import Seat
from sweeps.trainers.trainer import Progress


def tell(progress: Progress | None, seats: Sequence[Seat]) -> None:
    """Tell of every epoch that nobody was told of so far, to each fit that it belongs to."""
    if progress is None:
        return
    for seat in seats:
        for epoch in range(seat.told, seat.seen):
            values = {name: one[epoch] for name, one in seat.history.items()}
            for fit in seat.course.fits:
                if epoch < fit.budget:
                    progress(fit, epoch + 1, values)
        seat.told = seat.seen
