"""Processes that hold sweeps in turns, die, sleep, and meet clocks that are set.

The rules of `tests/sweeps/ledger/test_states.py` that say who may write; what they write stands
there.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sweeps import clock
from sweeps.lease import Claim, LeaseError
from sweeps.ledger.ledger import Ledger
from tests.sweeps.ledger.model import Holding, ModelClock, ModelSweep, RefusedError
from tests.sweeps.ledger.samples import SWEEP

WHICH = st.integers(0, 1)
AGES = st.sampled_from([0, 0, 0, 0, 0, 1, 2])
"""Whose claim: the newest holder's, mostly."""

JUMPS_MS = st.sampled_from([7_000, 14_000, 21_000, 35_000, 98_000])
"""Shorter and longer than a lease, and never just as long in sum."""


STATEMENTS = 7
"""As many as a change has at most, its end included."""


class StruckError(Exception):
    """The database failed in the middle of a transaction."""


@dataclass(eq=False)
class Strike:
    """Makes the database fail at a statement or a commit, counted from now; 0: it does not."""

    at: int = 0

    def __call__(self, *_: Any) -> None:
        self.at -= 1
        if self.at == 0:
            raise StruckError


@dataclass
class Known:
    """A sweep of the ledger, what it ought to be, and everybody who ever held it.

    `noted_ms` is the latest time that the newest of them knows of.
    """

    sweep_id: str
    model: ModelSweep
    claims: list[tuple[Claim, Holding]] = field(default_factory=list)
    times: dict[Any, int] = field(default_factory=dict)
    noted_ms: int = 0

    def claim(self, age: int) -> tuple[Claim, Holding]:
        """The newest one, or an older one."""
        return self.claims[max(0, len(self.claims) - 1 - age)]


class LedgerProcesses(RuleBasedStateMachine):
    """Two ledgers on one database, two sweeps, any number of holders."""

    ledgers: ClassVar[list[Ledger]]
    strike: ClassVar[Strike]

    def __init__(self) -> None:
        super().__init__()
        self.sweeps: list[Known] = []
        self.clock = ModelClock()
        self.dead: set[str] = set()
        self.owners = count(1)
        self.steps = count()
        self.patch = pytest.MonkeyPatch()
        for module in ("clock", "lease", "ledger.records"):
            self.patch.setattr(f"sweeps.{module}.wall_ms", lambda: self.clock.wall)
        steady = SimpleNamespace(monotonic=lambda: self.clock.steady / 1000)
        self.patch.setattr("sweeps.lease.time", steady)
        self.patch.setattr("sweeps.ledger.ledger.this_owner", lambda: f"here:{next(self.owners)}:1")
        self.patch.setattr("sweeps.ledger.records.surely_dead", self.dead.__contains__)
        self.patch.setattr(clock, "_latest", 0)

    def teardown(self) -> None:
        for known in self.sweeps:
            self.dead |= {claim.owner for claim, _ in known.claims}
            self.ledgers[0].remove(known.sweep_id)
        self.patch.undo()

    @property
    def ledger(self) -> Ledger:
        """One and the other by turns, so that neither may keep anything in memory."""
        return self.ledgers[next(self.steps) % 2]

    def pick(self, which: int) -> Known:
        return self.sweeps[which % len(self.sweeps)]

    def write(
        self,
        which: int,
        age: int,
        call: Callable[[Ledger, Claim], Any],
        change: Callable[[ModelSweep], Any],
    ) -> Any:
        """A change by a holder, who may be one of old."""
        known = self.pick(which)
        claim, holding = known.claim(age)

        def written(model: ModelSweep) -> Any:
            model.write(holding, self.clock)
            return change(model)

        return self.agree(known, lambda ledger: call(ledger, claim), written)

    def agree(
        self, known: Known, call: Callable[[Ledger], Any], change: Callable[[ModelSweep], Any]
    ) -> Any:
        """Do it in the ledger and in the model: both do it and answer alike, or neither does.

        The ledger's database fails first in the middle of it.
        """
        after = deepcopy(known.model)
        try:
            wanted, refused = change(after), False
        except RefusedError:
            wanted, refused = None, True
        # Statement by statement, in turns: what fails on the way must not have happened.
        self.strike.at = next(self.steps) % STATEMENTS + 1
        self.patch.setattr(clock, "_latest", known.noted_ms)
        try:
            try:
                found = call(self.ledger)
            except StruckError:
                found = call(self.ledger)
        except LeaseError as error:
            assert refused, error
            return None
        finally:
            self.strike.at = 0
            known.noted_ms = clock._latest
        assert not refused
        assert wanted is None or found == wanted
        known.model = after
        return found

    @initialize(capped=st.booleans())
    def begin_with_one(self, capped: bool) -> None:
        self.create(capped)

    @precondition(lambda self: len(self.sweeps) < 2)
    @rule(capped=st.booleans())
    def create(self, capped: bool) -> None:
        document = dict(SWEEP.document)
        if not capped:
            document["search"] = "grid"
        claim = self.ledger.create(replace(SWEEP, document=document), {"step": 0})
        model = ModelSweep(
            3 if capped else None, claim.owner, self.clock.wall + 30_000, told={"step": 0}
        )
        known = Known(claim.sweep_id, model)
        known.claims.append((claim, Holding(1, self.clock.steady)))
        self.sweeps.append(known)

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, train=st.booleans())
    def claim(self, which: int, train: bool) -> None:
        """By a new process, which knows no time but the machine's and the ledger's."""
        known = self.pick(which)
        before, known.noted_ms = known.noted_ms, 0
        owner = f"here:{next(self.owners)}:1"
        self.patch.setattr("sweeps.ledger.ledger.this_owner", lambda: owner)
        holdings: list[Holding] = []
        claim = self.agree(
            known,
            lambda ledger: ledger.claim(known.sweep_id),
            lambda model: holdings.append(model.claim(owner, self.clock, self.dead)),
        )
        if claim is None:
            known.noted_ms = before
        else:
            assert claim.epoch == holdings[0].epoch
            known.claims.append((claim, holdings[0]))
            if train:
                self.write(which, 0, Ledger.take_up, ModelSweep.take_up)

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES)
    def die(self, which: int, age: int) -> None:
        claim, _ = self.pick(which).claim(age)
        self.dead.add(claim.owner)

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH)
    def die_and_resume(self, which: int) -> None:
        self.die(which, 0)
        self.claim(which, train=True)

    @precondition(lambda self: len(self.sweeps) == 2)
    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        known = self.pick(which)

        def remove(ledger: Ledger) -> bool:
            ledger.remove(known.sweep_id)
            return True

        if self.agree(known, remove, lambda model: model.remove(self.clock, self.dead)):
            self.sweeps.remove(known)

    @rule(milliseconds=JUMPS_MS)
    def pass_time(self, milliseconds: int) -> None:
        """Nobody writes meanwhile."""
        self.clock.wall += milliseconds
        self.clock.steady += milliseconds

    @rule(milliseconds=st.sampled_from([-3_605_000, -35_000, -14_000, 14_000, 35_000, 3_605_000]))
    def set_clock(self, milliseconds: int) -> None:
        """By somebody, or by a machine that slept."""
        self.clock.wall += milliseconds
