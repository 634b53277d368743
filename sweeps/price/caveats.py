"""What a price does not know, in words."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.parts import Parts
from sweeps.price.layout import Layout
from sweeps.price.trying import Found
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Sweep

EARLY = "early_stopping."


@dataclass(frozen=True)
class Caveats:
    """Lines for a person; whether the price is a bound, and whether it rests on a sample."""

    lines: tuple[str, ...]
    at_most: bool
    about: bool


def caveats(
    sweep: Sweep, parts: Parts, layout: Layout, found: Found, *, cut: bool = False
) -> Caveats:
    """Of a price that was found so."""
    lines = []
    packs = sum(len(batch) for batch in layout.batches)
    stops = any(param.name.startswith(EARLY) for param in sweep.space.params)
    pruned = steps_for(sweep) is not None or sweep.defined_as_it_runs
    if stops and len(found.whole) < packs:
        lines.append("early stopping is counted as it was in what was tried")
    if pruned:
        lines.append("trials are counted to their end, as if none was pruned")
    if found.unseen:
        lines.append(f"{found.unseen} of {packs} packs are of kinds that there was no time to try")
    if cut:
        lines.append("the simple model that it is compared with takes longer than was waited for")
    if not layout.complete:
        lines.append(f"the first {len(layout.trials):,} trials stand for all")
        if sweep.evaluate.confirm_top:
            lines.append("confirmations are not counted")
    if sweep.search.backend in ("optuna", "hyperband"):
        lines.append("which configurations are chosen depends on scores: made-up ones were told")
    if (
        found.device == "cpu"
        and parts.trainer.processes(1) == 1
        and sweep.subject.kind == "network"
    ):
        lines.append("programs are compiled and kept by now: without this it would take longer")
    return Caveats(
        tuple(lines), at_most=pruned, about=bool(found.unseen) or cut or not layout.complete
    )
