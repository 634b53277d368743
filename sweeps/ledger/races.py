"""What the ledger holds of races: they have no table, each of their sweeps knows its race."""

from __future__ import annotations

from sqlalchemy import select

from sweeps.ledger import schema
from sweeps.ledger.view import LedgerView


class Races(LedgerView):
    """The ledger as somebody reads it who looks for races."""

    def entries(self) -> list[tuple[str, str]]:
        """Every sweep that is a part of a race, oldest first: its id, and its place in the race."""
        sweep = schema.sweep.c
        query = select(sweep.id, sweep.race).where(sweep.race.is_not(None))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(sweep.created_ms, sweep.id))
            return [(row.id, row.race) for row in rows]
