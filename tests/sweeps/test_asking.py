from __future__ import annotations

import pytest

from search_spaces import Choice, Constraint, Float, Param, Space, SpaceError
from sweeps.asking import PORTION, Asking
from sweeps.backends.backend import Search
from sweeps.backends.grid_search import GridSearch
from sweeps.backends.random_search import RandomSearch
from sweeps.trial import Failure, Fit, Trial

SPACE = Space.of(Param("learning_rate", Float(1e-4, 1e-1, log=True)))
BATCH = 3 * PORTION


def fits(trial: Trial) -> list[Fit] | Failure:
    return [Fit(trial, 0, 0, seed=1, budget=2)]


def asking(search: Search, cap: int | None = None, batch: int = BATCH) -> Asking:
    return Asking(search, fits, batch, cap, asked=0)


def numbers(asked: Asking) -> list[int]:
    return [trial.number for trial, _ in asked.next()]


def test_batches_are_the_same_however_much_was_asked_for_beforehand() -> None:
    plain, early = (asking(RandomSearch().start(SPACE, 0)) for _ in range(2))
    for portions in (0, 1, 2, 3, 7):
        for _ in range(portions):
            early.look_ahead()
        assert early.next() == plain.next()
        assert early.state == plain.state


def test_what_was_asked_for_beforehand_is_not_kept() -> None:
    search = RandomSearch().start(SPACE, 0)
    asked = asking(search)
    asked.next()
    kept = dict(asked.state)
    asked.look_ahead()
    asked.look_ahead()
    assert search.state() != kept
    assert asked.state == kept
    restored = RandomSearch().restore(SPACE, 0, kept, [], [])
    assert [trial for trial, _ in asked.next()] == restored.ask(BATCH)


def test_a_search_that_learns_is_asked_in_its_turn_only() -> None:
    search = RandomSearch().start(SPACE, 0)
    search.learns = True
    before = search.state()
    asking(search).look_ahead()
    assert search.state() == before


def test_the_first_trials_are_a_batch_of_their_own() -> None:
    for before, expected in ((0, [8, 48]), (3, [5, 48]), (8, [48, 48])):
        asked = Asking(RandomSearch().start(SPACE, 0), fits, BATCH, None, before, first=8)
        asked.look_ahead()
        first = len(asked.next())
        asked.look_ahead()
        assert [first, len(asked.next())] == expected
    assert numbers(Asking(RandomSearch().start(SPACE, 0), fits, 4, None, 0, first=8)) == [
        0,
        1,
        2,
        3,
    ]
    assert numbers(Asking(RandomSearch().start(SPACE, 0), fits, BATCH, 5, 0, first=8)) == [
        *range(5)
    ]


def test_a_cap_holds_for_all_batches_together() -> None:
    asked = asking(RandomSearch().start(SPACE, 0), cap=BATCH + 2)
    assert numbers(asked) == list(range(BATCH))
    asked.look_ahead()
    assert numbers(asked) == [BATCH, BATCH + 1]
    asked.look_ahead()
    assert numbers(asked) == []


def test_a_finite_space_ends_though_its_end_was_seen_before() -> None:
    space = Space.of(Param("width", Choice((4, 8, 16))))
    asked = asking(GridSearch().start(space, 0), batch=2)
    assert numbers(asked) == [0, 1]
    asked.look_ahead()
    asked.look_ahead()
    assert numbers(asked) == [2]
    assert numbers(asked) == []


def test_a_search_that_finds_nothing_more_says_so_in_its_turn() -> None:
    choices = tuple(range(2 * PORTION))
    space = Space.of(
        Param("width", Choice(choices)), Param("x", Float(0, 1)), Constraint("none", "x > 2")
    )
    seeds = tuple({"width": width, "x": 0.5} for width in range(PORTION))
    search = RandomSearch(seed_trials=seeds).start(space, 0)
    asked = asking(search, batch=PORTION)
    assert numbers(asked) == list(range(PORTION))
    asked.look_ahead()
    asked.look_ahead()
    with pytest.raises(SpaceError, match="none"):
        asked.next()


def test_trials_come_with_their_fits_or_what_is_wrong_with_them() -> None:
    wrong = Failure("bad_configuration", "an odd one")

    def read(trial: Trial) -> list[Fit] | Failure:
        return wrong if trial.number % 2 else []

    asked = Asking(RandomSearch().start(SPACE, 0), read, 4, None, asked=0)
    asked.look_ahead()
    assert [found for _, found in asked.next()] == [[], wrong, [], wrong]
