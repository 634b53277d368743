"""How often the tie set has the true best in it, by simulated sweeps whose truth is known."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Section, Table, Target
from tests.sweeps.trust.simulated import SCENARIOS, Coverage, coverage
from tests.sweeps.trust.whole_sweeps import (
    REPEATS,
    TOP,
    TRIALS,
    Promise,
    other_rows,
    promise,
    same_rows,
)

SWEEPS, QUICK = 500, 50
LEAST = 93.0


def section(bench: Bench) -> Section:
    """500 sweeps of each kind with `--full`, else 50, which show little more than that it runs."""
    sweeps = SWEEPS if bench.options.full else QUICK
    found = {scenario.name: coverage(scenario, sweeps) for scenario in SCENARIOS}
    wholes = {
        "each part on rows of its own": promise(sweeps, other_rows),
        "all on splits of the same 120 rows": promise(sweeps, same_rows),
    }
    worst = min(one.covered for one in [*found.values(), *wholes.values()])
    target = Target(
        f"true best in the tie set, worst kind of {sweeps} sweeps", 100 * worst, LEAST, "%"
    )
    return Section(
        "trust", "measured", [_coverage(found, sweeps), _promises(wholes, sweeps)], [target]
    )


def _coverage(found: dict[str, Coverage], sweeps: int) -> Table:
    columns = (
        "configurations of parts",
        "true best in it",
        "size",
        "bounds hold",
        "pairs",
        "naive",
    )
    rows = [
        (
            name,
            f"{one.covered:.1%}",
            f"{one.size:.1f} of {one.configurations}",
            f"{one.bounded:.1%}",
            f"{one.pairs:.1%}",
            f"{one.naive:.1%}",
        )
        for name, one in found.items()
    ]
    notes = [
        "pairs: true best among those that t tests at 5 % cannot tell from the observed best,",
        "naive: and without the variance that is corrected for overlapping training rows",
    ]
    return Table(f"Tie sets of {sweeps} simulated sweeps of each kind", columns, rows, notes)


def _promises(wholes: dict[str, Promise], sweeps: int) -> Table:
    columns = (
        "search and confirmation",
        "promised",
        "reported",
        "held",
        "test rows",
        "best in",
        "size",
    )
    rows = [
        (
            name,
            f"{100 * one.optimism:+.2f}",
            f"{100 * one.reported:+.2f}",
            f"{one.held:.1%}",
            f"{100 * one.unseen:+.2f}",
            f"{one.covered:.1%}",
            f"{one.size:.1f} of {TOP}",
        )
        for name, one in wholes.items()
    ]
    notes = [
        "promised: search score of the search's best less what it is worth, in points;",
        "reported: less its confirmed mean, and how often that interval has the former;",
        "test rows: less its score there; best in, size: the tie set of the ten confirmed",
    ]
    title = f"{sweeps} searches of {TRIALS} trials each, their best {TOP} confirmed {REPEATS} times"
    return Table(title, columns, rows, notes)
