"""A session of a sweep with made-up outcomes: what everything but training takes.

Ledger, MLflow, report and ending are the real ones, in a folder that is removed afterwards. Fits
are not trained: they are given outcomes that were measured before, stretched to their length.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sweeps import at_work
from sweeps.backends.backend import State, Told
from sweeps.chosen import Surroundings
from sweeps.drawing import Report
from sweeps.executors.executor import Say, Slots, Terms, TimedOutError
from sweeps.executors.placement import Shared
from sweeps.executors.where import Where
from sweeps.ledger import Ledger
from sweeps.parts import Parts
from sweeps.provenance import provenance_of
from sweeps.pruning.choose import KEY as PRUNER
from sweeps.result_json import result_to_json
from sweeps.session import Session
from sweeps.store import Store
from sweeps.sweep import Budget
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Result, Trial
from sweeps.watcher import Silent
from tracking.tracker import Tracker

P = ParamSpec("P")
T = TypeVar("T")

TOGETHER = 64
"""Fits in a pack that is played back."""

LONGEST = 30.0
"""Seconds that what is measured after the search, a simple model say, may take in a rehearsal."""

SPREAD = 0.02
"""By how much scores that are played back differ, as a part of them: pictures need some."""


@dataclass(frozen=True)
class Played:
    """What a session took besides training, in seconds; `trials` are those that were played back.

    `looping` is the loop's time for all of them, `sending` MLflow's, `each_core_seconds` the
    processor time of both; `drawing` is what workers did in the end, `ending` all that comes after
    the last trial. `kept_bytes` is what the ledger holds of the results. `cut` says that something
    in the end took too long, and was ended.
    """

    trials: int
    beginning: float
    looping: float
    drawing: float
    sending: float
    ending: float
    core_seconds: float
    kept_bytes: float
    cut: bool = False


class Fixed:
    """A search that offers these trials, and learns nothing."""

    learns = False

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._left = list(trials)

    def ask(self, limit: int) -> list[Trial]:
        """The next of them."""
        asked, self._left = self._left[:limit], self._left[limit:]
        return asked

    def tell(self, results: Sequence[Told]) -> None:
        """Nothing."""

    def state(self) -> State:
        """Nothing that would be read again."""
        return {}

    def continuable(self) -> frozenset[int]:
        """None."""
        return frozenset()

    def knowledge(self) -> None:
        """None."""


@dataclass(frozen=True)
class Bundling:
    """In place of a trainer: packs as they come."""

    environment: Mapping[str, str]

    def processes(self, cores: int) -> int:  # noqa: ARG002
        """It trains nothing."""
        return 0

    def pack(self, fits: Sequence[Fit], problem: object) -> list[Pack]:  # noqa: ARG002
        """In their order."""
        starts = range(0, len(fits), TOGETHER)
        return [Pack(tuple(fits[start : start + TOGETHER])) for start in starts]

    def train(self, pack: Pack, problem: object, progress: Progress | None) -> list[Outcome]:
        """Nobody asks for it."""
        raise NotImplementedError


class Instead:
    """An executor that answers training at once, and hands everything else to the real one."""

    def __init__(self, real: Slots, outcome: Callable[[Fit], Outcome]) -> None:
        self._real = real
        self._outcome = outcome
        self.slots = real.slots
        self.ahead = real.ahead
        self.seconds = 0.0
        self.cut = False

    @property
    def shared(self) -> Shared | None:
        """Nothing."""
        return None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it for real, and see how long that takes."""
        began = time.monotonic()
        future = self._real.submit(fn, *args, **kwargs)
        future.exception()
        self.seconds += time.monotonic() - began
        return future

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """The made-up outcomes of a pack, which is the argument after the trainer."""
        if fn is not at_work.train:
            began = time.monotonic()
            short = replace(terms, seconds=min(LONGEST, terms.seconds or LONGEST))
            done = self._real.submit_on(short, fn, *args, **kwargs)
            self.cut = isinstance(done.exception(), TimedOutError) or self.cut
            self.seconds += time.monotonic() - began
            return done
        pack: Any = args[1]
        future: Future[Any] = Future()
        future.set_result([self._outcome(fit) for fit in pack.fits])
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """It goes on."""

    def kill(self) -> None:
        """It goes on."""


class Timed:
    """A tracker whose calls are timed."""

    def __init__(self, real: Tracker) -> None:
        self._real = real
        self.beginning = 0.0
        self.sending = 0.0
        self.core_seconds = 0.0

    def begin(self, record: Any) -> None:
        """Timed."""
        began = time.monotonic()
        self._real.begin(record)
        self.beginning += time.monotonic() - began

    def log(self, trials: Any) -> None:
        """Timed."""
        began, cores = time.monotonic(), time.thread_time()
        self._real.log(trials)
        self.sending += time.monotonic() - began
        self.core_seconds += time.thread_time() - cores

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@dataclass
class Watching(Silent):
    """Notes when the last trial had its result, and how large the results are."""

    last: float = 0.0
    core_seconds: float = 0.0
    bytes: int = 0

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:  # noqa: ARG002
        """Note the times."""
        self.last, self.core_seconds = time.monotonic(), time.thread_time()
        self.bytes += len(result_to_json(result)) + len(json.dumps(result.trial.config))


def played(
    parts: Parts,
    trials: Sequence[Trial],
    outcome: Callable[[Fit], Outcome],
    slots: Slots,
    tracker: Tracker,
    report: Report | None,
    folder: Path,
    place: Where,
) -> Played:
    """Play a session back that has these trials, in a store in that folder."""
    watcher, timed, instead = Watching(), Timed(tracker), Instead(slots, outcome)
    store = Store(folder)
    began, cores = time.monotonic(), time.thread_time()
    around = Surroundings(store, watcher, lambda: timed, report, memo=True, place=place)
    with closing(Ledger.open(store.ledger_url)) as ledger:
        search = Fixed(_renumbered(trials))
        changed = _bare(parts)
        claim = ledger.create(changed.sweep, {})
        ledger.keep_provenance(claim, provenance_of(changed, place).to_json())
        created = time.monotonic()
        Session(changed, search, ledger, claim, around).run(instead)
    ended = time.monotonic()
    return Played(
        trials=len(trials),
        beginning=created - began + timed.beginning,
        looping=watcher.last - created,
        drawing=instead.seconds,
        sending=timed.sending,
        ending=max(0.0, ended - watcher.last - instead.seconds),
        core_seconds=timed.core_seconds + watcher.core_seconds - cores,
        kept_bytes=float(watcher.bytes),
        cut=instead.cut,
    )


def stretched(measured: Sequence[Outcome], share: float, seed: int) -> Callable[[Fit], Outcome]:
    """Makes outcomes for fits from measured ones: as many epochs as `share` of the budget."""
    rng = random.Random(seed)

    def made(fit: Fit) -> Outcome:
        model = measured[fit.trial.number % len(measured)]
        epochs = max(1, round(share * fit.budget))
        factor = 1.0 + SPREAD * rng.random()
        history = {name: _repeated(values, epochs) for name, values in model.history.items()}
        metrics = {name: value * factor for name, value in model.metrics.items()}
        if "epochs" in metrics:
            metrics["epochs"] = float(epochs)
        return replace(model, fit=fit, metrics=metrics, history=history, seconds=0.1)

    return made


def _repeated(values: Sequence[float], epochs: int) -> tuple[float, ...]:
    return tuple(values[epoch % len(values)] for epoch in range(epochs)) if values else ()


def _renumbered(trials: Sequence[Trial]) -> list[Trial]:
    return [
        replace(trial, number=number, parent=None, confirms=None if trial.confirms is None else 0)
        for number, trial in enumerate(trials)
    ]


def _bare(parts: Parts) -> Parts:
    """Without what would end it, what would prune, and who would be told."""
    sweep = parts.sweep
    options = {name: value for name, value in sweep.search.options.items() if name != PRUNER}
    search = replace(sweep.search, options=options, trials=None)
    bare = replace(sweep, budget=Budget(), search=search, notify=())
    return replace(parts, sweep=bare, trainer=Bundling(parts.trainer.environment))
