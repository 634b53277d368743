"""What of earlier searches a new one is told, and how the ledger keeps it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from search_spaces import SpaceError
from sweeps.backends.prior import Prior, telling
from sweeps.result_json import defined_of
from sweeps.sweep import Sweep
from sweeps.trial import Config
from sweeps.warm_start.earlier import Earlier, Tried

MOST_KEPT = 10_000


@dataclass(frozen=True)
class Fitted:
    """What of one earlier search fits the new one.

    Why others do not, an example for each parameter that is in the way, and how many there are.
    """

    earlier: Earlier
    priors: tuple[Prior, ...]
    left_out: Mapping[str, int]


def fitted(earlier: Earlier, sweep: Sweep) -> Fitted:
    """Those of its trials that are configurations of the sweep's space as well."""
    priors: list[Prior] = []
    examples: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for tried in earlier.tried:
        try:
            priors.append(_prior(tried, sweep, elsewhere=bool(earlier.otherwise)))
        except SpaceError as error:
            kind = str(error.path[0]) if error.path else error.message
            left_out[examples.setdefault(kind, str(error))] += 1
    return Fitted(earlier, tuple(priors), left_out)


def _prior(tried: Tried, sweep: Sweep, *, elsewhere: bool) -> Prior:
    """Raises SpaceError that says what is in the way."""
    if tried.unfit:
        raise SpaceError(tried.unfit)
    if not all(math.isfinite(value) for value in tried.values):
        raise SpaceError("a score is not finite")
    scores = tuple(
        objective.minimised(value)
        for objective, value in zip(sweep.objectives, tried.values, strict=True)
    )
    if not sweep.defined_as_it_runs:
        return Prior(_translated(tried, sweep), scores, elsewhere=elsewhere)
    if tried.defined is None:
        raise SpaceError("nobody knows what its values were chosen from")
    return Prior(tried.config, scores, tried.defined)


def _translated(tried: Tried, sweep: Sweep) -> Config:
    config = sweep.space.check(tried.config)
    added = [name for name in config if name not in tried.config] if tried.complete else []
    if added:
        raise SpaceError("the space has it, and the earlier one had not", (added[0],))
    return config


def kept_text(fits: Sequence[Fitted]) -> str:
    """All of it as JSON text, of more than 10,000 the most telling."""
    priors = telling([prior for one in fits for prior in one.priors], MOST_KEPT)
    document = {
        "from": {
            one.earlier.name: {"told": len(one.priors), "left_out": dict(one.left_out)}
            for one in fits
        },
        "priors": [_plain(prior) for prior in priors],
    }
    return json.dumps(document, allow_nan=False, separators=(",", ":"))


def priors_in(text: str) -> tuple[Prior, ...]:
    """The priors in what `kept_text` wrote."""
    return tuple(
        Prior(
            one["config"],
            tuple(one["scores"]),
            defined_of(one.get("defined")),
            one.get("elsewhere", False),
        )
        for one in json.loads(text)["priors"]
    )


def _plain(prior: Prior) -> dict[str, Any]:
    plain: dict[str, Any] = {"config": dict(prior.config), "scores": prior.scores}
    if prior.elsewhere:
        plain["elsewhere"] = True
    return plain if prior.defined is None else plain | {"defined": asdict(prior.defined)}
