"""The sections in order, each on its own: one that fails takes no other with it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks.bench import Bench, SkippedError
from tests.benchmarks.child import ChildError
from tests.benchmarks.figures import Run, Section
from tests.benchmarks.sections import (
    arithmetic,
    busy,
    five,
    ledger,
    load,
    memory,
    models,
    peers,
    posts,
    price,
    repeats,
    scaling,
    service,
    speed,
    startup,
    trust,
    workers,
)

Measure = Callable[[Bench], Section]

SECTIONS: Mapping[str, Measure] = {
    "peers": peers.section,
    "speed": speed.section,
    "startup": startup.section,
    "five": five.section,
    "repeats": repeats.section,
    "arithmetic": arithmetic.section,
    "scaling": scaling.section,
    "reuters": posts.reuters,
    "fashion": posts.fashion,
    "ledger": ledger.section,
    "load": load.section,
    "models": models.section,
    "busy": busy.section,
    "workers": workers.section,
    "price": price.section,
    "trust": trust.section,
    "service": service.section,
}
NAMES = tuple(SECTIONS)


def sections(bench: Bench) -> Iterator[Section]:
    """Each section that was asked for, as soon as it is measured; memory of all of them last."""
    runs: list[Run] = []
    for name in NAMES:
        if name in bench.options.only:
            found = attempted(name, SECTIONS[name], bench)
            theirs = bench.peers | bench.loops
            runs.extend(run for run in found.runs if run.name not in theirs)
            yield found
    yield memory.section(runs)


def attempted(name: str, measure: Measure, bench: Bench) -> Section:
    """The section; what kept it from being measured, where something did."""
    try:
        return measure(bench)
    except SkippedError as skipped:
        return Section(name, "skipped", reason=str(skipped))
    except ChildError as error:
        return Section(name, "failed", reason=str(error))
    except Exception:  # noqa: BLE001 - whatever is wrong with one section, the others stand
        return Section(name, "failed", reason=traceback.format_exc())
