"""One of the sweeps that are compared: what it says, what it found, and what that took."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.found import Found
from sweeps.ledger.view import LedgerView
from sweeps.provenance import Provenance
from sweeps.reading.sweep import read_sweep
from sweeps.remembering import best_of
from sweeps.result_json import brief_from_json
from sweeps.trial import Config, Result


@dataclass(frozen=True)
class Side:
    """A sweep. `provenance` is None of one that began before that was kept."""

    found: Found
    provenance: Provenance | None

    @property
    def sweep_id(self) -> str:
        """Of the sweep."""
        return self.found.row.sweep_id

    @property
    def scored(self) -> list[Result]:
        """The search's trials that have a score, and were trained to their end."""
        return [one for one in self.found.results if one.score is not None and _is_full(one)]

    @property
    def best(self) -> Result | None:
        """The search's best trial."""
        return best_of(self.found.sweep, self.found.results)

    @property
    def confirmed(self) -> Result | None:
        """The best of its confirmations."""
        signed = self.found.sweep.objective.minimised
        scored = [(signed(one.score), one) for one in self.found.confirmed if one.score is not None]
        return min(scored, key=lambda pair: pair[0])[1] if scored else None

    @property
    def winner(self) -> Result | None:
        """The best of the confirmations, or of the search where nothing was confirmed."""
        return self.confirmed or self.best

    @property
    def scores(self) -> list[tuple[Config, float]]:
        """The full trials' configurations and scores; larger is better."""
        signed = self.found.sweep.objective.minimised
        return [
            (one.trial.config, -signed(one.score)) for one in self.scored if one.score is not None
        ]


def side_of(ledger: LedgerView, sweep_id: str) -> Side:
    """The sweep of that id. Raises LookupError."""
    text = ledger.provenance(sweep_id)
    provenance = None if text is None else Provenance.from_json(text)
    # Thousands of histories are not looked at.
    trials = tuple(ledger.trials(sweep_id, brief_from_json))
    sweep = read_sweep(ledger.document(sweep_id))
    return Side(Found(sweep, ledger.sweep(sweep_id), trials), provenance)


def _is_full(result: Result) -> bool:
    """Whether it had all the epochs that its configuration asks for."""
    budget = result.trial.budget
    return budget is None or budget == result.trial.config.get("epochs", budget)
