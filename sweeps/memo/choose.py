"""Which memo a session has."""

from __future__ import annotations

from sweeps.chosen import Surroundings
from sweeps.ledger.ledger import Ledger
from sweeps.memo.ground import ground_of
from sweeps.memo.memo import LedgerMemo, Memo, NoMemo
from sweeps.parts import Parts


def memo_of(parts: Parts, ledger: Ledger, around: Surroundings) -> Memo:
    """The ledger's, where one is wanted and equal trials can be told from others."""
    ground = ground_of(parts, around.place) if around.memo else None
    return NoMemo() if ground is None else LedgerMemo(ground, parts.problem, ledger.trained_before)
