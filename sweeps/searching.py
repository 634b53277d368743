"""A sweep's search under way: the backend's, and around it the confirmation of what it finds."""

from __future__ import annotations

from functools import partial

from sweeps.backends.backend import Search, State
from sweeps.backends.confirming import Confirm, Confirming, first_state, restored
from sweeps.backends.hyperband import most_epochs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import told
from sweeps.loop import told_of
from sweeps.parts import Parts
from sweeps.sweep import Sweep


def state_of(sweep: Sweep, search: Search) -> State:
    """What the ledger keeps of a search that has just been started."""
    return first_state(search) if sweep.evaluate.confirm_top else search.state()


def started(parts: Parts, search: Search, ledger: Ledger, sweep_id: str) -> Search:
    """A search that has just been started, of a sweep that is in the ledger."""
    confirm = confirm_of(parts)
    if confirm is None:
        return search
    return Confirming(search, confirm, partial(ledger.ranked, sweep_id, **_goal(parts.sweep)))


def restored_search(parts: Parts, ledger: Ledger, sweep_id: str) -> Search:
    """The search as the ledger has it."""
    sweep, confirm = parts.sweep, confirm_of(parts)
    finished, running = told(ledger.trials(sweep_id))
    results = [told_of(result, sweep) for result in finished]
    state = ledger.backend_state(sweep_id)
    if confirm is None:
        return parts.backend.restore(sweep.space, sweep.seed, state, results, running)
    ranked = partial(ledger.ranked, sweep_id, **_goal(sweep))
    return restored(
        parts.backend, sweep.space, sweep.seed, state, results, running, confirm, ranked
    )


def confirm_of(parts: Parts) -> Confirm | None:
    """What of the search is confirmed; None where nothing is."""
    sweep = parts.sweep
    if not sweep.evaluate.confirm_top:
        return None
    return Confirm(
        top=sweep.evaluate.confirm_top,
        batch=sweep.search.batch or parts.backend.batch,
        cap=sweep.search.trials,
        longest=most_epochs(sweep.space) if sweep.search.backend == "hyperband" else None,
    )


def _goal(sweep: Sweep) -> dict[str, bool]:
    return {"maximize": sweep.objective.goal == "maximize"}
