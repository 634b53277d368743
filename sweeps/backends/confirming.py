"""A search whose best configurations are trained once more when it has ended.

The search itself never hears of that: its trials keep the numbers that it gave them, and what they
are called in the sweep is known here alone. So a sweep that is extended after its confirmations
searches on as if there had been none.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from search_spaces import Space
from sweeps.backends.backend import Backend, Search, State, Told
from sweeps.trial import Config, Trial

Ranked = Callable[[], Iterable[Trial]]
"""The trials of the search that have a score, the best first, of equals the earliest."""


@dataclass(frozen=True)
class Confirm:
    """What is confirmed: the `top` best configurations, once the search has `cap` trials or ends.

    `batch` trials of the search are asked for at once; confirmations all together. Of trials with a
    budget only those of `longest` epochs count, which were trained in full.
    """

    top: int
    batch: int
    cap: int | None = None
    longest: int | None = None

    def best(self, ranked: Iterable[Trial]) -> list[Trial]:
        """The first trial of each of the best configurations."""
        return list(islice(self._different(ranked), self.top))

    def _different(self, ranked: Iterable[Trial]) -> Iterator[Trial]:
        seen = set[str]()
        for trial in ranked:
            key = key_of(trial.config)
            if key not in seen and trial.budget in (None, self.longest):
                seen.add(key)
                yield trial


class Confirming:
    """See `Search`. `known` are the trials that there are already, `running` have no result yet.

    What a search that learns nothing would be asked for beforehand is asked for in its turn: when
    its trials are all there, what follows depends on their scores.
    """

    learns = True

    def __init__(
        self,
        search: Search,
        confirm: Confirm,
        ranked: Ranked,
        known: Sequence[Trial] = (),
        running: Iterable[int] = (),
    ) -> None:
        self._search = search
        self._confirm = confirm
        self._ranked = ranked
        self._next = len(known)
        # What the search calls trial n has the nth of these numbers in the sweep.
        self._numbers = [trial.number for trial in known if trial.confirms is None]
        self._running = set(self._numbers).intersection(running)
        self._confirmed = {key_of(t.config) for t in known if t.confirms is not None}

    def ask(self, limit: int) -> list[Trial]:
        """Trials of the search; when it has ended, and has all its results, confirmations."""
        searched = self._more_of_the_search(limit)
        if searched or self._running:
            return searched
        best = self._confirm.best(self._ranked())
        wanted = [trial for trial in best if key_of(trial.config) not in self._confirmed]
        return [self._confirmation(trial) for trial in wanted[:limit]]

    def _more_of_the_search(self, limit: int) -> list[Trial]:
        room = min(limit, self._confirm.batch)
        if self._confirm.cap is not None:
            room = min(room, self._confirm.cap - len(self._numbers))
        return [self._outward(trial) for trial in self._search.ask(room)] if room > 0 else []

    def _outward(self, trial: Trial) -> Trial:
        number = self._number()
        self._numbers.append(number)
        self._running.add(number)
        parent = None if trial.parent is None else self._numbers[trial.parent]
        return replace(trial, number=number, parent=parent)

    def _confirmation(self, trial: Trial) -> Trial:
        self._confirmed.add(key_of(trial.config))
        return replace(trial, number=self._number(), parent=None, confirms=trial.number)

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def tell(self, results: Sequence[Told]) -> None:
        """Tell the search what is its own."""
        its_own = [told for told in results if told.trial.confirms is None]
        self._running.difference_update(told.trial.number for told in its_own)
        if its_own:
            self._search.tell([inward(told, self._numbers) for told in its_own])

    def state(self) -> State:
        """The search's: the rest follows from the trials."""
        return first_state(self._search)

    def continuable(self) -> frozenset[int]:
        """The search's; no confirmation is continued."""
        return frozenset(self._numbers[number] for number in self._search.continuable())

    def knowledge(self) -> State | None:
        """The search's."""
        return self._search.knowledge()


def first_state(search: Search) -> State:
    """What `Confirming` around that search keeps."""
    return {"search": search.state()}


def restored(
    backend: Backend,
    space: Space,
    seed: int,
    state: State,
    results: Sequence[Told],
    running: Sequence[Trial],
    confirm: Confirm,
    ranked: Ranked,
) -> Confirming:
    """The search as it was; see `Backend.restore`."""
    known = sorted([*(told.trial for told in results), *running], key=lambda trial: trial.number)
    numbers = [trial.number for trial in known if trial.confirms is None]
    search = backend.restore(
        space,
        seed,
        state["search"],
        [inward(told, numbers) for told in results if told.trial.confirms is None],
        [_inner(trial, numbers) for trial in running if trial.confirms is None],
    )
    return Confirming(search, confirm, ranked, known, (trial.number for trial in running))


def inward(told: Told, numbers: Sequence[int]) -> Told:
    """A result under the search's own numbers, of which the nth is called `numbers[n]`."""
    return replace(told, trial=_inner(told.trial, numbers))


def _inner(trial: Trial, numbers: Sequence[int]) -> Trial:
    parent = None if trial.parent is None else bisect_left(numbers, trial.parent)
    return replace(trial, number=bisect_left(numbers, trial.number), parent=parent)


def key_of(config: Config) -> str:
    """Equal for equal configurations; 1, 1.0 and true are not equal."""
    return json.dumps(config, sort_keys=True)
